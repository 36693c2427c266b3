"""Finds numbers of payment cards in text, and takes them out. Knows no resource.

A number counts if its length and first digits are those that a card network gives out and its
last digit is right (Luhn). That alone would hit one in forty of any 16 digits and one in a
hundred of all EAN-13, so what is known to be something else is told apart by its shape: UUIDs,
long hexadecimal words, decimal numbers, phone numbers with their plus, and, in fields that name
goods, numbers whose GS1 check digit is right too.
Sources: ISO/IEC 7812-1 (length and Luhn); https://en.wikipedia.org/wiki/Payment_card_number
(ranges of the networks); GS1 General Specifications, 7.9.1 (check digit).
"""

import re
import unicodedata

HIDDEN = "***"
#: What people write between the digits: white space, full stops, dashes of all kinds, nothing.
_GAP = (
    r"[\s._\-\u00ad\u00b7\u2010-\u2015\u2212\u200b-\u200d\u2022\u2060\ufe58\ufe63\uff0d\ufeff]{0,3}"
)
_RUN = re.compile(rf"\d(?:{_GAP}\d){{12,}}")
#: Where a run can be: no ASCII letter and no other sign for long enough. Three times as fast.
_MAYBE = re.compile(r"[^!-,/:-@A-Z\[-^`a-z{-~]{13}")
_GROUP = re.compile(r"\d+")
#: Identifiers that may hold any digits: UUIDs (RFC 9562), hashes.
_UUID_TEXT = r"[0-9a-f]{8}-[0-9a-f]{4}-[1-8][0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}"
_UUID = re.compile(_UUID_TEXT, re.IGNORECASE)
_UUID_LENGTH = 36
_IDENTIFIER = re.compile(
    rf"(?i)(?<![0-9a-z])(?:{_UUID_TEXT}|(?=\d*[a-f])[0-9a-f]{{32,}})(?![0-9a-z])"
)
_DECIMAL = re.compile(r"\d{1,12}\.\d+", re.ASCII)
SHORTEST, _LONGEST = 13, 19  # digits
_LONGEST_PHONE = 15  # ITU-T E.164
#: How the digits of a card are grouped within more digits; one that stands alone may be anyhow.
_SHAPES = ((4, 4, 4, 4), (4, 6, 5), (4, 6, 4), (4, 4, 4, 4, 3), (4, 4, 4, 1), (4, 3, 3, 3))
_VISA_OLD = 13
_GTIN_LENGTHS = (13, 14, 18)
_GOODS = frozenset(("barcode", "sku", "gtin", "ean", "code", "badge", "lot", "serial", "reference"))
_PHONES = frozenset(("phone", "mobile", "tel", "fax"))
#: Names of instants in milliseconds: from 2096 to 2128 they begin as an old Visa number does.
_TIMES = frozenset(("at", "time", "clock"))
_SEARCHED = frozenset(("query", "search"))
_WORD = re.compile(r"[A-Z]?[a-z]+|[A-Z]+")


def _span(low, high, *lengths):
    return str(low), str(high), frozenset(lengths)


#: First and last prefix of a network's range, and the lengths of its numbers.
_ISSUERS = (
    _span(4, 4, 13, 16, 19),  # Visa
    _span(51, 55, 16),  # Mastercard
    _span(2221, 2720, 16),
    _span(34, 34, 15),  # American Express
    _span(37, 37, 15),
    _span(300, 305, *range(14, 20)),  # Diners Club
    _span(3095, 3095, *range(14, 20)),
    _span(36, 36, *range(14, 20)),
    _span(38, 39, *range(14, 20)),
    _span(6011, 6011, *range(16, 20)),  # Discover
    _span(644, 659, *range(16, 20)),
    _span(3528, 3589, *range(16, 20)),  # JCB
    _span(62, 62, *range(16, 20)),  # UnionPay
    _span(81, 82, *range(16, 20)),  # UnionPay, RuPay
    _span(606, 608, 16),  # RuPay, Hipercard
    _span(5018, 5020, *range(13, 20)),  # Maestro, Dankort
    _span(5038, 5038, *range(13, 20)),
    _span(506, 509, *range(16, 20)),  # Verve, Elo, RuPay
    _span(5610, 5610, 16),  # Bankcard
    _span(5893, 5893, *range(13, 20)),
    _span(6304, 6304, *range(13, 20)),
    _span(6331, 6331, *range(16, 20)),
    _span(6362, 6363, 16),  # Elo
    _span(6759, 6763, *range(13, 20)),
    _span(6767, 6767, *range(13, 20)),
    _span(2200, 2205, *range(16, 20)),  # Mir, Borica
    _span(8600, 8600, 16),  # UzCard
    _span(9792, 9792, 16),  # Troy
    _span(9860, 9860, 16),  # Humo
)


