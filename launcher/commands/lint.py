"""``./fynlo lint``: every check of the code that needs no database."""

import os
import subprocess

from .. import virtualenv
from ..paths import ADDONS, ROOT, cache_dir
from ..terminal import say

HELP = "run all checks of the code"
# Ruff does pylint's general work. A model is split over files by topic on purpose, background
# work commits by the batch, the engines import nothing of Odoo, and what overrides a method that
# returns nothing returns nothing.
PYLINT = (
    "--score=no",
    "--disable=all",
    "--enable=odoolint",
    "--disable=consider-merging-classes-inherited,invalid-commit,bad-builtin-groupby,missing-return",
)

# Odoo's own files begin like ours; numbers need no eval; our READMEs are Markdown.
OCA = ("--disable=xml-header-wrong,xml-field-numeric-without-eval,prefer-readme-rst",)


def arguments(parser):
    parser.add_argument(
        "--fix", action="store_true", help="let ruff mend and format what it can, then check"
    )


def run(options):
    cache = cache_dir()
    tools = virtualenv.ensure_tools(cache, "requirements-lint.txt")
    semgrep = virtualenv.ensure_tools(cache, "requirements-semgrep.txt")
    if options.fix:
        _call([tools / "ruff", "check", "--fix", "--quiet", "."])
        _call([tools / "ruff", "format", "--quiet", "."])
    failed = [name for name, command in _checks(tools, semgrep) if not _passes(name, command)]
    say(f"Not clean: {', '.join(failed)}" if failed else "All checks are clean.")
    return 1 if failed else 0


def _checks(tools, semgrep):
    addons = sorted(path.parent for path in ADDONS.glob("*/__manifest__.py"))
    yield "ruff check", [tools / "ruff", "check", "--quiet", "."]
    yield "ruff format", [tools / "ruff", "format", "--check", "--quiet", "."]
    yield "pylint", [tools / "python", "-m", "pylint", *PYLINT, *addons]
    yield "oca-checks-odoo-module", [tools / "oca-checks-odoo-module", *OCA, *addons]
    rules = [
        semgrep / "semgrep",
        "scan",
        "--quiet",
        "--error",
        "--metrics=off",
        "--disable-version-check",
    ]
    yield "semgrep", [*rules, "--config", ROOT / ".semgrep", "addons"]


def _passes(name, command):
    code = _call(command)
    say(f"{'   ok' if code == 0 else 'FAILS'} {name}")
    return code == 0


def _call(command):
    # Semgrep finds its own helper program on PATH.
    path = f"{command[0].parent}{os.pathsep}{os.environ['PATH']}"
    return subprocess.run(command, cwd=ROOT, env={**os.environ, "PATH": path}).returncode
