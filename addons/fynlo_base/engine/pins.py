"""PINs of employees: which are good enough, and how one is remembered without being stored."""

import hashlib
import hmac
import secrets

MIN_LENGTH = 4
MAX_LENGTH = 8
#: About 10 ms on one core. The pepper is what makes a stolen table useless: 10,000 PINs are
#: guessed in two minutes at any cost that a cashier would wait for.
_SCRYPT = {"n": 2**12, "r": 8, "p": 1, "dklen": 32}
_SCHEME = "1"
_STEPS_OF_A_SEQUENCE = (0, 1, 9)  # 0000, 1234 and 4321; modulo 10, so that 8901 counts too


def find_weakness(pin):
    """Return why ``pin`` may not be used, as a sentence, or ``None`` for a good one."""
    if not (pin.isascii() and pin.isdigit()):
        return "A PIN has digits only."
    if not MIN_LENGTH <= len(pin) <= MAX_LENGTH:
        return f"A PIN has {MIN_LENGTH} to {MAX_LENGTH} digits."
    if _is_sequence(pin) or _is_repetition(pin):
        return "This PIN is too easy to guess: no sequences, no repetitions."
    return None


def _is_sequence(pin):
    steps = {(int(after) - int(before)) % 10 for before, after in zip(pin, pin[1:], strict=False)}
    return len(steps) == 1 and steps.pop() in _STEPS_OF_A_SEQUENCE


def _is_repetition(pin):
    """1212, 4747, 123123: a block of at most half the length, over and over."""
    sizes = range(1, len(pin) // 2 + 1)
    return any(len(pin) % size == 0 and pin == pin[:size] * (len(pin) // size) for size in sizes)


def make_verifier(pepper, subject, pin):
    """Return the text to store for ``pin``.

    :param pepper: 32 secret bytes that are not in the database
    :param subject: whose PIN it is, e.g. a UUID; the verifier of one is worthless for another
    """
    salt = secrets.token_bytes(16)
    return f"{_SCHEME}${salt.hex()}${_digest(pepper, subject, pin, salt).hex()}"


def matches(verifier, pepper, subject, pin):
    """Tell whether ``pin`` made ``verifier``; takes as long when there is no verifier."""
    scheme, salt, digest = (verifier or f"{_SCHEME}${'00' * 16}$").split("$")
    found = _digest(pepper, subject, pin, bytes.fromhex(salt))
    return scheme == _SCHEME and hmac.compare_digest(found, bytes.fromhex(digest))


def _digest(pepper, subject, pin, salt):
    message = f"{subject}\n{pin}".encode()
    peppered = hmac.new(pepper, message, hashlib.sha256).digest()
    return hashlib.scrypt(peppered, salt=salt, **_SCRYPT)
