"""Start Odoo's command line, on a listening socket that the launcher may hand over.

Odoo's own listen queue holds 8 connections per worker, so that a burst waits a second for a lost
SYN to be sent again. The launcher listens with a longer queue and passes the socket the way systemd
does (file descriptor 3).
A script and not ``-m odoo``: Odoo starts its gevent process by running ``sys.argv[0]`` again.
"""

import logging
import os
import sys

FIRST_SYSTEMD_FD = 3


def adopt_socket():
    """Make the socket of ``FYNLO_HTTP_FD`` the one that Odoo looks for."""
    number = os.environ.pop("FYNLO_HTTP_FD", None)
    if number:
        os.dup2(int(number), FIRST_SYSTEMD_FD)
        os.environ.update(LISTEN_FDS="1", LISTEN_PID=str(os.getpid()))


def end(code):
    """End this process, a worker of Odoo too, with what was passed to ``sys.exit``.

    At once: an interpreter that takes all of Odoo apart works for another second.
    """
    if code is not None and not isinstance(code, int):
        print(code, file=sys.stderr)
        code = 1
    logging.shutdown()
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(code or 0)


if __name__ == "__main__":
    # This script's folder must not be where Odoo's imports begin.
    del sys.path[0]
    adopt_socket()
    import odoo.cli

    try:
        odoo.cli.main()
    except SystemExit as ending:
        end(ending.code)
    end(0)
