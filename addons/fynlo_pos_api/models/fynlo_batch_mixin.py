from odoo import api, models

_KEY = "fynlo_batch"


class Batch(dict):
    """Answers that hold for all records of one batch. No client can send an object of it."""


class FynloBatchMixin(models.AbstractModel):
    """Records that are made by the hundred: what Odoo asks for each is asked once.

    The rows are those that ``create`` makes of the same values.
    """

    _name = "fynlo.batch.mixin"
    _description = "Records made in batches"

    @api.model
    def _fynlo_create_batch(self, vals_list):
        """Create records of ``vals_list``, each with an id of its own and without a picture."""
        records = self.with_context(**{_KEY: Batch()}).create(vals_list).with_env(self.env)
        records._fynlo_skip_pictures()
        return records

    def _fynlo_in_batch(self):
        """Return the ``Batch`` that these records are made in, ``None`` outside of one."""
        batch = self.env.context.get(_KEY)
        return batch if isinstance(batch, Batch) else None

    def _fynlo_skip_pictures(self):
        """Look for no attachments of each size of a picture that is not there."""
        for field in self._fields.values():
            if field.type == "binary" and field.store and field.related:
                self.env.remove_to_compute(field, self)

    @api.model
    def default_get(self, fields):
        """Find the defaults of the same fields once in a batch."""
        batch, key = self._fynlo_in_batch(), (self._name, tuple(fields))
        if batch is None or "fynlo_uuid" in fields:
            return super().default_get(fields)
        if key not in batch:
            batch[key] = super().default_get(fields)
        return dict(batch[key])

    def _check_company(self, fnames=None):
        """Check one record of each set of values in a batch: the others have the same answer."""
        if fnames is not None or self._fynlo_in_batch() is None:
            return super()._check_company(fnames)
        checked = [
            name
            for name, field in self._fields.items()
            if name in ("company_id", "company_ids") or field.relational and field.check_company
        ]
        kinds = {}
        for record in self.sudo():
            kinds.setdefault(tuple(record[name]._ids for name in checked), record.id)
        return super(FynloBatchMixin, self.browse(kinds.values()))._check_company(fnames)
