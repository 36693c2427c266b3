"""Ports that are held: strangers do not get them, the server that they are for does."""

import socket

import pytest

from launcher import ports
from launcher.errors import LauncherError


def bind(port, reuse):
    """Bind as a server would; give the socket."""
    bound = socket.socket()
    if reuse:
        bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    bound.bind(("127.0.0.1", port))
    return bound


def test_held_port_is_for_its_server_alone():
    with ports.hold() as port:
        with pytest.raises(OSError, match="in use"):
            bind(port, reuse=False)
        with pytest.raises(LauncherError, match=f"Port {port} is taken"), ports.hold(port):
            pass
        with bind(port, reuse=True) as server:
            server.listen()
            with socket.create_connection(("127.0.0.1", port), 1):
                pass


def test_nobody_is_given_a_held_port_by_chance():
    with ports.hold() as port:
        given = [bind(0, reuse=True) for _ in range(200)]
        assert port not in [each.getsockname()[1] for each in given]
        for each in given:
            each.close()


def test_held_port_is_free_afterwards():
    with ports.hold() as port:
        pass
    with bind(port, reuse=False):
        pass


def test_taken_port_for_gevent_is_named():
    with ports.odoo_ports() as (_listener, (http_port, gevent_port)):
        assert gevent_port == http_port + 3
        with pytest.raises(LauncherError, match=f"Port {http_port} is taken"):
            ports.listen(http_port)
    # The holder of another launcher would let us in; a server that listens does not.
    refused = pytest.raises(LauncherError, match=f"Port {gevent_port} is taken")
    with ports.listen(gevent_port), refused, ports.odoo_ports(http_port):
        pass


def test_port_of_connections_that_fade_can_be_asked_for_again():
    with ports.odoo_ports() as (listener, (http_port, gevent_port)):
        with bind(gevent_port, reuse=True) as server:
            server.listen()
            with socket.create_connection(("127.0.0.1", gevent_port), 1):
                accepted, _ = server.accept()
                accepted.close()  # the server closes first: its side waits
        listener.close()
    with ports.odoo_ports(http_port) as (_listener, numbers):
        assert numbers == (http_port, gevent_port)


def test_further_ports_are_kept_beside_the_first():
    with ports.odoo_ports(0, (3, 4)) as (listener, numbers):
        assert numbers == (listener.getsockname()[1], numbers[0] + 3, numbers[0] + 4)
        with (
            pytest.raises(LauncherError, match=f"Port {numbers[2]} is taken"),
            ports.hold(numbers[2]),
        ):
            pass
