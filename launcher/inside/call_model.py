"""Call one method of one model as the superuser and write what it returns as JSON.

``call_model.py CONFIG DATABASE MODEL METHOD OUTPUT``: exit code 3 when the model has no such
method.
"""

import json
import sys
from pathlib import Path

from superuser import superuser_env

NO_SUCH_METHOD = 3

if __name__ == "__main__":
    config_file, database, model, method, output = sys.argv[1:]
    with superuser_env(config_file, database) as env:
        if model not in env or not hasattr(env[model], method):
            sys.exit(NO_SUCH_METHOD)
        result = getattr(env[model], method)()
    Path(output).write_text(json.dumps(result))
