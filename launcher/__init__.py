"""The launcher behind ``./fynlo``: standard library only, because it runs before anything is installed."""
