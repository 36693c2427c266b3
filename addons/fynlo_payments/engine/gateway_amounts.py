"""Minor units at a gateway's edge: not every gateway counts a currency as Odoo does."""

#: Decimal places of Stripe's amounts where they are not two. ISK and UGX have none and are written
#: with two. Source: https://docs.stripe.com/currencies
STRIPE_DECIMALS = {
    **dict.fromkeys(("BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "MGA"), 0),
    **dict.fromkeys(("PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"), 0),
    **dict.fromkeys(("BHD", "JOD", "KWD", "OMR", "TND"), 3),
}


class AmountError(ValueError):
    """An amount that a gateway cannot say: smaller than its smallest coin."""


def to_stripe(amount, currency, decimals):
    """Return an amount of the books in Stripe's minor units.

    :param currency: its code, in any case
    :param decimals: how many decimal places the books have for it
    :raise AmountError: Stripe has no such small coin
    """
    return _shift(amount, STRIPE_DECIMALS.get(currency.upper(), 2) - decimals)


def from_stripe(amount, currency, decimals):
    """Return Stripe's amount in minor units of the books.

    :raise AmountError: the books have no such small coin
    """
    return _shift(amount, decimals - STRIPE_DECIMALS.get(currency.upper(), 2))


def _shift(amount, places):
    if places >= 0:
        return amount * 10**places
    shifted, rest = divmod(amount, 10**-places)
    if rest:
        raise AmountError(amount)
    return shifted
