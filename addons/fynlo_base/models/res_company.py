from odoo import fields, models
from odoo.fields import Command
from odoo.tools import SQL

from ..exceptions import ForbiddenError


class ResCompany(models.Model):
    _inherit = "res.company"

    fynlo_last_device_number = fields.Integer(
        "Last device number", default=0, readonly=True, copy=False
    )

    def _fynlo_lock(self):
        """Let one transaction at a time go on for this company.

        The row is written, not only locked: a transaction that waited here has a snapshot from
        before, and must fail and run again instead of missing what the first one made.
        """
        self.env.cr.execute(
            SQL("UPDATE res_company SET id = id WHERE id = %s", self.id), log_exceptions=False
        )

    def _fynlo_read_main(self):
        """Read what rules and amounts need of one company: its row has a hundred columns."""
        self.sudo().fetch(["parent_id", "parent_path", "currency_id"])
        self.currency_id.sudo().fetch(["name", "decimal_places"])

    def _fynlo_next_device_number(self):
        """Return the next free device number of one company; numbers are never used twice."""
        self.env.cr.execute(
            SQL(
                """UPDATE res_company
                   SET fynlo_last_device_number = COALESCE(fynlo_last_device_number, 0) + 1
                   WHERE id = %s RETURNING fynlo_last_device_number""",
                self.id,
            ),
            log_exceptions=False,
        )
        self.invalidate_recordset(["fynlo_last_device_number"], flush=False)
        return self.env.cr.fetchone()[0]

    def _fynlo_technical_user(self, role):
        """Return the technical user of one company for ``role``, sudoed; made when missing.

        There is none for ``owner``: what an owner may do is never done without a person's own
        user.

        :raise ForbiddenError: the role has no technical user, or an administrator archived it
        """
        if role == "owner":
            raise ForbiddenError(self.env._("An owner needs an Odoo user of his own."))
        user_sudo = self._fynlo_find_technical_user(role)
        if not user_sudo:
            self._fynlo_lock()
            user_sudo = self._fynlo_make_technical_user(role)
        if not user_sudo.active:
            raise ForbiddenError(
                self.env._("The technical user of this role is archived: nobody can use it.")
            )
        return user_sudo

    def _fynlo_find_technical_user(self, role):
        users = self.env["res.users"].sudo().with_context(active_test=False)
        domain = [("fynlo_technical_role", "=", role), ("company_id", "=", self.id)]
        return users.search(domain, limit=1)

    def _fynlo_make_technical_user(self, role):
        """Make the user, or wake the one that an earlier installation left archived."""
        groups = self.env.ref("base.group_user") | self.env.ref(f"fynlo_base.group_fynlo_{role}")
        quiet = {"no_reset_password": True, "active_test": False, "tracking_disable": True}
        users = self.env["res.users"].sudo().with_context(**quiet)
        vals = {
            "login": f"fynlo-{role}-{self.id}",
            "fynlo_technical_role": role,
            "company_id": self.id,
            "company_ids": [Command.set(self.ids)],
            "group_ids": [Command.set(groups.ids)],
            "active": True,
        }
        if user_sudo := users.search([("login", "=", vals["login"])]):
            user_sudo.write(vals)
            self._fynlo_hide_contact(user_sudo.partner_id)
            return user_sudo
        user_sudo = users.create({**vals, "name": f"Fynlo {role} ({self.name})"})
        self._fynlo_hide_contact(user_sudo.partner_id)
        return user_sudo

    def _fynlo_hide_contact(self, partner_sudo):
        """Archive the contact of a technical user, so that it appears in no address book.

        Odoo refuses that for the contact of somebody who signs in; this one never does.
        """
        partner_sudo.flush_recordset(["active"])
        self.env.cr.execute(
            SQL("UPDATE res_partner SET active = false WHERE id = %s", partner_sudo.id)
        )
        partner_sudo.invalidate_recordset(["active"], flush=False)
