from hashlib import sha256

from odoo import api, models
from odoo.addons.fynlo_base.exceptions import InvalidFieldsError
from odoo.addons.fynlo_base.principal import principal_of
from odoo.tools import SQL

from ..engine import pull_plan
from ..engine.cursor import make_seen
from ..exceptions import PullOutdatedError
from ..schemas.collections import COLLECTIONS
from ..schemas.pull import PullChanges, PullView, TableChanges

#: Rows of a page: some megabytes of JSON, a fraction of a second.
PAGE_ROWS = 5000


class FynloPull(models.AbstractModel):
    """Delivers to a till what it may see and has not seen.

    All of a page is read in one transaction, which Odoo opens as REPEATABLE READ: one moment.
    """

    _name = "fynlo.pull"
    _description = "Fynlo pull"

    @api.model
    def _fynlo_pull(self, query):
        """Return the ``PullView`` of a ``PullQuery``: the next page for the principal's store.

        :raise InvalidFieldsError: the token or the device are not of this server or store
        :raise PullOutdatedError: the pages of this pull do not fit together any more
        """
        self.env.flush_all()
        self._fynlo_check_device(query.device)
        self._fynlo_note_queue(query)
        store, book = self.env["fynlo.pull.collection"]._fynlo_store()
        sights = self._fynlo_sights(store)
        plan = self._fynlo_plan(query, self._fynlo_moment(sights))
        pages = self.env["fynlo.pull.page"]
        tables, rest = pages._fynlo_fill(plan, store, sights, PAGE_ROWS)
        self.env["fynlo.price.book"]._fynlo_keep_warm(book, "pull")
        return PullView.model_construct(
            changes=PullChanges.model_construct(
                **{each.name: tables.get(each.name, TableChanges()) for each in COLLECTIONS}
            ),
            timestamp=plan.timestamp,
            snapshot=plan.snapshot,
            experimental_strategy="replacement" if plan.is_replacement else "incremental",
            has_more=rest is not None,
            page_token=rest and pull_plan.encode(rest),
        )

    @api.model
    def _fynlo_sights(self, store):
        """Return ``{collection: SQL of the ids that the principal may see}``.

        :param store: as readers take it
        """
        sights = {}
        for collection in COLLECTIONS:
            reader = self.env[collection.reader]
            sights[collection.name] = reader._fynlo_sight(store, sights)
        return sights

    def _fynlo_plan(self, query, moment):
        if query.page_token is None:
            return pull_plan.begin(query.last_pulled_at, query.seen, query.new_tables, moment)
        try:
            plan = pull_plan.decode(query.page_token, moment)
        except ValueError as error:
            raise _invalid("pageToken", str(error)) from None
        if plan is None:
            raise PullOutdatedError()
        return plan

    def _fynlo_moment(self, sights):
        """Return the :class:`~..engine.pull_plan.Moment` of this transaction.

        A till that may see other rows than before, in another store or by another rule, starts
        over: nothing in the log says which rows these are.
        """
        epoch, secret, floor = self.env["fynlo.sync.epoch"]._fynlo_read()
        [[numbers, xmax]] = self.env.execute_query(
            SQL("""SELECT pg_current_snapshot()::text,
                          pg_snapshot_xmax(pg_current_snapshot())::text::bigint""")
        )
        ground = [secret, *((name, each.code, each.params) for name, each in sights.items())]
        sight = sha256(repr(ground).encode()).hexdigest()[:32]
        return pull_plan.Moment(epoch, floor, make_seen(numbers, sight), xmax)

    def _fynlo_check_device(self, uuid):
        if uuid is None:
            return
        principal = principal_of(self.env)
        domain = [("fynlo_uuid", "=", str(uuid)), ("config_id", "=", principal.store_id)]
        if principal.device_id:
            domain.append(("id", "=", principal.device_id))
        # Cashiers may not read devices; that it is the principal's own or its store's is checked.
        if not self.env["fynlo.device"].sudo().search_count(domain, limit=1):
            raise _invalid("device", "It is not the till that asks.")

    def _fynlo_note_queue(self, query):
        device_id = principal_of(self.env).device_id
        if device_id:
            # A till tells of its own work; cashiers may not write devices.
            self.env["fynlo.device"].sudo().browse(device_id)._fynlo_note_queue(query)


def _invalid(field, message):
    error = {"field": field, "code": "unknown_reference", "message": message}
    return InvalidFieldsError(errors=[error])
