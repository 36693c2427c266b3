from dataclasses import dataclass

from odoo import fields, models
from odoo.tools import SQL

#: Keys of the cursor's cache: numbers that are drawn and not used yet, and how many shall be.
_AHEAD, _EXPECTED = "fynlo_drawn", "fynlo_expected"


@dataclass(frozen=True)
class OrderReference:
    """What identifies an order for people; the keys of ``pos.order.create()`` as attributes.

    :ivar pos_reference: receipt number, unique in the database
    :ivar tracking_number: short number to call out at the counter
    :ivar sequence_number: the counter itself; 0 lets Odoo draw its own gapless one
    :ivar name: name of the order in the web client, unique in the store
    """

    pos_reference: str
    tracking_number: str
    sequence_number: int
    name: str


class FynloReferenceMixin(models.AbstractModel):
    """Numbers orders from a PostgreSQL sequence of the record's own.

    Odoo draws its references from gapless sequences: a row lock held until the commit, which
    makes all tills of a store wait for each other. A ``nextval`` locks nothing; the price is a
    gap where an order was rolled back.
    """

    _name = "fynlo.reference.mixin"
    _description = "Fynlo order numbers"

    fynlo_order_seq_id = fields.Many2one(
        "ir.sequence", "Order Numbers", readonly=True, copy=False, ondelete="restrict"
    )

    def _fynlo_create_order_sequence(self):
        """Give each record that has none its sequence, in the transaction that makes it."""
        for record in self.filtered(lambda each: not each.fynlo_order_seq_id):
            sequence = {
                "name": self.env._("Orders of %s", record.display_name),
                "code": "fynlo.order",
                "implementation": "standard",
                "company_id": record.company_id.id,
            }
            record.sudo().fynlo_order_seq_id = self.env["ir.sequence"].sudo().create(sequence)

    def _fynlo_next_reference(self, config):
        """Draw the reference of one new order.

        :param config: the store (one ``pos.config``)
        :return: an :class:`OrderReference`
        """
        self.ensure_one()
        # Numbering is the server's own doing: whoever may sell needs no right to a sequence.
        self_sudo, config_sudo = self.sudo(), config.sudo()
        code = self_sudo._fynlo_reference_code()
        if config_sudo._fynlo_requires_gapless():
            reference, tracking = config_sudo._get_next_order_refs(code)
            last_part = reference.rpartition("-")[2]
            return OrderReference(reference, tracking, 0, config_sudo._fynlo_order_name(last_part))
        number = self._fynlo_draw(self_sudo.fynlo_order_seq_id)
        # The name of an order ends in the last part alone, so that part names the device too.
        last_part = f"{code}.{number:06d}"
        return OrderReference(
            pos_reference=f"{fields.Date.today():%y}{code}-{config.id}-{last_part}",
            tracking_number=f"{code}{number % 1000:03d}",
            sequence_number=number,
            name=config_sudo._fynlo_order_name(last_part),
        )

    def _fynlo_draw(self, sequence):
        """Return the next number; ``_next()`` would read user and partner for dates in it."""
        cache = self.env.cr.cache
        ahead = cache.setdefault((_AHEAD, sequence.id), [])
        if not ahead:
            ahead += self._fynlo_draw_numbers(sequence, cache.pop((_EXPECTED, sequence.id), 1))
        return ahead.pop(0)

    def _fynlo_expect_draws(self, config, count):
        """Draw so many numbers at once when this transaction asks for the first one.

        What it does not need is a gap: so nothing is drawn before an order is known to be good.
        """
        if count and not config.sudo()._fynlo_requires_gapless():
            self.env.cr.cache[_EXPECTED, self.sudo().fynlo_order_seq_id.id] = count

    def _fynlo_draw_numbers(self, sequence, count):
        name = f"ir_sequence_{sequence.id:03d}"
        query = SQL("SELECT nextval(%s) FROM generate_series(1, %s)", name, count)
        return [number for (number,) in self.env.execute_query(query)]

    def _fynlo_reference_code(self):
        """Return the letters that tell this record's numbers from all others of the company."""
        raise NotImplementedError