def has_card_number(text, field=""):
    """Tell whether ``text`` holds the number of a card.

    :param field: name of the field it stands in, which may make a barcode or a phone number of it
    """
    if len(text) == _UUID_LENGTH and _UUID.fullmatch(text):  # most of the texts of an order
        return False
    return _MAYBE.search(text) is not None and bool(find_card_numbers(text, field))


def find_card_numbers(text, field=""):
    """Return ``(start, end)`` of each number of a card in ``text``, in their order."""
    words = set(map(str.lower, _WORD.findall(field)))
    text = _IDENTIFIER.sub(lambda match: "x" * len(match[0]), text)
    return [span for run in _RUN.finditer(text) for span in _cards_of_run(text, run.span(), words)]


def mask_card_numbers(text):
    """Return ``text`` with ``***`` for each number of a card."""
    if not _MAYBE.search(text):
        return text
    for start, end in reversed(find_card_numbers(text)):
        text = text[:start] + HIDDEN + text[end:]
    return text


def _cards_of_run(text, run, words):
    """Return the cards among digits that only gaps part: all of them, or some groups."""
    start, end = run
    if _DECIMAL.fullmatch(text, start, end):
        return []
    groups = [match.span() for match in _GROUP.finditer(text, start, end)]
    shape = tuple(end - start for start, end in groups)
    is_phone = text[start - 1 : start] == "+" and sum(shape) <= _LONGEST_PHONE
    if not is_phone and _is_card(text, groups, shape, words):
        return [run]
    found, position = [], 0
    while position < len(groups) > 1:
        size = _card_at(text, groups, shape, position, words)
        if size:
            found.append((groups[position][0], groups[position + size - 1][1]))
        position += size or 1
    return found


def _card_at(text, groups, shape, position, words):
    """Return how many groups from ``position`` on are a card; 0: none."""
    if shape[position] >= SHORTEST:
        start = groups[position][0]
        is_fraction = text[start - 1 : start] == "."  # as in 12.3499999999999996
        sizes = () if is_fraction else (1,)
    elif shape[position] == 4:
        sizes = (len(each) for each in _SHAPES if shape[position : position + len(each)] == each)
    else:
        return 0
    for size in sizes:
        part = slice(position, position + size)
        if _is_card(text, groups[part], shape[part], words):
            return size
    return 0


def _is_card(text, groups, shape, words):
    length = sum(shape)
    if not SHORTEST <= length <= _LONGEST:
        return False
    digits = _to_ascii("".join(text[start:end] for start, end in groups))
    if not _is_luhn(digits) or not any(_is_issued(digits, *issuer) for issuer in _ISSUERS):
        return False
    if length == _VISA_OLD:  # nobody has such cards any more; phones and clocks show such numbers
        is_odd = len(shape) > 1 and shape not in _SHAPES
        if is_odd or words & (_PHONES | _SEARCHED | _TIMES):
            return False
    is_goods = bool(words & (_GOODS | _SEARCHED))
    return not (is_goods and length in _GTIN_LENGTHS and _is_gtin(digits))


def _to_ascii(digits):
    if digits.isascii():
        return digits
    return "".join(str(unicodedata.decimal(each)) for each in digits)


def _is_issued(digits, low, high, lengths):
    return len(digits) in lengths and low <= digits[: len(low)] <= high


def _is_luhn(digits):
    odd = sum(map(int, digits[-1::-2]))
    even = sum(sum(divmod(2 * int(each), 10)) for each in digits[-2::-2])
    return (odd + even) % 10 == 0


def _is_gtin(digits):
    odd = sum(map(int, digits[-1::-2]))
    return (odd + 3 * sum(map(int, digits[-2::-2]))) % 10 == 0
