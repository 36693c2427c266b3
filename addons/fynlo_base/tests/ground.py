"""What every test finds, committed: it is made once in a database and not once in a class."""

import json

from odoo.tests import get_db_name

from .parallel import committing_env

PARAMETER = "fynlo_base.tests_ground"
#: ``{database: {name: (model, id)}}``, as far as this process has looked.
_known = {}


def lay(make):
    """Return ``{name: (model, id)}`` of the ground in the tests' database.

    :param make: called with an environment that commits, once in a database; returns
        ``{name: record}``
    """
    dbname = get_db_name()
    if dbname not in _known:
        with committing_env(dbname) as env:
            _known[dbname] = _find_or_make(env, make)
    return _known[dbname]


def _find_or_make(env, make):
    parameters = env["ir.config_parameter"]
    if not (text := parameters.get_param(PARAMETER)):
        made = make(env)
        text = json.dumps({name: (record._name, record.id) for name, record in made.items()})
        parameters.set_param(PARAMETER, text)
    return json.loads(text)
