"""The launcher behind ``./fynlo``.

Standard library only, because it runs before anything is installed.
"""
