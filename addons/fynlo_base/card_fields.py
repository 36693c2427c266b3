"""Numbers of payment cards in what the web client and other modules write to records."""

from .engine.card_numbers import has_card_number, mask_card_numbers
from .exceptions import CardNumberNotAllowedError


def refuse_cards(vals_list, names):
    """Refuse values for records if the number of a card is in one of the texts ``names``.

    :raise CardNumberNotAllowedError: the web client shows its sentence
    """
    found = sorted({
        name
        for vals in vals_list
        for name in names & vals.keys()
        if isinstance(vals[name], str) and has_card_number(vals[name], name)
    })  # fmt: skip
    if found:
        code, message = CardNumberNotAllowedError.code, "The number of a payment card."
        errors = [{"field": name, "code": code, "message": message} for name in found]
        raise CardNumberNotAllowedError(errors=errors)


def without_cards(vals, names):
    """Return values for a record, masked where the number of a card is in the texts ``names``.

    For what may not fail: a sale that Odoo's own till sends when the guest has gone.
    """
    masked = {
        name: mask_card_numbers(vals[name])
        for name in names & vals.keys()
        if isinstance(vals[name], str) and has_card_number(vals[name], name)
    }
    return {**vals, **masked} if masked else vals
