"""Fields that nobody but the server writes, whatever Odoo's access lists allow.

``readonly`` binds the screens alone: whoever may write a record by RPC may write all of it.
"""

from odoo.exceptions import AccessError


def check_server_fields(records, vals, names):
    """Refuse a change of fields that only the server sets; the same value again is no change.

    :param names: a frozenset; of those in ``vals`` each record's value is compared
    :raise AccessError: it is a change, and not the server's own
    """
    guarded = names & vals.keys()
    if not guarded or records.env.su:
        return
    if any(is_change(record, name, vals[name]) for record in records for name in guarded):
        raise AccessError(records.env._("Only the server changes this."))


def is_change(record, name, value):
    """Tell whether writing ``value`` changes a field of one record; commands of lists always do."""
    field = record._fields[name]
    if field.type in ("one2many", "many2many"):
        return True
    before = field.convert_to_cache(record[name], record)
    return before != field.convert_to_cache(value, record)
