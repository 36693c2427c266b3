from odoo import models


class FynloStoreMixin(models.AbstractModel):
    """Keeps records where who writes may reach them.

    Odoo asks its record rules before a write and not after it: whoever may write a record could
    give it to another store or company, which then lives by what he wrote.
    """

    _name = "fynlo.store.mixin"
    _description = "Fynlo record of a store"

    #: What the record rules of the model go by.
    _fynlo_scope = frozenset(("company_id", "config_id"))

    def write(self, vals):
        """Ask for the right again where the record is now."""
        result = super().write(vals)
        if not self._fynlo_scope.isdisjoint(vals):
            self.check_access("write")
        return result
