"""``python -m fynlo_gateway``: run until SIGTERM or SIGINT; settings come as variables."""

import asyncio
import resource
import sys

from . import log
from .gateway import Gateway
from .settings import Settings, SettingsError


def main():
    """Run the gateway; give the exit code."""
    log.install()
    try:
        settings = Settings.from_environment()
    except SettingsError as error:
        log.tell("settings_refused", problem=str(error))
        return 2
    _allow_many_connections()
    asyncio.run(Gateway(settings).run())
    return 0


def _allow_many_connections():
    """Take as many file descriptors as this process may have."""
    _soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


sys.exit(main())
