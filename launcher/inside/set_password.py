"""Give Odoo's administrator the password that comes in by standard input.

``set_password.py CONFIG DATABASE``
"""

import sys

from superuser import superuser_env

if __name__ == "__main__":
    with superuser_env(*sys.argv[1:]) as env:
        env.ref("base.user_admin").password = sys.stdin.readline().strip()
