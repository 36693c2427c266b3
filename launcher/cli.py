"""The command line: one subcommand per module of :mod:`launcher.commands`."""

import argparse
import errno
import importlib
import sys

from . import process
from .errors import LauncherError

COMMANDS = (
    "up",
    "down",
    "reset",
    "doctor",
    "test",
    "lint",
    "shell",
    "demo",
    "bench",
    "verify-audit",
)


def main(arguments):
    """Run one command; give its exit code. A :class:`LauncherError` is one sentence and code 1."""
    parser, modules = _parser()
    options, rest = parser.parse_known_args(arguments)
    module = modules[options.command]
    if rest and not getattr(module, "PASSES_ON", False):
        parser.error(f"{options.command} does not know {' '.join(rest)}")
    options.rest = rest
    try:
        return module.run(options)
    except LauncherError as error:
        print(f"fynlo: {error}", file=sys.stderr)
    except OSError as error:
        if error.errno not in (errno.ENOSPC, errno.EDQUOT):
            raise
        print("fynlo: The disk is full.", file=sys.stderr)
    except KeyboardInterrupt:
        return 130
    finally:
        process.kill_running()
    return 1


def _parser():
    parser = argparse.ArgumentParser(
        prog="./fynlo", description="Fynlo: a restaurant's back office on Odoo 19."
    )
    subparsers = parser.add_subparsers(dest="command", required=True, metavar="command")
    modules = {}
    for name in COMMANDS:
        module = importlib.import_module(f".commands.{name.replace('-', '_')}", __package__)
        module.arguments(subparsers.add_parser(name, help=module.HELP, description=module.HELP))
        modules[name] = module
    return parser, modules
