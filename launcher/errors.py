"""The one way in which the launcher gives up."""


class LauncherError(Exception):
    """Something the user can act on, told in one sentence; the command ends with exit code 1."""
