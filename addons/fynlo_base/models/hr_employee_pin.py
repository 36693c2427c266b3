from odoo import api, fields, models
from odoo.tools import SQL

from ..engine import pins, secrets
from ..exceptions import LockedOutError, PinInvalidError, WeakPinError
from ..own_cursor import own_cursor
from ..principal import principal_of
from .fynlo_lockout import LockoutPolicy

#: Wrong PINs of one person on one till: the first gate to close, and the only one for him.
PAIR_POLICY = LockoutPolicy(free_attempts=5, first_lock_s=300)
#: All wrong PINs on one till within an hour, whoever they are for.
DEVICE_POLICY = LockoutPolicy(
    free_attempts=20, first_lock_s=3600, longest_lock_s=3600, window_s=3600
)
#: All wrong PINs of one person within an hour, on however many tills.
EMPLOYEE_POLICY = LockoutPolicy(
    free_attempts=50, first_lock_s=900, longest_lock_s=3600, window_s=3600
)


class HrEmployee(models.Model):
    """The PIN with which an employee signs in on a till.

    Odoo's own ``pin`` is plain text for the web client's kiosk and web POS; it is not used here.
    """

    _inherit = "hr.employee"

    # No user can read, search or export it, an administrator neither; only the server itself.
    fynlo_pin_verifier = fields.Char(groups=fields.NO_ACCESS, copy=False)
    fynlo_pin_set_at = fields.Datetime(
        "PIN set on", readonly=True, copy=False, groups="hr.group_hr_user"
    )
    fynlo_locked_until = fields.Datetime(
        "PIN locked until", compute="_compute_fynlo_locked_until", groups="hr.group_hr_user"
    )

    def _compute_fynlo_locked_until(self):
        for employee in self:
            employee.fynlo_locked_until = employee._fynlo_find_lock()

    def _fynlo_set_pin(self, pin):
        """Give one employee a new PIN and end his sign-ins.

        :raise ForbiddenError: the one who acts is no manager, or stands below the employee
        :raise WeakPinError: not 4 to 8 digits, or too easy to guess
        """
        self.ensure_one()
        self._fynlo_check_rank()
        if weakness := pins.find_weakness(pin):
            raise WeakPinError(weakness)
        self_sudo = self.sudo()
        verifier = pins.make_verifier(secrets.derive("pin"), self_sudo.fynlo_uuid, pin)
        now = fields.Datetime.now()
        self_sudo.write({"fynlo_pin_verifier": verifier, "fynlo_pin_set_at": now})
        self._fynlo_close_sessions()
        self.env["fynlo.audit"]._fynlo_log("employee.change_pin", self_sudo)

    def _fynlo_clear_pin(self):
        """Take the PIN of one employee away and end his sign-ins.

        :raise ForbiddenError: the one who acts is no manager, or stands below the employee
        """
        self.ensure_one()
        self._fynlo_check_rank()
        self_sudo = self.sudo()
        self_sudo.write({"fynlo_pin_verifier": False, "fynlo_pin_set_at": False})
        self._fynlo_close_sessions()
        self.env["fynlo.audit"]._fynlo_log("employee.clear_pin", self_sudo)

    def _fynlo_check_pin(self, pin):
        """Tell whether ``pin`` is right; as slow for nobody (an empty recordset) as for one."""
        self_sudo = self.sudo()
        subject = self_sudo.fynlo_uuid or ""
        pepper = secrets.derive("pin")
        return pins.matches(self_sudo.fynlo_pin_verifier, pepper, subject, pin)

    @api.model
    def _fynlo_sign_in(self, command):
        """Sign an employee in on the till that asks.

        :param command: a ``PinSignIn``
        :return: ``(employee, role, tokens)``, the employee sudoed
        :raise PinInvalidError: unknown employee, no access here, or wrong PIN: the same answer
        :raise LockedOutError: too many wrong PINs
        :raise ForbiddenError: the PIN was right, but the employee's Odoo user is archived
        """
        employee_sudo, device_sudo = self._fynlo_identify(command)
        user_sudo, role = employee_sudo._fynlo_acting_user()
        device_sudo._fynlo_touch()
        sessions = self.env["fynlo.auth.session"].sudo()
        tokens = sessions._fynlo_open(
            user_sudo,
            role,
            device_sudo.config_id,
            device=device_sudo,
            employee=employee_sudo,
            name=device_sudo.name,
        )
        self.env["fynlo.audit"]._fynlo_log("employee.sign_in", employee_sudo, {"role": role})
        return employee_sudo, role, tokens

    @api.model
    def _fynlo_identify(self, command):
        """Return ``(employee, till)`` of who enters his PIN on the till that asks, both sudoed.

        :param command: has ``employee_id`` or ``badge``, and ``pin``
        :raise PinInvalidError: unknown employee, no access here, or wrong PIN: the same answer
        :raise LockedOutError: too many wrong PINs
        """
        device_sudo = self.env["fynlo.device"].sudo().browse(principal_of(self.env).device_id)
        employee_sudo, name = self._fynlo_find_for_till(command, device_sudo.config_id)
        gates = _gates(name, device_sudo)
        self._fynlo_pass_gates(gates)
        if not employee_sudo._fynlo_check_pin(command.pin):
            raise PinInvalidError()
        self._fynlo_reopen_gates(gates)
        return employee_sudo, device_sudo

    @api.model
    def _fynlo_find_for_till(self, command, store_sudo):
        """Return ``(employee, name)``: sudoed, empty when he may not sign in at the store.

        The name is what attempts are counted by. It is there for an unknown employee too, so
        that a lock does not tell who exists.
        """
        if command.employee_id:
            domain, name = [("fynlo_uuid", "=", str(command.employee_id))], str(command.employee_id)
        else:
            domain, name = [("barcode", "=", command.badge)], f"badge:{command.badge}"
        found_sudo = self.sudo().search(domain, limit=1)
        if not found_sudo or not found_sudo._fynlo_serves(store_sudo):
            return self.sudo().browse(), name
        return found_sudo, found_sudo.fynlo_uuid

    @api.model
    def _fynlo_pass_gates(self, gates):
        """Count an attempt at every gate, or at none when one is closed."""
        lockouts = self.env["fynlo.lockout"]
        passed = []
        try:
            for key, policy in gates:
                lockouts._fynlo_attempt(key, policy)
                passed.append((key, policy))
        except LockedOutError:
            for key, policy in passed:
                lockouts._fynlo_forgive(key, policy)
            raise

    @api.model
    def _fynlo_reopen_gates(self, gates):
        """Forget the wrong PINs of this pair; on the gates that many share, this attempt only."""
        lockouts = self.env["fynlo.lockout"]
        pair, *shared = gates
        lockouts._fynlo_clear(pair[0])
        for key, policy in shared:
            lockouts._fynlo_forgive(key, policy)

    def _fynlo_find_lock(self):
        """Return until when one employee is locked out on some till, ``False`` if nowhere."""
        with own_cursor(self.env) as cr:
            cr.execute(
                SQL(
                    """SELECT max(locked_until) FROM fynlo_lockout
                       WHERE key LIKE %s AND locked_until > now() AT TIME ZONE 'UTC'""",
                    f"{_gate_of(self.sudo().fynlo_uuid)}%",
                )
            )
            return cr.fetchone()[0] or False

    def _fynlo_unlock(self):
        """Open all gates that wrong PINs of one employee have closed.

        :raise ForbiddenError: the one who acts is no manager, or stands below the employee
        """
        self.ensure_one()
        self._fynlo_check_rank()
        self_sudo = self.sudo()
        with own_cursor(self.env) as cr:
            gates = f"{_gate_of(self_sudo.fynlo_uuid)}%"
            cr.execute(SQL("DELETE FROM fynlo_lockout WHERE key LIKE %s", gates))
        self.env["fynlo.audit"]._fynlo_log("employee.unlock", self_sudo)

    def action_fynlo_open_pin(self):
        """Button of the manager: the dialog that sets a PIN."""
        self.ensure_one()
        action = self.env["ir.actions.act_window"]._for_xml_id("fynlo_base.fynlo_pin_wizard_action")
        action["context"] = {"default_employee_id": self.id, "dialog_size": "medium"}
        return action

    def action_fynlo_clear_pin(self):
        """Button of the manager: the employee cannot sign in by PIN any more."""
        self._fynlo_clear_pin()

    def action_fynlo_unlock(self):
        """Button of the manager: let the employee try again at once."""
        self._fynlo_unlock()


def _gate_of(name):
    """Return the key of all attempts at one person's PIN, the start of those on one till."""
    return f"pin:{name}"


def _gates(name, device):
    """Return the counters of one attempt, the narrowest first: ``[(key, policy)]``."""
    return [
        (f"{_gate_of(name)}:{device.fynlo_uuid}", PAIR_POLICY),
        (f"pin-device:{device.fynlo_uuid}", DEVICE_POLICY),
        (_gate_of(name), EMPLOYEE_POLICY),
    ]
