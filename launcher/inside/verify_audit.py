"""Check the audit trail of a database: ``verify_audit.py CONFIG DATABASE [SEQ HASH]``.

Exit code 1 when it is broken.
"""

import sys

from superuser import superuser_env

if __name__ == "__main__":
    config_file, database, *head = sys.argv[1:]
    noted = (int(head[0]), head[1]) if head else None
    with superuser_env(config_file, database) as env:
        report = env["fynlo.audit.seal"]._fynlo_verify_chain(noted)
    print(report)
    sys.exit(1 if report.problem else 0)
