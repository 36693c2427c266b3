"""Where a webhook may go: what an address says before anybody connects to it."""

import re
from dataclasses import dataclass
from ipaddress import IPv6Address, ip_address, ip_network
from urllib.parse import urlsplit

URL_LIMIT = 2000
_DEFAULT_PORTS = {"https": 443, "http": 80}
#: Below these ports lie the services of a machine: mail, shells, databases of old.
_FIRST_FREE_PORT = 1024
#: Networks that lead to an IPv4 address of somebody's choice: NAT64, 6to4, IPv4-compatible and
#: IPv4-translated addresses; Teredo is among the special ones.
_TUNNELS = (
    "64:ff9b::/96",
    "64:ff9b:1::/48",
    "2002::/16",
    "192.88.99.0/24",
    "::/96",
    "::ffff:0:0:0/96",
)
#: No networks of hosts, also where Python's own list does not know it yet: protocol assignments,
#: discard, AS112, AMT, documentation, segment routing, and the site-local addresses of old
#: (IANA's registries of special-purpose addresses; RFC 3879).
_SPECIAL = (
    *("192.0.0.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.175.48.0/24"),
    *("100::/64", "2001::/23", "2620:4f:8000::/48", "3fff::/20", "5f00::/16", "fec0::/10"),
)
_CLOSED = tuple(map(ip_network, _TUNNELS + _SPECIAL))
#: What a browser, or a resolver, takes for a number: 127.1, 0x7f000001.
_NUMBER = re.compile(r"[0-9]+|0x[0-9a-f]*", re.IGNORECASE)


class BadTargetError(ValueError):
    """The address must not be called; the message says why."""


@dataclass(frozen=True)
class Target:
    """A checked URL, in the parts that a client needs."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_default_port(self):
        """Whether the ``Host`` header leaves the port out."""
        return self.port == _DEFAULT_PORTS[self.scheme]


def parse_target(url, allow_http=False):
    """Return the :class:`Target` of a URL.

    :raise BadTargetError: it is none, or one that is not called
    """
    if len(url) > URL_LIMIT or not url.isascii() or not url.isprintable() or " " in url:
        raise BadTargetError("Give a URL of plain characters, at most 2000 of them.")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BadTargetError("This is not a URL.") from error
    if parts.scheme not in (("https", "http") if allow_http else ("https",)):
        raise BadTargetError("The URL must begin with https://.")
    if not parts.hostname or "%" in parts.netloc or "\\" in url:
        raise BadTargetError("The URL names no host.")
    if "@" in parts.netloc or parts.fragment:
        raise BadTargetError("Leave user, password and fragment out of the URL.")
    port = _DEFAULT_PORTS[parts.scheme] if port is None else port
    if port < _FIRST_FREE_PORT and port not in _DEFAULT_PORTS.values():
        raise BadTargetError("This port is not called: take 443 or one from 1024 on.")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme, parts.hostname, port, path)


def is_number(host):
    """Tell whether a host is an address, or something that is read as one, and no name."""
    return ":" in host or bool(_NUMBER.fullmatch(host.rstrip(".").rpartition(".")[2]))


def is_this_machine(host):
    """Tell whether a name is the machine's own wherever it is looked up (RFC 6761, 6.3)."""
    return host.rstrip(".").rpartition(".")[2].lower() == "localhost"


def check_address(text, allow_private=False):
    """Return an IP address as text if it may be called.

    :param allow_private: also one of this machine or of a private network
    :raise BadTargetError: it may not
    """
    address = ip_address(text.partition("%")[0])
    if isinstance(address, IPv6Address) and address.ipv4_mapped:
        address = address.ipv4_mapped
    if address.is_multicast or address.is_unspecified:
        raise BadTargetError("The host has no address that is called.")
    is_public = address.is_global and not address.is_reserved
    is_closed = any(address in network for network in _CLOSED if network.version == address.version)
    if (is_closed or not is_public) and not allow_private:
        raise BadTargetError("The host lies in a private or reserved network.")
    return str(address)
