import os
import time
from uuid import UUID

from odoo import api, fields, models
from odoo.exceptions import AccessError
from odoo.tools import SQL

from ..exceptions import InvalidFieldsError, NotFoundError


def make_uuid7():
    """Return a new UUIDv7 as text: 48 bits of milliseconds, the rest random (RFC 9562, 5.7)."""
    stamp = int(time.time() * 1000).to_bytes(6, "big")
    raw = bytearray(stamp + os.urandom(10))
    raw[6] = 0x70 | raw[6] & 0x0F
    raw[8] = 0x80 | raw[8] & 0x3F
    return str(UUID(bytes=bytes(raw)))


class FynloUuidMixin(models.AbstractModel):
    """Gives a model the id that the API shows: clients never see database ids."""

    _name = "fynlo.uuid.mixin"
    _description = "Fynlo public id"

    fynlo_uuid = fields.Char(
        "Fynlo ID",
        default=lambda self: make_uuid7(),
        required=True,
        readonly=True,
        copy=False,
        index=True,
        export_string_translation=False,
    )

    _fynlo_uuid_unique = models.Constraint(
        "UNIQUE(fynlo_uuid)", "Another record has this Fynlo ID."
    )

    # Also what a user of the web client or an import chooses: clients and look-ups rely on it.
    _fynlo_uuid_form = models.Constraint(
        "CHECK (fynlo_uuid ~ '^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$')",
        "A Fynlo ID is a UUID in lower case.",
    )

    def _init_column(self, column_name):
        """Give each row that exists at the installation an id of its own."""
        if column_name != "fynlo_uuid":
            return super()._init_column(column_name)
        table = SQL.identifier(self._table)
        self.env.cr.execute(
            SQL(
                "UPDATE %s SET fynlo_uuid = gen_random_uuid()::text WHERE fynlo_uuid IS NULL", table
            )
        )
        return None

    def write(self, vals):
        """An id is for life: PINs, tokens and clients are bound to it."""
        if "fynlo_uuid" in vals and any(record.fynlo_uuid != vals["fynlo_uuid"] for record in self):
            raise AccessError(self.env._("The Fynlo ID of a record cannot be changed."))
        return super().write(vals)

    @api.model
    def _fynlo_by_uuid(self, uuid):
        """Return the one record with that public id that the user may read.

        :param uuid: ``uuid.UUID`` or text
        :raise NotFoundError: unknown, or hidden from the user: the same answer
        """
        record = self.search([("fynlo_uuid", "=", str(uuid))], limit=1)
        if not record:
            raise NotFoundError()
        return record

    @api.model
    def _fynlo_resolve(self, uuid, field):
        """Return the one record that a body names, or an empty recordset for ``None``.

        :param field: path of the field in the body, for the error
        :raise InvalidFieldsError: unknown, or hidden from the user
        """
        if uuid is None:
            return self.browse()
        record = self.search([("fynlo_uuid", "=", str(uuid))], limit=1)
        if not record:
            error = {"field": field, "code": "unknown_reference", "message": "There is no such id."}
            raise InvalidFieldsError(errors=[error])
        return record
