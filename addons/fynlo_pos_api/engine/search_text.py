"""What a customer is found by: folded text that holds all of it, and patterns to look for in it."""

import re
import unicodedata

#: What somebody types who reads a phone number aloud.
_PHONE = re.compile(r"[0-9\s()+./-]+")
_NO_DIGIT = re.compile(r"[^0-9]+")
#: Fewer characters have no trigram: they are looked for where a word begins.
_MIN_INSIDE = 3


def fold(text):
    """Return ``text`` in small letters, without accents, words set apart by one space."""
    text = text or ""
    if text.isascii():
        return " ".join(text.lower().split())
    parts = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(char for char in parts if not unicodedata.combining(char))
    return " ".join(plain.split())


def phone_digits(phone):
    """Return the digits of a phone number, without the zeros that a country puts in front."""
    digits = _NO_DIGIT.sub("", phone or "")
    return digits.removeprefix("00") if digits.startswith("00") else digits.removeprefix("0")


def index_text(*parts):
    """Return what the search looks into; each word has a space before it."""
    words = fold(" ".join(part for part in parts if part))
    return f" {words}" if words else ""


def find_patterns(query):
    """Return the patterns of SQL's ``LIKE`` that all must match for a customer to be found.

    A phone number is one pattern, however it is written; of anything else each word is one.
    """
    if _PHONE.fullmatch(query) and len(digits := phone_digits(query)) >= _MIN_INSIDE:
        return [f"%{digits}%"]
    return [_pattern(word) for word in fold(query).split()]


def _pattern(word):
    escaped = word.replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_")
    return f"%{escaped}%" if len(word) >= _MIN_INSIDE else f"% {escaped}%"


def split_name(name):
    """Return ``(first, last)`` of a person's name: the last word is the family's."""
    first, _, last = (name or "").strip().rpartition(" ")
    return (first, last) if first else (last, "")


def join_name(first, last):
    """Return the full name of a person; one of both may be empty."""
    return " ".join(part for part in (first, last) if part)
