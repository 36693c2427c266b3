"""Ports of the loopback interface, taken so that nobody else gets them before their server does."""

import contextlib
import socket

from .errors import LauncherError

QUEUE = 1024
GEVENT_OFFSET = 3
GATEWAY_OFFSET = 4
MAX_PORT = 65535


def listen(port):
    """Give a listening socket on the loopback interface.

    :param port: 0 takes any free one
    :raise LauncherError: the port is taken, not allowed, or no port at all
    """
    listener = _bind(port, reuse=True)
    try:
        listener.listen(QUEUE)
    except OSError:
        listener.close()
        raise _taken(port) from None
    return listener


def hold(port=0):
    """Keep a port for a server that is about to be started; a context that gives its number.

    Nobody who asks for any free port, and no outgoing connection, gets it inside the block. The
    server can have it if it binds with ``SO_REUSEADDR``, as servers do.

    :param port: 0 takes any free one
    :raise LauncherError: the port is taken, not allowed, or no port at all
    """
    return _hold(port, reuse=False)


@contextlib.contextmanager
def odoo_ports(port=0, beside=(GEVENT_OFFSET,)):
    """Give ``(listening socket, (HTTP port, gevent port))``, all kept until the block ends.

    :param port: of HTTP; 0 takes any that has free ones beside it
    :param beside: how much higher the further ports are; each is in the numbers given
    :raise LauncherError: one of them is taken
    """
    while True:
        with contextlib.ExitStack() as taken:
            listener = taken.enter_context(listen(port))
            number = listener.getsockname()[1]
            try:
                # Their owners start again while their last connections still fade away.
                held = [taken.enter_context(_hold(number + step, bool(port))) for step in beside]
            except LauncherError:
                if port:
                    raise
                continue
            yield listener, (number, *held)
            return


@contextlib.contextmanager
def _hold(port, reuse):
    # Bound without the option, a port that anybody has is refused; set afterwards, it lets the
    # server in.
    with _bind(port, reuse) as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        yield holder.getsockname()[1]


def _bind(port, reuse):
    if not 0 <= port <= MAX_PORT:
        raise LauncherError(f"There is no port {port}: choose one up to {MAX_PORT} with --port.")
    bound = socket.socket()
    if reuse:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        bound.bind(("127.0.0.1", port))
    except PermissionError:
        bound.close()
        raise LauncherError(
            f"Port {port} is for root only: choose another one with --port."
        ) from None
    except OSError:
        bound.close()
        raise _taken(port) from None
    return bound


def _taken(port):
    return LauncherError(f"Port {port} is taken: choose another one with --port.")
