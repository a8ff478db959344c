"""An OpenID provider that lives in the process, and that can be broken in every way."""

from __future__ import annotations

import base64
import hashlib
import json
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from api.identity.oidc import Provider
from api.identity.settings import LogIn, Oidc

if TYPE_CHECKING:
    from collections.abc import Callable

    from joserfc.jwk import Key

    from tests.api.booking_world import Now

ISSUER = "https://id.example/realm"
CLIENT, SECRET = "hubport", "pass:word/1"
KEY = ECKey.generate_key("P-256", {"kid": "one"})
OTHER_KEY = ECKey.generate_key("P-256", {"kid": "one"})
NEW_KEY = ECKey.generate_key("P-256", {"kid": "two"})


class FakeProvider:
    """
    Knows people, hands out codes, and signs tokens.

    Attributes
    ----------
    person
        What it says of whoever logs in now.
    change
        Changes the claims of a token before it is signed.
    token
        Makes the token itself, in place of the usual way.
    answers
        What is answered at an address in place of the right thing.
    """

    def __init__(self, clock: Now) -> None:
        self.clock = clock
        self.person: dict[str, Any] = {"sub": "sub-1", "email": "Wang.Fang@Example.com", "email_verified": True}
        self.change: Callable[[dict[str, Any]], object] = dict.copy
        self.token: Callable[[dict[str, Any]], object] = self.sign
        self.answers: dict[str, httpx.Response | Exception] = {}
        self.about: dict[str, Any] = {
            "issuer": ISSUER,
            "authorization_endpoint": f"{ISSUER}/authorize",
            "token_endpoint": f"{ISSUER}/token",
            "jwks_uri": f"{ISSUER}/keys",
        }
        self.keys: list[Key] = [KEY]
        self.codes: dict[str, dict[str, str]] = {}
        self.asked: list[str] = []

    def settings(self, **more: Any) -> LogIn:  # noqa: ANN401 - of the provider
        """Return settings that name this provider."""
        oidc = Oidc(issuer=ISSUER, client=CLIENT, secret=SECRET, name="Example", **more)
        return LogIn(address="http://localhost", oidc=oidc)

    def provider(self, settings: LogIn) -> Provider:
        """Return what the service asks."""
        assert settings.oidc is not None
        return Provider(settings.oidc, str(settings.address), httpx.MockTransport(self.handle))

    def authorize(self, address: str, **more: str) -> str:
        """Let somebody log in at the address they were sent to, and return where they are sent back to."""
        parts = urlsplit(address)
        assert f"{parts.scheme}://{parts.netloc}{parts.path}" == self.about["authorization_endpoint"]
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (query["response_type"], query["client_id"]) == ("code", CLIENT)
        assert query["code_challenge_method"] == "S256"
        assert "openid" in query["scope"].split()
        code = f"code-{len(self.codes)}"
        self.codes[code] = query
        back = urlsplit(query["redirect_uri"])
        return f"{back.path}?{urlencode({'code': code, 'state': query['state']} | more)}"

    def handle(self, request: httpx.Request) -> httpx.Response:
        """Answer the service."""
        address = str(request.url)
        self.asked.append(address)
        answer = self.answers.get(address.removeprefix(ISSUER))
        if isinstance(answer, Exception):
            raise answer
        if answer is not None:
            return answer
        if address == f"{ISSUER}/.well-known/openid-configuration":
            return httpx.Response(200, json=self.about)
        if address == self.about["jwks_uri"]:
            odd = [{"kty": "oct", "k": "c2VjcmV0"}, {"kty": "XX"}, {"kty": "RSA", "n": 1}, "x"]
            return httpx.Response(200, json={"keys": odd + [key.as_dict(private=False) for key in self.keys]})
        assert address == self.about["token_endpoint"]
        return self._exchange(request)

    def sign(self, claims: dict[str, Any], key: Key = KEY) -> str:
        """Return a token as it should be."""
        return jwt.encode({"alg": "ES256", "kid": str(key.kid)}, claims, key)

    def _exchange(self, request: httpx.Request) -> httpx.Response:
        """Return the token for a code, once, to whom it was given."""
        form = {name: values[0] for name, values in parse_qs(request.content.decode()).items()}
        asked = self.codes.pop(form["code"], None)
        pair = base64.b64encode(b"hubport:pass%3Aword%2F1").decode()
        challenge = hashlib.sha256(form["code_verifier"].encode()).digest()
        if (
            asked is None
            or request.headers.get("authorization") != f"Basic {pair}"
            or form["redirect_uri"] != asked["redirect_uri"]
            or base64.urlsafe_b64encode(challenge).decode().rstrip("=") != asked["code_challenge"]
        ):
            return httpx.Response(400, json={"error": "invalid_grant"})
        now = int(self.clock().timestamp())
        claims = {"iss": ISSUER, "aud": CLIENT, "iat": now, "exp": now + 300, "nonce": asked["nonce"]} | self.person
        self.change(claims)
        return httpx.Response(200, json={"access_token": "at", "token_type": "Bearer", "id_token": self.token(claims)})


def unsigned(claims: dict[str, Any], header: dict[str, Any], signature: str = "") -> str:
    """Return a token put together by hand."""
    parts = [json.dumps(part).encode() for part in (header, claims)]
    return ".".join(base64.urlsafe_b64encode(part).decode().rstrip("=") for part in parts) + f".{signature}"
