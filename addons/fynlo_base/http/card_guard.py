"""Numbers of payment cards are refused before anything reads, stores or logs them."""

from ..engine.card_numbers import SHORTEST, has_card_number, mask_card_numbers
from ..exceptions import CardNumberNotAllowedError
from .body import FIELD_MAX_LENGTH, MAX_FIELD_ERRORS

#: Headers that are kept or echoed; ``X-Request-Id`` is made anew instead.
_KEPT_HEADERS = ("Idempotency-Key",)
#: Smallest number of 13 digits: no quantity and no amount is that large.
_SMALLEST = 10**12


def check_request(httprequest, path_args):
    """Refuse a request whose path, query string or headers hold the number of a card.

    :param path_args: converted parts of the path
    :raise CardNumberNotAllowedError: names every such field, never the value
    """
    found = [name for name, value in path_args.items() if _is_card(value, name)]
    for name, values in httprequest.args.lists():
        if _is_card(name) or any(_is_card(value, name) for value in values):
            found.append(mask_card_numbers(name))
    found += [
        name for name in _KEPT_HEADERS if _is_card(httprequest.headers.get(name), "reference")
    ]
    _refuse(found)


def check_document(document):
    """Refuse a document (the parsed body) with the number of a card anywhere in it.

    :raise CardNumberNotAllowedError: names every such field, never the value
    """
    if _holds_card(document):
        _refuse(list(_find_fields(document, (), "")))


def _holds_card(document):
    """Look without names, which is quick: a barcode that it takes for a card is looked at again."""
    stack = [document]
    while stack:
        value = stack.pop()
        kind = type(value)  # of JSON: no subclasses
        if kind is str:
            if len(value) >= SHORTEST and has_card_number(value):
                return True
        elif kind is dict:
            stack += value.values()
            stack += value  # its keys
        elif kind is list:
            stack += value
        elif _is_card(value):
            return True
    return False


def _find_fields(value, path, name):
    """Yield the dotted path of each field with a card in it; in lists a field has its list's."""
    if isinstance(value, dict):
        for key, item in value.items():
            if _is_card(key):
                yield _dotted((*path, key))
            yield from _find_fields(item, (*path, key), key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _find_fields(item, (*path, str(index)), name)
    elif _is_card(value, name):
        yield _dotted(path)


def _is_card(value, name=""):
    if isinstance(value, str):
        return has_card_number(value, name)
    if isinstance(value, int | float) and value >= _SMALLEST:  # JSON has no infinite numbers
        return value == int(value) and has_card_number(str(int(value)), name)
    return False


def _dotted(path):
    return ".".join(map(mask_card_numbers, path)) or "body"


def _refuse(fields):
    if not fields:
        return
    message = "Numbers of payment cards are not taken here."
    code = CardNumberNotAllowedError.code
    raise CardNumberNotAllowedError(
        errors=[
            {"field": field[:FIELD_MAX_LENGTH], "code": code, "message": message}
            for field in fields[:MAX_FIELD_ERRORS]
        ]
    )
