"""What a till may write, and who has his way when others have written the same: one table.

What is not named is the server's: it is dropped from what a till sends, and told anew.
"""

from dataclasses import dataclass, field

from .merge import Rule

#: Once booked they are never changed or removed: a mistake is set right by another record, a
#: refund or a movement back.
APPEND_ONLY = "append_only"
#: A till may add and change them.
MERGED = "merged"
#: They come from the server; a till only reads them.
READ_ONLY = "read_only"


@dataclass(frozen=True)
class PushRule:
    """What becomes of a till's writing to one collection.

    :ivar kind: one of the three words above
    :ivar columns: ``{column: Rule}`` of what a till may write
    :ivar past: ``{column: column of PostgreSQL}`` whose earlier values are kept as bases
    :ivar table: table of PostgreSQL
    :ivar deletion: ``refused`` (it comes back with the next pull), ``cancels``, ``archives`` or
        ``removes``; whoever deletes what another has edited meanwhile is asked
    """

    kind: str
    columns: dict = field(default_factory=dict)
    past: dict = field(default_factory=dict)
    table: str = ""
    deletion: str = "refused"


PUSH_RULES = {
    # An open order is merged; one that is paid or cancelled is append-only.
    "orders": PushRule(
        MERGED,
        columns={
            "orderType": Rule.LAST,
            "tableId": Rule.LAST,
            "customerId": Rule.LAST,
            "customerName": Rule.LAST,
            "scheduledAt": Rule.LAST,
            "guestCount": Rule.LAST,
            "note": Rule.LAST,
            "tip": Rule.LAST,
        },
        past={
            "state": "fynlo_state",
            "orderType": "fynlo_order_type",
            "tableId": "table_id",
            "customerId": "partner_id",
            "customerName": "floating_order_name",
            "scheduledAt": "preset_time",
            "guestCount": "customer_count",
            "note": "general_customer_note",
            "tip": "tip_amount",
        },
        table="pos_order",
        deletion="cancels",
    ),
    # Lines of an open order merge by their ids: two waiters both keep theirs.
    "orderLines": PushRule(
        MERGED,
        columns={
            "quantity": Rule.DELTA,
            "discountPercent": Rule.LAST,
            "note": Rule.LAST,
            "seat": Rule.LAST,
        },
        past={
            "quantity": "qty",
            "discountPercent": "discount",
            "note": "customer_note",
            "seat": "fynlo_seat",
        },
        table="pos_order_line",
        deletion="removes",
    ),
    "payments": PushRule(APPEND_ONLY),
    "cashMovements": PushRule(APPEND_ONLY),
    # So many more or fewer: what a till believes to lie there is never written.
    "stockMoves": PushRule(APPEND_ONLY),
    # What tells who somebody is, and how to reach him, is a manager's to decide.
    "customers": PushRule(
        MERGED,
        columns={
            "type": Rule.ASK,
            "status": Rule.ASK,
            "name": Rule.ASK,
            "firstName": Rule.ASK,
            "lastName": Rule.ASK,
            "email": Rule.ASK,
            "phone": Rule.ASK,
            "tags": Rule.UNION,
            "note": Rule.LAST,
        },
        past={
            "type": "is_company",
            "status": "fynlo_status",
            "name": "name",
            "firstName": "fynlo_first_name",
            "lastName": "fynlo_last_name",
            "email": "email",
            "phone": "phone",
            "note": "comment",
        },
        table="res_partner",
        deletion="archives",
    ),
}
_READ_ONLY = PushRule(READ_ONLY)


def rule_of(collection):
    """Return the :class:`PushRule` of a collection; one that is not named is only read."""
    return PUSH_RULES.get(collection, _READ_ONLY)
