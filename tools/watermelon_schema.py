#!/usr/bin/env python3
"""Write clients/watermelon/schema.js from what the server declares that a till gets.

The declarations are read from their source, so that neither Odoo nor a database is needed::

    python3 tools/watermelon_schema.py
"""

import ast
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "clients" / "watermelon" / "schema.js"
_ADDON = ROOT / "addons" / "fynlo_sync"
_SCHEMAS = _ADDON / "schemas"
_TYPES = {
    "str": "string",
    "JsonText": "string",
    "Literal": "string",
    "int": "number",
    "float": "number",
    "Millis": "number",
    "bool": "boolean",
}
_HEAD = """\
// Made by tools/watermelon_schema.py from addons/fynlo_sync/schemas. Change that, then run it.

/** What a till gets, for `tableSchema` of WatermelonDB. `updated_at` stays on the till. */
export const fynloTables = [
"""


@dataclass(frozen=True)
class Column:
    """A column of a till's table; ``kind`` is WatermelonDB's word for its type."""

    name: str
    kind: str
    is_optional: bool


def read_tables():
    """Return ``{table: [Column]}`` in the order in which tills get them; then what they send."""
    rows, declared, sent = {}, {}, {}
    for path in sorted(_SCHEMAS.glob("*_rows.py")):
        for node in ast.parse(path.read_text()).body:
            if isinstance(node, ast.ClassDef):
                rows[node.name] = [_column(each) for each in node.body if _is_field(each)]
            elif isinstance(node, ast.Assign) and _is_collection(node.value):
                told = {each.arg: each.value for each in node.value.keywords}
                declared[node.targets[0].id] = told["name"].value, told["row"].id
            elif isinstance(node, ast.Assign) and node.targets[0].id == "SENT_ONLY":
                pairs = zip(node.value.keys, node.value.values, strict=True)
                sent = {name.value: row.id for name, row in pairs}
    tables = {declared[each][0]: rows[declared[each][1]] for each in _order()}
    return tables | {name: rows[row] for name, row in sent.items()}


def writable_tables():
    """Return the names of the tables whose rows a till may change."""
    sys.path.insert(0, str(_ADDON))
    try:
        from engine.push_rules import MERGED, PUSH_RULES
    finally:
        sys.path.remove(str(_ADDON))
    return {name for name, rule in PUSH_RULES.items() if rule.kind == MERGED}


def _order():
    tree = ast.parse((_SCHEMAS / "collections.py").read_text())
    [found] = [node.value for node in tree.body if isinstance(node, ast.Assign)]
    return [each.id for each in found.elts]


def _is_collection(value):
    return isinstance(value, ast.Call) and getattr(value.func, "id", "") == "Collection"


def _is_field(node):
    return isinstance(node, ast.AnnAssign)


def _column(field):
    kind = field.annotation
    is_optional = isinstance(kind, ast.BinOp)
    if is_optional:
        kind = kind.left
    if isinstance(kind, ast.Subscript):
        kind = kind.value
    first, *others = field.target.id.split("_")
    name = first + "".join(each.capitalize() for each in others)
    return Column(name, _TYPES[kind.id], is_optional)


def render(tables, writable):
    """Return the text of schema.js."""
    parts = []
    for name, columns in tables.items():
        lines = [_line(each) for each in columns]
        if name in writable:
            lines.append(_line(Column("updated_at", "number", is_optional=False)))
        parts.append(f"  {{\n    name: '{name}',\n    columns: [\n{''.join(lines)}    ],\n  }},\n")
    return f"{_HEAD}{''.join(parts)}]\n"


def _line(column):
    told = f"name: '{column.name}', type: '{column.kind}'"
    told += ", isOptional: true" if column.is_optional else ""
    told += ", isIndexed: true" if column.name.endswith("Id") else ""
    return f"      {{ {told} }},\n"


if __name__ == "__main__":
    TARGET.write_text(render(read_tables(), writable_tables()))
