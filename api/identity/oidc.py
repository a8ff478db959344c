"""
OpenID Connect: another service says who somebody is.

The authorization code flow with PKCE. What comes back is believed only after its signature, issuer, audience, times and
nonce were checked against keys that the provider's own description names.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
import threading
from collections.abc import Mapping
from typing import Any, NamedTuple
from urllib.parse import quote, urlencode

import httpx
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key
from joserfc.jws import JWSRegistry

from api.identity.settings import LogIn, Oidc, is_safe
from api.identity.words import Role
from api.refusals import Refusal

BACK = "/login/oidc/back"
"""Where the provider sends people back to."""
_ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519", "EdDSA")
"""Signatures with a key pair: none that anybody could make who knows what is public, or the secret of this service."""
_KINDS_OF_KEYS = frozenset({"RSA", "EC", "OKP"})
_KEPT = dt.timedelta(hours=1)
_KEYS_AGAIN = dt.timedelta(minutes=1)
_LEEWAY_S = 60
_WAIT_S = 10.0
_MOST_BYTES = 1024 * 1024
_LONGEST_SUBJECT = 255
_ENDPOINTS = ("authorization_endpoint", "token_endpoint", "jwks_uri")


class Person(NamedTuple):
    """Who somebody is to a provider: e-mail address only if it was verified, roles only if they are looked for."""

    issuer: str
    subject: str
    email: str | None
    roles: tuple[Role, ...] | None


class _Described(NamedTuple):
    """What a provider says of itself, with its keys, and when each was read."""

    about: dict[str, Any]
    keys: KeySet
    read_at: dt.datetime


class Provider:
    """
    An OpenID provider.

    Parameters
    ----------
    settings
        Where it is, and how it knows this service.
    address
        Scheme and host under which people reach this service.
    transport
        Carries requests to it; the usual one if None.
    """

    def __init__(self, settings: Oidc, address: str, transport: httpx.BaseTransport | None = None) -> None:
        self.settings = settings
        self._back = address + BACK
        self._transport = transport
        self._described: _Described | None = None
        self._turn = threading.Lock()

    def address(self, *, state: str, nonce: str, verifier: str, now: dt.datetime) -> str:
        """
        Return where somebody is sent to log in.

        Parameters
        ----------
        state, nonce, verifier
            What must come back with the browser, stand in the token, and go with the code.
        now
            The present.

        Raises
        ------
        Refusal
            When the provider cannot be reached, or describes itself wrongly.
        """
        about = self._describe(now).about
        query = {
            "response_type": "code",
            "client_id": self.settings.client,
            "redirect_uri": self._back,
            "scope": self.settings.scope,
            "state": state,
            "nonce": nonce,
            "code_challenge": create_s256_code_challenge(verifier),
            "code_challenge_method": "S256",
        }
        endpoint = about["authorization_endpoint"]
        return f"{endpoint}{'&' if '?' in endpoint else '?'}{urlencode(query)}"

    def check_issuer(self, given: str | None, now: dt.datetime) -> None:
        """
        Refuse an answer of another provider than the one that was asked (RFC 9207).

        Raises
        ------
        Refusal
            When another issuer is named, or none although this provider names itself.
        """
        is_named = self._describe(now).about.get("authorization_response_iss_parameter_supported") is True
        if given != self.settings.issuer and (given is not None or is_named):
            raise Refusal(why="log-in-failed", detail="iss")

    def person(self, *, code: str, nonce: str, verifier: str, now: dt.datetime) -> Person:
        """
        Return who somebody is, for the code that came back with them.

        Raises
        ------
        Refusal
            When the provider cannot be reached, does not know the code, or what it says does not hold.
        """
        answer = self._exchange(code, verifier, now)
        claims = self._claims(answer, nonce, now)
        subject = claims["sub"]
        if not subject or len(subject) > _LONGEST_SUBJECT or not subject.isprintable():
            raise Refusal(why="log-in-failed", detail="sub")
        return Person(self.settings.issuer, subject, _email(claims), self._roles(claims))

    def _roles(self, claims: Mapping[str, Any]) -> tuple[Role, ...] | None:
        """Return the roles of the groups somebody is in, None if roles are not looked for."""
        if not self.settings.roles_claim:
            return None
        found = claims.get(self.settings.roles_claim)
        groups = found if isinstance(found, list) else [found]
        roles = {role for group in groups if isinstance(group, str) for role in self.settings.roles.get(group, ())}
        return tuple(sorted(roles))

    def _exchange(self, code: str, verifier: str, now: dt.datetime) -> dict[str, Any]:
        """Return what the provider gives for a code."""
        about = self._describe(now).about
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._back,
            "code_verifier": verifier,
        }
        headers = {}
        client, secret = self.settings.client, self.settings.secret
        methods = about.get("token_endpoint_auth_methods_supported") or ["client_secret_basic"]
        if secret and "client_secret_basic" in methods:
            pair = f"{quote(client, safe='')}:{quote(secret, safe='')}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        else:
            form |= {"client_id": client} | ({"client_secret": secret} if secret else {})
        status, answer = self._send("POST", about["token_endpoint"], data=form, headers=headers)
        if status in {400, 401}:
            raise Refusal(why="log-in-failed", detail="code")
        if status != 200:  # noqa: PLR2004 - of HTTP
            raise Refusal(why="provider-unavailable")
        return answer

    def _claims(self, answer: Mapping[str, Any], nonce: str, now: dt.datetime) -> CodeIDToken:
        """Return what a token says, once everything about it was checked."""
        text = answer.get("id_token")
        if not isinstance(text, str):
            raise Refusal(why="log-in-failed", detail="id_token")
        client = self.settings.client
        options = {
            "iss": {"essential": True, "value": self.settings.issuer},
            "aud": {"essential": True, "value": client},
            "exp": {"essential": True},
        }
        try:
            token = self._decode(text, now)
            params = {"nonce": nonce, "client_id": client, "access_token": answer.get("access_token")}
            claims = CodeIDToken(token.claims, token.header, options, params)
            claims.validate(int(now.timestamp()), _LEEWAY_S)
        except JoseError as error:
            raise Refusal(why="log-in-failed", detail=str(getattr(error, "claim", "") or error.error)) from None
        except (ValueError, TypeError, AttributeError, KeyError):
            # A library that stumbles over a token does not make it a good one.
            raise Refusal(why="log-in-failed", detail="id_token") from None
        return claims

    def _decode(self, text: str, now: dt.datetime) -> jwt.Token:
        """Return a token whose signature is one of the provider's; keys that are new are fetched."""
        described = self._describe(now)
        registry = JWSRegistry(algorithms=list(_ALGORITHMS))
        try:
            return jwt.decode(text, described.keys, registry=registry, algorithms=list(_ALGORITHMS))
        except JoseError:
            if now < described.read_at + _KEYS_AGAIN:
                raise
        self._described = None
        return jwt.decode(text, self._describe(now).keys, registry=registry, algorithms=list(_ALGORITHMS))

    def _describe(self, now: dt.datetime) -> _Described:
        """Return what the provider says of itself, read again now and then."""
        with self._turn:
            known = self._described
            if known is None or not known.read_at <= now < known.read_at + _KEPT:
                about = self._about()
                known = self._described = _Described(about, self._keys(about["jwks_uri"]), now)
            return known

    def _about(self) -> dict[str, Any]:
        status, about = self._send("GET", f"{self.settings.issuer.rstrip('/')}/.well-known/openid-configuration")
        if status != 200:  # noqa: PLR2004 - of HTTP
            raise Refusal(why="provider-unavailable")
        is_whole = all(isinstance(about.get(name), str) and is_safe(about[name]) for name in _ENDPOINTS)
        if about.get("issuer") != self.settings.issuer or not is_whole:
            raise Refusal(why="provider-unavailable", detail="openid-configuration")
        return about

    def _keys(self, address: str) -> KeySet:
        """Return the keys of the provider; those of unknown kinds, and those for other purposes, are left out."""
        status, answer = self._send("GET", address)
        listed = answer.get("keys")
        if status != 200 or not isinstance(listed, list):  # noqa: PLR2004 - of HTTP
            raise Refusal(why="provider-unavailable", detail="jwks")
        keys = []
        for item in listed:
            if isinstance(item, dict) and item.get("kty") in _KINDS_OF_KEYS and item.get("use", "sig") == "sig":
                try:
                    keys.append(import_key(item))
                except (JoseError, ValueError, TypeError, KeyError):
                    continue
        return KeySet(keys)

    def _send(self, method: str, url: str, **more: Any) -> tuple[int, dict[str, Any]]:  # noqa: ANN401 - of the client
        """Send a request to the provider, without following anywhere, and return status and object of the answer."""
        try:
            with (
                httpx.Client(transport=self._transport, timeout=_WAIT_S, follow_redirects=False) as client,
                client.stream(method, url, **more) as response,
            ):
                body = b""
                for piece in response.iter_bytes():
                    body += piece
                    if len(body) > _MOST_BYTES:
                        raise Refusal(why="provider-unavailable", detail="size")
                found = json.loads(body)
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, RecursionError):
            raise Refusal(why="provider-unavailable") from None
        return response.status_code, found if isinstance(found, dict) else {}


def _email(claims: Mapping[str, Any]) -> str | None:
    """Return the address of somebody, None unless the provider has verified it."""
    email = claims.get("email")
    if claims.get("email_verified") is not True or not isinstance(email, str) or not email.isprintable():
        return None
    return email.casefold()


def provider_of(settings: LogIn) -> Provider | None:
    """Return the provider that the settings name, None if they name none."""
    if settings.oidc is None or settings.address is None:
        return None
    return Provider(settings.oidc, settings.address)
