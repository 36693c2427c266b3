"""The kernel's own verification of access tokens, loaded without Odoo.

``fynlo_base`` cannot be imported here, as its package imports Odoo; this file of it does not.
"""

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

_NAME = "fynlo_base_engine_tokens"
_PATH = Path(__file__).resolve().parents[2] / "fynlo_base" / "engine" / "tokens.py"


def _load():
    spec = spec_from_file_location(_NAME, _PATH)
    module = module_from_spec(spec)
    sys.modules[_NAME] = module  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


engine = sys.modules.get(_NAME) or _load()
