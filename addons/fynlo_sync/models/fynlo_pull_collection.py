from odoo import api, models
from odoo.addons.fynlo_base.principal import principal_of


class FynloPullCollection(models.AbstractModel):
    """How a collection is chosen and read; each has a reader of its own.

    What tills show is the same whoever is signed in: in the language of the company. Rows that
    belong to the store's catalog are chosen by the store; those that record rules guard, as the
    user.
    """

    _name = "fynlo.pull.collection"
    _description = "Fynlo collection of a pull"

    @api.model
    def _fynlo_sight(self, store, sights):
        """Return the ``SQL`` of the ids that the principal may see in his store.

        Its text and values are part of the cursor: they must be the same from pull to pull.

        :param store: the ``pos.config`` of :meth:`_fynlo_store`
        :param sights: ``{collection: SQL}`` of the collections before this one
        """
        raise NotImplementedError()

    @api.model
    def _fynlo_rows(self, store, ids):
        """Return the rows of the schema of the collection for ids of that sight (not empty)."""
        raise NotImplementedError()

    @api.model
    def _fynlo_store(self):
        """Return ``(store, book)``: the principal's store, sudoed, and its ``PriceBook``.

        The token names the store, and every role may read it. The book keeps between requests
        what is read of the store and its company.
        """
        store_sudo = self.env["pos.config"].sudo().browse(principal_of(self.env).store_id)
        book = self.env["fynlo.price.book"]._fynlo_open(store_sudo)
        company = store_sudo.company_id
        return store_sudo.with_company(company).with_context(lang=book.language), book
