from odoo import models

from ..principal import find_principal


class IrRule(models.Model):
    """Gives record rules ``fynlo_store_ids``: the only stores the user may see, or ``None``.

    In a request of the API these are the stores of the token, in the web client those of the
    user. A web client cannot widen them: only the server can put a principal into a context.
    """

    _inherit = "ir.rule"

    def _fynlo_store_ids(self):
        limit = self.env["res.users"]._fynlo_limits().get(self.env.uid)
        principal = find_principal(self.env)
        if principal is None:
            return limit
        return tuple(id_ for id_ in principal.store_ids if limit is None or id_ in limit)

    def _eval_context(self):
        store_ids = self._fynlo_store_ids()
        limit = None if store_ids is None else list(store_ids)
        return {**super()._eval_context(), "fynlo_store_ids": limit}

    def _compute_domain_context_values(self):
        """Cache a domain for the stores of the token it was made for, and for no other.

        The limit of the user himself is in the key through the user.
        """
        yield from super()._compute_domain_context_values()
        principal = find_principal(self.env)
        yield principal.store_ids if principal else None
