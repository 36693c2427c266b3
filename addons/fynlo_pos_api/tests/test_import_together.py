"""Imports beside other people's work, over connections of their own."""

from unittest.mock import patch

from odoo.addons.fynlo_base.tests.parallel import committing_env
from odoo.tests import tagged

from ..models.fynlo_sheet_customer import FynloSheetCustomer
from .import_jobs import ImportJobCase


@tagged("post_install", "-at_install")
class TestImportTogether(ImportJobCase):
    def test_customer_who_is_edited_while_the_file_is_worked_off(self):
        """Somebody edits a customer of a later chunk, and commits: the file is not done again."""
        for mode in ("all_or_nothing", "skip_bad"):
            with self.subTest(mode):
                record, attempts = self.work_while_edited(mode)
                self.assertEqual(record, ("done", 4, 0))
                self.assertEqual(attempts, 2)  # two chunks, each once
                self.clean_up()

    def work_while_edited(self, mode):
        self.upload("skip_bad")
        self.work()
        with committing_env(self.dbname) as env:
            known = self.made(env)[:4]
            ids, uuids = known.ids, known.mapped("fynlo_uuid")
        import_id = self.upload(mode, ["id,lastName", *(f"{uuid},New" for uuid in uuids)])
        update, chunks = FynloSheetCustomer._fynlo_update_all, []

        def meet(sheet, updates):
            chunks.append(updates)
            if len(chunks) == 1:
                with committing_env(self.dbname) as env:
                    env["res.partner"].browse(ids[3]).phone = "+1 518 555 0123"
            update(sheet, updates)

        with patch.object(FynloSheetCustomer, "_fynlo_update_all", meet):
            self.work()
        with committing_env(self.dbname) as env:
            partners = env["res.partner"].browse(ids)
            self.assertEqual(partners.mapped("fynlo_last_name"), ["New"] * 4)
            self.assertEqual(partners[3].phone, "+1 518 555 0123")
            record = env["fynlo.import"].browse(import_id)
            return (record.state, record.updated_count, record.conflicts), len(chunks)
