"""Values that Odoo would read again in every request, kept between requests."""

from odoo.tools import OrderedSet

#: Models whose rows change by hand and rarely. Only what lies in their own tables is kept, plus
#: the computed fields named here, which depend on nothing but these tables.
KEPT = {
    "account.cash.rounding": (),
    "account.journal": (),
    "account.tax": (
        "children_tax_ids",
        "has_negative_factor",
        "invoice_repartition_line_ids",
        "price_include",
        "refund_repartition_line_ids",
    ),
    "account.tax.group": (),
    "account.tax.repartition.line": (),
    "hr.employee": (),
    "pos.config": ("currency_id", "payment_method_ids"),
    "pos.payment.method": ("is_cash_count",),
    "pos.preset": (),
    "product.product": (),
    "res.company": (),
    "res.currency": (),
}


class WarmCache:
    """Field values of the kept models, as Odoo's cache holds them.

    Access rights are not in the cache: they are checked where records are looked up.
    """

    def __init__(self):
        self._values = {}

    def harvest(self, env):
        """Take over what the transaction of ``env`` has read. Nothing may be waiting for a flush."""
        for field in OrderedSet(env.transaction.field_data):
            if field not in self._values and _is_kept(field):
                values = field._get_cache(env)
                self._values[field] = {key: values[key] for key in values if key}

    def pour(self, env):
        """Give a fresh transaction the kept values; what it has read itself stays."""
        for field, values in self._values.items():
            cache = field._get_cache(env)
            for key in values.keys() - cache.keys():
                cache[key] = values[key]


def _is_kept(field):
    extra = KEPT.get(field.model_name)
    if extra is None:
        return False
    return field.name in extra or bool(field.store and field.column_type)
