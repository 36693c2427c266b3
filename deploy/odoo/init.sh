#!/bin/sh
# Bring the database up to this code and end; the arguments are Odoo's own.
set -eu
fynlo-entrypoint "$@" --stop-after-init --no-http
# Nobody outside can sign in before this ran: Odoo's server starts only after it.
fynlo-entrypoint shell --no-http < /usr/local/share/fynlo/after_init.py
