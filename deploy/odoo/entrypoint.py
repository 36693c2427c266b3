#!/usr/bin/env python3
"""Start Odoo in its container; the arguments are Odoo's own.

Two things that Odoo cannot do by itself: take the database password from a file, and listen with a
queue that holds a burst. Its own queue has 8 places per worker; a caller who finds it full waits a
second for his next try. The socket is handed over as systemd does it, see ``sd_listen_fds(3)``.
"""

import os
import socket
import sys
from pathlib import Path

FIRST_SYSTEMD_FD = 3
QUEUE_LENGTH = 1024  # the kernel takes no more than net.core.somaxconn, 4096 since Linux 5.4


def read_password():
    """Put the content of ``PGPASSWORD_FILE`` where Odoo and libpq look for it."""
    path = os.environ.get("PGPASSWORD_FILE")
    if path:
        os.environ["PGPASSWORD"] = Path(path).read_text(encoding="utf-8").strip()


def listen():
    """Open the HTTP socket as file descriptor 3 and announce it for this process."""
    address = (
        os.environ.get("ODOO_HTTP_INTERFACE", "0.0.0.0"),
        int(os.environ.get("ODOO_HTTP_PORT", "8069")),
    )
    listener = socket.create_server(address, backlog=QUEUE_LENGTH)
    # A worker that lost the race for a caller must not wait in accept().
    listener.setblocking(False)
    os.dup2(listener.detach(), FIRST_SYSTEMD_FD)
    os.set_inheritable(FIRST_SYSTEMD_FD, True)
    os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))


def main(arguments):
    """Become Odoo."""
    read_password()
    if "--no-http" not in arguments:
        listen()
    os.execvp("odoo", ["odoo", *arguments])


if __name__ == "__main__":
    main(sys.argv[1:])
