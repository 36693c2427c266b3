"""A body with something planted in every text that a route's OpenAPI schema knows."""


def plant(schema, definitions, marker):
    """Return ``(body, fields)``: a JSON-ready value, and the dotted path of each planted text.

    :param schema: a JSON Schema of the document
    :param definitions: its ``components/schemas``, by name
    :param marker: takes nothing and returns the next text
    """
    fields = []
    return _build(schema, definitions, marker, (), fields), fields


def _build(node, definitions, marker, path, fields):
    node = _chosen(node, definitions)
    kind = node.get("type", "object")
    if kind == "object":
        value = {
            name: _build(inner, definitions, marker, (*path, name), fields)
            for name, inner in node.get("properties", {}).items()
        }
        return value or {"anything": _text(marker, (*path, "anything"), fields)}
    if kind == "array":
        return [_build(node.get("items", {}), definitions, marker, (*path, "0"), fields)]
    if kind == "string":
        return _text(marker, path, fields)
    return {"integer": 1, "number": 1, "boolean": True}.get(kind)


def _chosen(node, definitions):
    """Follow references, and of several schemas take the first that is not ``null``."""
    while True:
        choices = [*node.get("anyOf", ()), *node.get("oneOf", ()), *node.get("allOf", ())]
        choices = [choice for choice in choices if choice.get("type") != "null"]
        if "$ref" in node:
            node = definitions[node["$ref"].rpartition("/")[2]]
        elif choices:
            node = choices[0]
        else:
            return node


def _text(marker, path, fields):
    fields.append(".".join(path))
    return marker()
