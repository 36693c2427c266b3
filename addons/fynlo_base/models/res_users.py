from odoo import fields, models
from odoo.tools import SQL


class ResUsers(models.Model):
    """The token epoch: a number that grows whenever a user's sign-ins have to end.

    Triggers raise it, so that it makes no difference whether the web client, another addon or
    plain SQL changed the password, the groups or the companies.
    """

    _inherit = "res.users"

    fynlo_token_epoch = fields.Integer(
        default=0, required=True, readonly=True, copy=False, groups=fields.NO_ACCESS
    )

    def init(self):
        super().init()
        self.env.cr.execute(SQL(_EPOCH_TRIGGERS))

    def _fynlo_read_epoch(self):
        """Return the token epoch of one user as the database has it now."""
        self.sudo().flush_recordset()
        self.env.cr.execute(SQL("SELECT fynlo_token_epoch FROM res_users WHERE id = %s", self.id))
        return self.env.cr.fetchone()[0]

    def _fynlo_drop_epoch_triggers(self):
        """Leave nothing behind when the module is removed."""
        self.env.cr.execute(
            """DROP FUNCTION IF EXISTS fynlo_epoch_of_user() CASCADE;
               DROP FUNCTION IF EXISTS fynlo_epoch_of_group_member() CASCADE;
               DROP FUNCTION IF EXISTS fynlo_epoch_of_company_member() CASCADE;
               DROP FUNCTION IF EXISTS fynlo_epoch_of_implied_group() CASCADE"""
        )


# An implication counts when it gives or takes a role. Odoo's settings page switches features on
# by implying groups to everybody; that must not sign out every till.
_EPOCH_TRIGGERS = """
CREATE OR REPLACE FUNCTION fynlo_epoch_of_user() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.fynlo_token_epoch := OLD.fynlo_token_epoch + 1;
    RETURN NEW;
END $$;
DROP TRIGGER IF EXISTS fynlo_token_epoch ON res_users;
CREATE TRIGGER fynlo_token_epoch
    BEFORE UPDATE OF login, password, active, totp_secret ON res_users FOR EACH ROW
    WHEN ((OLD.login, OLD.password, OLD.active, OLD.totp_secret)
          IS DISTINCT FROM (NEW.login, NEW.password, NEW.active, NEW.totp_secret))
    EXECUTE FUNCTION fynlo_epoch_of_user();

CREATE OR REPLACE FUNCTION fynlo_epoch_of_group_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE res_users SET fynlo_token_epoch = fynlo_token_epoch + 1
    WHERE id = COALESCE(NEW.uid, OLD.uid);
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS fynlo_token_epoch ON res_groups_users_rel;
CREATE TRIGGER fynlo_token_epoch
    AFTER INSERT OR DELETE ON res_groups_users_rel FOR EACH ROW
    EXECUTE FUNCTION fynlo_epoch_of_group_member();

CREATE OR REPLACE FUNCTION fynlo_epoch_of_company_member() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE res_users SET fynlo_token_epoch = fynlo_token_epoch + 1
    WHERE id = COALESCE(NEW.user_id, OLD.user_id);
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS fynlo_token_epoch ON res_company_users_rel;
CREATE TRIGGER fynlo_token_epoch
    AFTER INSERT OR DELETE ON res_company_users_rel FOR EACH ROW
    EXECUTE FUNCTION fynlo_epoch_of_company_member();

CREATE OR REPLACE FUNCTION fynlo_epoch_of_implied_group() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    WITH RECURSIVE below(gid) AS (
        SELECT COALESCE(NEW.hid, OLD.hid)
        UNION SELECT link.hid FROM res_groups_implied_rel AS link JOIN below USING (gid)
    ), above(gid) AS (
        SELECT COALESCE(NEW.gid, OLD.gid)
        UNION SELECT link.gid FROM res_groups_implied_rel AS link JOIN above ON link.hid = above.gid
    )
    UPDATE res_users SET fynlo_token_epoch = fynlo_token_epoch + 1
    WHERE id IN (SELECT uid FROM res_groups_users_rel JOIN above USING (gid))
      AND EXISTS (
        SELECT FROM below JOIN res_groups ON res_groups.id = below.gid
        JOIN ir_model_data AS privilege ON privilege.res_id = res_groups.privilege_id
        WHERE privilege.module = 'fynlo_base' AND privilege.name = 'privilege_fynlo');
    RETURN NULL;
END $$;
DROP TRIGGER IF EXISTS fynlo_token_epoch ON res_groups_implied_rel;
CREATE TRIGGER fynlo_token_epoch
    AFTER INSERT OR DELETE ON res_groups_implied_rel FOR EACH ROW
    EXECUTE FUNCTION fynlo_epoch_of_implied_group();
"""
