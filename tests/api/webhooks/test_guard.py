"""Where messages may go, and how they are signed."""

from __future__ import annotations

import asyncio
import base64
import hashlib
import hmac
import ipaddress
import socket
from typing import Any

import pytest

from api.webhooks.guard import Guard, NotAllowedError, is_public
from api.webhooks.sign import headers_of, new_secret

STRICT, OPEN = Guard(), Guard(allows_local=True)


@pytest.mark.parametrize(
    ("url", "rule"),
    [
        ("https://example.com/hook", None),
        ("https://example.com:8443/hook?x=1", None),
        ("https://8.8.8.8/", None),
        ("https://[2606:4700::1111]/", None),
        ("http://example.com/", "webhook_url"),
        ("ftp://example.com/", "webhook_url"),
        ("example.com", "webhook_url"),
        ("https://", "webhook_url"),
        ("https://user:word@example.com/", "webhook_url"),
        ("https://example.com/#part", "webhook_url"),
        ("https://example.com:0/", "webhook_url"),
        ("https://example.com:99999/", "webhook_url"),
        ("https://exa mple.com/", "webhook_url"),
        ("https://example.com\\@127.0.0.1/", "webhook_url"),
        ("https://example.com/\r\nx: y", "webhook_url"),
        ("https://[::1/", "webhook_url"),
        ("https://例子.com/", "webhook_url"),
        ("https://localhost/", "webhook_address"),
        ("https://a.localhost./", "webhook_address"),
        ("https://printer.local/", "webhook_address"),
        ("https://127.0.0.1/", "webhook_address"),
        ("https://10.1.2.3/", "webhook_address"),
        ("https://169.254.169.254/latest", "webhook_address"),
        ("https://[::1]/", "webhook_address"),
        ("https://[::ffff:10.0.0.1]/", "webhook_address"),
        ("https://[fe80::1]/", "webhook_address"),
        ("https://0.0.0.0/", "webhook_address"),
    ],
)
def test_addresses(url: str, rule: str | None) -> None:
    """Only public https addresses without user and fragment are taken; on demand inner ones and http as well."""
    assert STRICT.fault_of(url) == rule
    assert OPEN.fault_of("http://127.0.0.1:8000/x") is None
    if rule == "webhook_address":
        assert OPEN.fault_of(url) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("1.1.1.1", True),
        ("2606:4700::1111", True),
        ("100.64.0.1", False),
        ("192.168.0.1", False),
        ("172.16.0.1", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("fc00::1", False),
        ("ff02::1", False),
        ("2002:7f00:1::", False),
        ("64:ff9b::808:808", True),
        ("64:ff9b::7f00:1", False),
        ("::ffff:8.8.8.8", True),
        ("::", False),
        ("2001::1", False),
    ],
)  # fmt: skip
def test_public(text: str, expected: bool) -> None:  # noqa: FBT001
    """What is not of the public network is not taken for it, however it is wrapped."""
    assert is_public(ipaddress.ip_address(text)) is expected


def looked_up(guard: Guard, url: str, answer: list[str], patch: pytest.MonkeyPatch) -> str:
    """Return the address to connect to, where a name has some addresses."""

    def found(*_: Any, **__: Any) -> list[Any]:  # noqa: ANN401
        if not answer:
            raise socket.gaierror
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, 443)) for one in answer]

    patch.setattr(socket, "getaddrinfo", found)

    async def run() -> str:
        return await guard.address_of(url)

    return asyncio.run(run())


def test_names_are_looked_up_and_checked(monkeypatch: pytest.MonkeyPatch) -> None:
    """A name with one inner address among public ones is refused; the address that was checked is the one used."""
    url = "https://example.com/hook"
    assert looked_up(STRICT, url, ["8.8.8.8", "1.1.1.1"], monkeypatch) == "8.8.8.8"
    for answer in (["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["169.254.169.254"], ["fe80::1%eth0"]):
        with pytest.raises(NotAllowedError, match="address-not-allowed"):
            looked_up(STRICT, url, answer, monkeypatch)
        assert looked_up(OPEN, url, answer, monkeypatch) == answer[0]
    with pytest.raises(NotAllowedError, match="name-not-found"):
        looked_up(STRICT, url, [], monkeypatch)


def test_setting() -> None:
    """Only the word switches the guard off."""
    assert [Guard.of({"HUBPORT_WEBHOOK_LOCAL": text}).allows_local for text in ("on", " ON ", "off", "1", "")] == [
        True, True, False, False, False,
    ]  # fmt: skip
    assert not Guard.of({}).allows_local


def test_signatures() -> None:
    """Each good secret signs; a change of id, time or body changes every signature."""
    keys = (new_secret(), new_secret())
    assert keys[0] != keys[1]
    headers = headers_of(keys, "ev_1", 1_700_000_000, b"{}")
    expected = [
        "v1,"
        + base64.b64encode(
            hmac.new(base64.b64decode(key.removeprefix("whsec_")), b"ev_1.1700000000.{}", hashlib.sha256).digest()
        ).decode()
        for key in keys
    ]
    assert headers == {
        "webhook-id": "ev_1", "webhook-timestamp": "1700000000", "webhook-signature": " ".join(expected),
    }  # fmt: skip
    assert headers["webhook-signature"] != headers_of(keys, "ev_1", 1_700_000_001, b"{}")["webhook-signature"]
