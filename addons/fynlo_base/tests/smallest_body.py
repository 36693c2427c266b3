"""The smallest body that a schema takes, made from its JSON Schema."""

from uuid import uuid4


def smallest_body(schema):
    """Return a JSON-ready body with the required fields of a pydantic model and no others."""
    document = schema.model_json_schema(by_alias=True)
    return _build(document, document.get("$defs", {}))


def _build(node, definitions):
    if "$ref" in node:
        return _build(definitions[node["$ref"].rpartition("/")[2]], definitions)
    if "enum" in node or "const" in node:
        return node.get("const", node.get("enum", [None])[0])
    for choice in (*node.get("allOf", ()), *node.get("anyOf", ())):
        return _build(choice, definitions)
    kind = node.get("type", "object")
    if kind == "object":
        required, fields = node.get("required", ()), node.get("properties", {})
        return {name: _build(fields[name], definitions) for name in required}
    if kind == "array":
        return [_build(node["items"], definitions) for _ in range(node.get("minItems", 0))]
    if kind in ("integer", "number"):
        return max(node.get("minimum", 0), node.get("exclusiveMinimum", -1) + 1)
    return _text(node) if kind == "string" else True


def _text(node):
    formats = {"uuid": str(uuid4()), "date-time": "2026-01-31T12:00:00Z", "date": "2026-01-31"}
    formats |= {"email": "somebody@example.com"}
    return formats.get(node.get("format"), "x" * node.get("minLength", 1))
