from odoo import models
from odoo.addons.fynlo_base.exceptions import FynloError
from pydantic import ValidationError

from .fynlo_sheet import REFUSALS


class FynloSheet(models.AbstractModel):
    """How rows change records that are there.

    Rows that nothing speaks against are written together; where the database or a rule of Odoo
    refuses them, halves are tried. What is left goes the way of a ``PUT``, which says why not.
    """

    _inherit = "fynlo.sheet"

    def _fynlo_update_all(self, updates):
        """Change records as ``_fynlo_update`` does, all at once.

        :param updates: list of ``(record, command)``
        """
        raise NotImplementedError

    def _fynlo_update_alone(self, _updates):
        """Return the numbers of rows that cannot be written together with others."""
        raise NotImplementedError

    def _fynlo_change(self, rows, known, current):
        """Change the records that rows differ from; return ``(counts, errors)``.

        :param known: ``{id: record}``
        :param current: ``{id: row}`` as an export tells it now
        """
        counts, updates, errors = {"updated": 0, "unchanged": 0}, [], []
        for number, row in rows:
            before = current[row["id"]]
            if not (changed := self._fynlo_changes(row, before)):
                counts["unchanged"] += 1
                continue
            try:
                command = self._fynlo_update_command({**before, **row}, changed)
            except (ValidationError, FynloError) as error:
                errors += [(number, *problem) for problem in self._fynlo_problems(error)]
            else:
                updates.append((number, known[row["id"]], command))
        alone = self._fynlo_update_alone(updates)
        refused = self._fynlo_update_chunk([each for each in updates if each[0] not in alone])
        for update in [each for each in updates if each[0] in alone]:
            refused += self._fynlo_update_one(*update)
        counts["updated"] = len(updates) - len({number for number, *_problem in refused})
        return counts, errors + refused

    def _fynlo_update_chunk(self, updates):
        """Write updates, ``(number, record, command)``, together; return the errors."""
        if len(updates) < 2:
            return [error for update in updates for error in self._fynlo_update_one(*update)]
        try:
            with self.env.cr.savepoint():
                self._fynlo_update_all([(record, command) for _n, record, command in updates])
                self.env.flush_all()
            return []
        except REFUSALS:
            middle = len(updates) // 2
        parts = updates[:middle], updates[middle:]
        return [error for part in parts for error in self._fynlo_update_chunk(part)]

    def _fynlo_update_one(self, number, record, command):
        """Change one record as a ``PUT`` does; return the errors."""
        try:
            with self.env.cr.savepoint():
                self._fynlo_update(record, command)
                self.env.flush_all()
        except REFUSALS as error:
            return [(number, *problem) for problem in self._fynlo_problems(error)]
        return []


def differing(record, vals):
    """Return of ``vals`` what a record does not have: the fewer, the more records share them."""
    fields = record._fields
    return {
        name: value
        for name, value in vals.items()
        if fields[name].convert_to_write(record[name], record) != value
    }
