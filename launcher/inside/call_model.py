"""Call one method of one model as the superuser and write what it returns as JSON.

``call_model.py CONFIG DATABASE MODEL METHOD OUTPUT``: exit code 3 when the model has no such method.
"""

import json
import sys
from pathlib import Path

NO_SUCH_METHOD = 3

if __name__ == "__main__":
    del sys.path[0]
    import odoo.api
    from odoo.modules.registry import Registry
    from odoo.tools import config

    config_file, database, model, method, output = sys.argv[1:]
    config.parse_config(["-c", config_file, "-d", database, "--no-http"], setup_logging=True)
    with Registry(database).cursor() as cr:
        env = odoo.api.Environment(cr, odoo.api.SUPERUSER_ID, {})
        if model not in env or not hasattr(env[model], method):
            sys.exit(NO_SUCH_METHOD)
        result = getattr(env[model], method)()
    Path(output).write_text(json.dumps(result))
