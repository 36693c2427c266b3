"""Values that Odoo would read again in every request, kept between requests."""

from odoo.http import DEFAULT_LANG

#: Models that are kept with all that lies in their own tables, and with the computed fields named
#: here, which depend on nothing but kept models.
WHOLE = {
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
    "pos.config": ("currency_id", "payment_method_ids"),
    "pos.payment.method": ("is_cash_count",),
    "pos.preset": (),
    "res.company": (),
    "res.currency": (),
}
#: Models of which only some columns are kept, because others change all the time.
PARTS = {
    "fynlo.device": (
        "company_id",
        "config_id",
        "fynlo_order_seq_id",
        "fynlo_uuid",
        "name",
        "number",
    ),
    "hr.employee": ("fynlo_uuid", "name"),
    "ir.sequence": ("prefix", "suffix"),
}


class WarmCache:
    """Field values of the kept models, as Odoo's cache holds them.

    Access rights are not in the cache: they are checked where records are looked up.
    """

    def __init__(self):
        self._values = {}

    def harvest(self, env):
        """Take over what the transaction of ``env`` has read. Nothing may wait for a flush."""
        for field in list(env.transaction.field_data):
            if _is_kept(field):
                cache = field._get_cache(env)
                kept = self._values.setdefault((field, _language(field, env)), {})
                kept.update((key, cache[key]) for key in cache if key and key not in kept)

    def pour(self, env):
        """Give a fresh transaction the kept values; what it has read itself stays."""
        for (field, language), values in list(self._values.items()):  # others may harvest
            if language != _language(field, env):
                continue
            cache = field._get_cache(env)
            cache.update(values if not cache else {**values, **cache})


def _language(field, env):
    """Return the language that a field's cached values are in, ``None`` without translations."""
    return (env.lang or DEFAULT_LANG) if getattr(field, "translate", False) else None


def _is_kept(field):
    if field.model_name in PARTS:
        return field.name in PARTS[field.model_name]
    extra = WHOLE.get(field.model_name)
    if extra is None:
        return False
    return field.name in extra or bool(field.store and field.column_type)
