from odoo import api, models
from odoo.tools import SQL

from ..exceptions import SessionNotOpenError


class PosSession(models.Model):
    _inherit = "pos.session"

    @api.model
    def _fynlo_hold_current(self, config):
        """Return the open session of a store, kept from closing until this transaction ends.

        One query and no more, because every sale asks it. Sales of many tills hold it together.

        :param config: the store, already checked (one ``pos.config``)
        :raise SessionNotOpenError: there is none, or it is closing
        """
        query = """SELECT id, fynlo_uuid, COALESCE(fynlo_has_shifts, false) FROM pos_session
                   WHERE config_id = %s AND state = 'opened' AND rescue IS NOT TRUE
                   ORDER BY id DESC LIMIT 1 FOR SHARE"""
        rows = self.env.execute_query(SQL(query, config.id))
        if not rows:
            raise SessionNotOpenError()
        session_id, uuid, has_shifts = rows[0]
        # All that a sale needs of its session; the row need not be read again.
        known = {"config_id": config.id, "fynlo_uuid": uuid, "state": "opened"}
        known["fynlo_has_shifts"] = has_shifts
        for name, value in known.items():
            self._fields[name]._get_cache(self.env)[session_id] = value
        return self.browse(session_id)
