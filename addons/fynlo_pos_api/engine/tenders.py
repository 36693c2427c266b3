"""Whether payments cover a cart, and what change they leave."""

from dataclasses import dataclass

from .book import MethodEntry


@dataclass(frozen=True, slots=True)
class Tender:
    """One payment as it will be booked; amounts are in the store's currency.

    :ivar amount: what it pays of the order
    :ivar tendered: what was handed over; the rest of it is change
    """

    uuid: str
    method: MethodEntry
    amount: float
    tendered: float
    reference: str | None


@dataclass(frozen=True, slots=True)
class Settlement:
    """The payments of an order put together.

    :ivar due: what is owed with these payments; paying in cash may round it
    :ivar paid: what of it is paid
    """

    tenders: tuple
    due: float
    paid: float
    is_covered: bool

    @property
    def change(self):
        """What :attr:`change_method` gives back."""
        return sum(self.change_for(tender) for tender in self.tenders)

    def change_for(self, tender):
        """Return what was given back for one tender, by the method that gives change.

        One method does, as Odoo knows a single change. Of another only what it kept is booked.
        """
        return tender.tendered - tender.amount if tender.method == self.change_method else 0.0

    @property
    def change_method(self):
        """The cash method that gives the change, or ``None``."""
        gives = (each.method for each in self.tenders if each.tendered > each.amount)
        return next(gives, None)


def method_entry(method):
    """Return a ``pos.payment.method`` as the book has it; of the web till too, or lost since."""
    return MethodEntry(
        id=method.id,
        uuid=method.fynlo_uuid,
        name=method.name,
        is_cash=method.is_cash_count,
        needs_customer=method.split_transactions or not method.journal_id,
        is_account=not method.journal_id,  # Odoo's "pay later"; its type would read the journal
    )


def check_tenders(payments, book, has_customer, faults):
    """Return the ``PaymentCreate`` of a body as tenders; what is wrong is noted in ``faults``."""
    tenders, references = [], set()
    for index, payment in enumerate(payments):
        method = book.methods.get(str(payment.method))
        path = f"payments.{index}"
        if method is None:
            faults.add(f"{path}.method", "unknown_reference", "The store has no such method.")
            continue
        _check_tender(payment, method, path, faults)
        if payment.reference and (method.id, payment.reference) in references:
            faults.add(f"{path}.reference", "repeated", "A reference pays once.")
        references.add((method.id, payment.reference))
        if method.needs_customer and not has_customer:
            faults.add("customerId", "required", f"{method.name} needs a customer.")
        tendered = payment.amount if payment.tendered is None else payment.tendered
        amounts = (book.currency.from_minor(minor) for minor in (payment.amount, tendered))
        tenders.append(Tender(str(payment.id), method, *amounts, payment.reference))
    return tuple(tenders)


def _check_tender(payment, method, path, faults):
    if payment.tendered is not None:
        if not method.is_cash:
            faults.add(f"{path}.tendered", "not_allowed", "Only cash is handed over.")
        elif payment.tendered < payment.amount:
            faults.add(f"{path}.tendered", "too_small", "Less is handed over than is paid.")
    if payment.reference is not None and method.is_cash:
        faults.add(f"{path}.reference", "not_allowed", "Cash has no reference.")


def settle(cart, tenders):
    """Return the :class:`Settlement` of a priced cart; ``paid`` may exceed ``due``."""
    currency = cart.book.currency
    paid = currency.round(sum(tender.amount for tender in tenders))
    due = cart.total
    coins = cart.book.cash_rounding
    if coins and any(tender.method.is_cash for tender in tenders):
        other = currency.round(sum(each.amount for each in tenders if not each.method.is_cash))
        if other <= due:
            due = currency.round(other + coins.round(currency.round(due - other)))
    return Settlement(tenders, due, paid, is_covered=currency.is_zero(paid - due))
