"""Where messages may go: to public addresses by https, unless this machine and inner networks are allowed."""

from __future__ import annotations

import asyncio
import ipaddress
import os
import socket
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

if TYPE_CHECKING:
    from collections.abc import Mapping

VARIABLE = "HUBPORT_WEBHOOK_LOCAL"
_MOST = 2000
_PORTS = {"https": 443, "http": 80}
_INNER_NAMES = ("localhost", ".localhost", ".local", ".internal")
_TRANSLATED = ipaddress.ip_network("64:ff9b::/96")
_TUNNELLED = (ipaddress.ip_network("2002::/16"), ipaddress.ip_network("2001::/32"))

Address = ipaddress.IPv4Address | ipaddress.IPv6Address


class NotAllowedError(Exception):
    """
    An address to which nothing is sent.

    Parameters
    ----------
    why
        In a word.
    """

    def __init__(self, why: str) -> None:
        self.why = why
        super().__init__(why)


_NOT_ALLOWED, _NOT_FOUND = "address-not-allowed", "name-not-found"


@dataclass(frozen=True, slots=True)
class Guard:
    """
    Says where messages may go.

    Parameters
    ----------
    allows_local
        Whether http, this machine and inner networks are allowed.
    """

    allows_local: bool = False

    @classmethod
    def of(cls, environment: Mapping[str, str] | None = None) -> Guard:
        """Return the guard that the environment asks for."""
        found = os.environ if environment is None else environment
        return cls(found.get(VARIABLE, "").strip().casefold() == "on")

    def fault_of(self, url: str) -> str | None:
        """Return the rule that an address breaks, None if it holds; names are looked up only when a message is sent."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            return "webhook_url"
        schemes = {"https", "http"} if self.allows_local else {"https"}
        is_plain = url.isascii() and url.isprintable() and " " not in url and "\\" not in url and len(url) <= _MOST
        if not host or not is_plain or parts.scheme not in schemes or port == 0:
            return "webhook_url"
        if parts.username is not None or parts.password is not None or parts.fragment:
            return "webhook_url"
        return None if self.allows_local or not _is_inner_name(host) else "webhook_address"

    async def address_of(self, url: str) -> str:
        """
        Return the address to connect to: looked up once, and checked before anything is sent.

        Raises
        ------
        NotAllowedError
            When the name has no address, or one of them is not allowed.
        """
        if self.fault_of(url) is not None:
            raise NotAllowedError(_NOT_ALLOWED)
        parts = urlsplit(url)
        port = parts.port or _PORTS[parts.scheme]
        loop = asyncio.get_running_loop()
        try:
            found = await loop.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
        except (OSError, UnicodeError):
            raise NotAllowedError(_NOT_FOUND) from None
        addresses = [str(entry[4][0]) for entry in found]
        if not addresses:
            raise NotAllowedError(_NOT_FOUND)
        if not self.allows_local and not all(
            is_public(ipaddress.ip_address(one.partition("%")[0])) for one in addresses
        ):
            raise NotAllowedError(_NOT_ALLOWED)
        return addresses[0]


def is_public(address: Address) -> bool:
    """
    Say whether an address is one of the public network, whatever it is wrapped in.

    Examples
    --------
    >>> [is_public(ipaddress.ip_address(one)) for one in ("8.8.8.8", "10.0.0.1", "::ffff:127.0.0.1", "64:ff9b::a00:1")]
    [True, False, False, False]
    """
    if isinstance(address, ipaddress.IPv6Address):
        if address.ipv4_mapped is not None:
            return is_public(address.ipv4_mapped)
        if address in _TRANSLATED:
            return is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        if any(address in network for network in _TUNNELLED):
            return False
    return address.is_global and not address.is_multicast


def _is_inner_name(host: str) -> bool:
    """Say whether a host is plainly not public, without looking it up."""
    try:
        return not is_public(ipaddress.ip_address(host))
    except ValueError:
        name = host.rstrip(".").casefold()
        return name == "localhost" or name.endswith(_INNER_NAMES)
