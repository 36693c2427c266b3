"""What names a person in a text: patterns to find it, and JSON with its place left empty."""

import html
import json
import re

from .search_text import phone_digits

#: A shorter word would be found inside of others.
_MIN_WORD = 3
_MIN_DIGITS, _SURE_DIGITS = 6, 9
_BETWEEN = "[ ()./-]*"
#: Words of the wire that say what somebody is, not who.
_KEPT = frozenset(("createdAt", "country", "currency", "id", "lastVisitAt", "segment", "status"))
_KEPT |= frozenset(("tier", "type"))
#: Words of the wire under which an order or a ticket says a guest's name, whatever it is.
_NAMES = frozenset(("customer", "customerName"))


def make_pattern(words, phones=()):
    """Return the regular expression that finds ``words`` and ``phones``; empty for nothing.

    It is PostgreSQL's as well as Python's. Words are found as JSON and HTML spell them too, phone
    numbers however they are grouped and with or without their country.
    """
    forms = set()
    for word in words:
        plain = (word or "").strip()
        if len(plain) >= _MIN_WORD:
            forms |= {plain, html.escape(plain), html.escape(plain).replace("&#x27;", "&#39;")}
            forms |= {json.dumps(plain)[1:-1], json.dumps(plain, ensure_ascii=False)[1:-1]}
    parts = [re.escape(form) for form in sorted(forms, key=lambda form: (-len(form), form))]
    numbers = {digits for phone in phones if len(digits := phone_digits(phone)) >= _MIN_DIGITS}
    return "|".join(parts + [_phone_pattern(digits) for digits in sorted(numbers)])


def _phone_pattern(digits):
    """Return the pattern of the last digits, and of the few before them."""
    start = rf"[+(]*([0-9]{_BETWEEN}){{0,5}}"
    return start + _BETWEEN.join(digits[-_SURE_DIGITS:])


def empty_objects(value, uuids, put):
    """Return JSON ``value`` with every text of the objects whose ``id`` is among ``uuids`` gone.

    A guest's name on an order is gone too: nobody has to be called there as his contact is.

    :param put: text that takes its place
    """
    if isinstance(value, list):
        return [empty_objects(item, uuids, put) for item in value]
    if not isinstance(value, dict):
        return value
    is_person = value.get("id") in uuids
    return {
        key: put
        if isinstance(item, str) and (key in _NAMES or (is_person and key not in _KEPT))
        else empty_objects(item, uuids, put)
        for key, item in value.items()
    }
