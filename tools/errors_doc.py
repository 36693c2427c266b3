#!/usr/bin/env python3
"""Write docs/errors.md from the exceptions.py of every addon.

The files are read, not imported, so that neither Odoo nor a database is needed::

    python3 tools/errors_doc.py
"""

import ast
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "docs" / "errors.md"
_ROOT_CLASS = "FynloError"

_HEAD = """\
# Errors

<!-- Made by tools/errors_doc.py from addons/*/exceptions.py. Change those, then run it. -->

Every failure has this shape; `code` is the contract, `message` is for people and may change.

```json
{
  "success": false,
  "code": "invalid_fields",
  "message": "Some fields are not valid.",
  "errors": [{"field": "lines.0.quantity", "code": "greater_than", "message": "..."}],
  "details": {},
  "requestId": "7f0c9d3e-6f0e-4a54-9d25-0e4fb0a1c1de"
}
```

Which route can answer which code stands in `/api/v1/openapi.json`.
"""


@dataclass(frozen=True)
class ErrorClass:
    """One error as its class declares it."""

    addon: str
    name: str
    status: int
    code: str
    message: str
    when: str


def read_errors(root=ROOT):
    """Return every :class:`ErrorClass` of the addons, the kernel's first.

    :raise ValueError: a class that does not declare itself plainly
    """
    files = sorted(root.glob("addons/*/exceptions.py"), key=lambda path: path.parent.name)
    known, errors = {}, []
    for path in sorted(files, key=lambda path: path.parent.name != "fynlo_base"):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                known[node.name] = values = _read_class(path, node, known)
                if node.name != _ROOT_CLASS:
                    errors.append(ErrorClass(path.parent.name, node.name, **values))
    return errors


def _read_class(path, node, known):
    """Return what a class declares, and of its base what it does not."""
    (base,) = [part.id for part in node.bases if isinstance(part, ast.Name)]
    if node.name != _ROOT_CLASS and base not in known:
        raise ValueError(f"{path}: {node.name} stands before its base {base}, or has another one.")
    docstring = ast.get_docstring(node)
    if not docstring:
        raise ValueError(f"{path}: {node.name} does not say when it is raised.")
    values = dict(known.get(base, {}))
    for statement in node.body:
        if isinstance(statement, ast.Assign):
            values |= _read_assignment(statement)
    return values | {"when": " ".join(docstring.split()).replace("``", "`")}


def _read_assignment(statement):
    (target,) = statement.targets
    names = [part.id for part in target.elts] if isinstance(target, ast.Tuple) else [target.id]
    if not {"status", "code", "message"} & set(names):
        return {}
    value = ast.literal_eval(statement.value)
    return dict(zip(names, value if isinstance(target, ast.Tuple) else [value], strict=True))


def render(errors):
    """Return the text of docs/errors.md."""
    parts = [_HEAD]
    for addon in dict.fromkeys(error.addon for error in errors):
        parts.append(f"\n## {addon}\n\n| status | code | when | message |\n|---|---|---|---|\n")
        own = [error for error in errors if error.addon == addon]
        for error in sorted(own, key=lambda error: (error.status, error.code)):
            parts.append(f"| {error.status} | `{error.code}` | {error.when} | {error.message} |\n")
    return "".join(parts)


if __name__ == "__main__":
    TARGET.write_text(render(read_errors()))
