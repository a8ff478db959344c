"""How people log in: what the environment says about sessions and about an OpenID provider."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args
from urllib.parse import urlsplit

from api.faults import Findings
from api.identity.words import Role
from api.texts import both

ADDRESS = "HUBPORT_URL"
IDLE = "HUBPORT_SESSION_IDLE_MIN"
LONGEST = "HUBPORT_SESSION_HOURS"
ISSUER = "HUBPORT_OIDC_ISSUER"
CLIENT = "HUBPORT_OIDC_CLIENT_ID"
SECRET = "HUBPORT_OIDC_CLIENT_SECRET"  # noqa: S105 - the name of a setting
NAME = "HUBPORT_OIDC_NAME"
SCOPE = "HUBPORT_OIDC_SCOPE"
ROLES_CLAIM = "HUBPORT_OIDC_ROLES_CLAIM"
ROLES = "HUBPORT_OIDC_ROLES"

_IDLE_MIN, _MOST_IDLE_MIN = 120, 7 * 24 * 60
_LONGEST_H, _MOST_H = 12, 30 * 24
_LOOPBACK = frozenset({"localhost", "127.0.0.1", "::1"})
_ROLES: frozenset[str] = frozenset(get_args(Role))


@dataclass(frozen=True, slots=True, kw_only=True)
class Oidc:
    """
    An OpenID provider that says who people are.

    Parameters
    ----------
    issuer
        Its address, as it stands in its tokens.
    client, secret
        By which it knows this service; without a secret, PKCE alone protects the code.
    name
        What people call it.
    scope
        What is asked for.
    roles_claim
        The claim that holds groups, empty if roles are not looked for.
    roles
        Groups with the roles they allow.
    """

    issuer: str
    client: str
    secret: str = field(repr=False, default="")
    name: str = "OpenID"
    scope: str = "openid email"
    roles_claim: str = ""
    roles: Mapping[str, tuple[Role, ...]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class LogIn:
    """
    How people log in.

    Parameters
    ----------
    address
        The scheme and host under which people reach the service, None for those they use.
    idle
        A session ends when nothing was done with it for so long.
    longest
        A session ends so long after the log-in, whatever was done with it.
    oidc
        The OpenID provider, None without one.
    """

    address: str | None = None
    idle: dt.timedelta = dt.timedelta(minutes=_IDLE_MIN)
    longest: dt.timedelta = dt.timedelta(hours=_LONGEST_H)
    oidc: Oidc | None = None


def read_log_in(found: Findings, environment: Mapping[str, str]) -> LogIn:
    """
    Return how people log in.

    Parameters
    ----------
    found
        Takes what is wrong with the settings.
    environment
        Where they stand.

    Examples
    --------
    >>> read_log_in(Findings(), {"HUBPORT_SESSION_HOURS": "8", "HUBPORT_URL": "https://hubport.example/"}).address
    'https://hubport.example'
    """
    reader = _Reader(found, environment)
    return LogIn(
        address=reader.address(),
        idle=dt.timedelta(minutes=reader.whole(IDLE, _IDLE_MIN, _MOST_IDLE_MIN)),
        longest=dt.timedelta(hours=reader.whole(LONGEST, _LONGEST_H, _MOST_H)),
        oidc=reader.oidc(),
    )


class _Reader:
    """Reads settings and collects what is wrong with them."""

    def __init__(self, found: Findings, environment: Mapping[str, str]) -> None:
        self._found = found
        self._values = environment

    def text(self, name: str, default: str = "") -> str:
        return self._values.get(name, "").strip() or default

    def wrong(self, name: str, rule: str, **values: object) -> None:
        # What stands in a setting may be a secret in the wrong place, so it is not shown.
        self._found.add(name, None, "malformed", detail=both(rule, **values))

    def whole(self, name: str, default: int, most: int) -> int:
        """Return a whole number of at least 1."""
        text = self.text(name, str(default))
        if not (text.isascii() and text.isdecimal() and len(text) <= len(str(most)) and 1 <= int(text) <= most):
            self.wrong(name, "setting_whole", most=most)
            return default
        return int(text)

    def address(self) -> str | None:
        """Return the public address, without what follows the host."""
        text = self.text(ADDRESS).rstrip("/")
        if not text:
            return None
        parts = _split(text)
        if parts is None or parts[0] not in {"http", "https"} or text.casefold() != f"{parts[0]}://{parts[1]}":
            self.wrong(ADDRESS, "setting_address")
            return None
        return text.casefold()

    def oidc(self) -> Oidc | None:
        """Return the provider, if any of its settings is there."""
        issuer, client = self.text(ISSUER), self.text(CLIENT)
        rest = (CLIENT, SECRET, NAME, SCOPE, ROLES_CLAIM, ROLES)
        if not issuer and not any(self.text(name) for name in rest):
            return None
        for name in (ISSUER, CLIENT, ADDRESS):
            if not self.text(name):
                self.wrong(name, "setting_with_oidc")
        if issuer and not is_safe(issuer):
            self.wrong(ISSUER, "setting_https")
        scope = self.text(SCOPE, "openid email")
        if "openid" not in scope.split():
            self.wrong(SCOPE, "setting_scope")
        claim, roles = self.text(ROLES_CLAIM), self.roles()
        if bool(claim) != bool(roles):
            self.wrong(ROLES if claim else ROLES_CLAIM, "setting_roles_both")
        name = self.text(NAME, "OpenID")
        return Oidc(
            issuer=issuer, client=client, secret=self.text(SECRET), name=name, scope=scope, roles_claim=claim,
            roles=roles,
        )  # fmt: skip

    def roles(self) -> dict[str, tuple[Role, ...]]:
        """Return groups with their roles, written as ``group=role,role;group=role``."""
        found: dict[str, tuple[Role, ...]] = {}
        for part in filter(str.strip, self.text(ROLES).split(";")):
            group, _, listed = part.partition("=")
            names = [name.strip() for name in listed.split(",")]
            roles: tuple[Role, ...] = tuple(role for role in get_args(Role) if role in names)
            if not group.strip() or not _ROLES.issuperset(names) or group.strip() in found:
                self.wrong(ROLES, "setting_roles", choices=", ".join(sorted(_ROLES)))
                return {}
            found[group.strip()] = roles
        return found


def is_safe(url: str) -> bool:
    """
    Say whether what is sent to an address stays secret: https, or this machine.

    Examples
    --------
    >>> is_safe("https://id.example/a"), is_safe("http://127.0.0.1:9000"), is_safe("http://id.example")
    (True, True, False)
    """
    parts = _split(url)
    if parts is None or "@" in parts[1]:
        return False
    return parts[0] == "https" or (parts[0] == "http" and parts[2] in _LOOPBACK)


def _split(url: str) -> tuple[str, str, str] | None:
    """Return scheme, host with port, and host of an address, None if it is none."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    if not parts.hostname or any(character.isspace() or not character.isprintable() for character in url):
        return None
    return parts.scheme, parts.netloc.casefold(), parts.hostname
