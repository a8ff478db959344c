"""Firms, users and keys, and the audit trail."""

from __future__ import annotations

import builtins
from collections.abc import Iterator

from api.client.models import AuditEntry, Firm, Identity, Key, Me, NewKey, Session, User
from api.client.operations import Resource, at, given, match_of, operation, tagged


class Firms(Resource):
    """The firms that use the service."""

    @operation("get_firms")
    def list(self, *, limit: int = 50) -> Iterator[Firm]:
        """Yield firms; `limit` is the size of a page."""
        return self._all(at("firms"), Firm, {}, limit)

    @operation("get_firm")
    def get(self, identifier: str) -> Firm:
        """Read a firm."""
        return tagged(Firm, self._wire.get(at("firms", identifier)))

    @operation("post_firm")
    def add(self, name: str, *, key: str | None = None) -> Firm:
        """Add a firm."""
        return tagged(Firm, self._wire.write("POST", at("firms"), {"name": name}, key=key))

    @operation("patch_firm")
    def change(
        self, firm: Firm, *, name: str | None = None, disabled: bool | None = None, key: str | None = None
    ) -> Firm:
        """Rename a firm, or keep its people out."""
        body = given(name=name, disabled=disabled)
        return tagged(Firm, self._wire.write("PATCH", at("firms", firm.id), body, key=key, match=match_of(firm)))


class Users(Resource):
    """People of firms."""

    @operation("get_users")
    def list(self, *, limit: int = 50) -> Iterator[User]:
        """Yield users; `limit` is the size of a page."""
        return self._all(at("users"), User, {}, limit)

    @operation("get_user")
    def get(self, identifier: str) -> User:
        """Read a user."""
        return tagged(User, self._wire.get(at("users", identifier)))

    @operation("post_user")
    def add(self, name: str, roles: builtins.list[str], *, firm: str | None = None, key: str | None = None) -> User:
        """Add a user to a firm, to one's own if none is named."""
        body = {"name": name, "roles": roles} | given(firm=firm)
        return tagged(User, self._wire.write("POST", at("users"), body, key=key))

    @operation("patch_user")
    def change(
        self,
        user: User,
        *,
        roles: builtins.list[str] | None = None,
        disabled: bool | None = None,
        key: str | None = None,
    ) -> User:
        """Change what a user may do, or keep the user out."""
        body = given(roles=roles, disabled=disabled)
        return tagged(User, self._wire.write("PATCH", at("users", user.id), body, key=key, match=match_of(user)))


class Keys(Resource):
    """API keys."""

    @operation("get_keys")
    def list(self, *, limit: int = 50) -> Iterator[Key]:
        """Yield keys, without their secrets; `limit` is the size of a page."""
        return self._all(at("keys"), Key, {}, limit)

    @operation("get_key")
    def get(self, identifier: str) -> Key:
        """Read a key, without its secret."""
        return tagged(Key, self._wire.get(at("keys", identifier)))

    @operation("post_key")
    def add(
        self,
        user: str,
        name: str,
        *,
        scopes: builtins.list[str] | None = None,
        expires_at: str | None = None,
        key: str | None = None,
    ) -> NewKey:
        """Add a key; its secret is in this answer and never again."""
        body = {"user": user, "name": name} | given(scopes=scopes, expires_at=expires_at)
        return tagged(NewKey, self._wire.write("POST", at("keys"), body, key=key))

    @operation("post_rotation")
    def rotate(self, identifier: str, *, grace_hours: int = 24, key: str | None = None) -> NewKey:
        """Replace a key; the old one ends after the hours given."""
        body = {"grace_hours": grace_hours}
        return tagged(NewKey, self._wire.write("POST", at("keys", identifier, "rotate"), body, key=key))

    @operation("delete_key")
    def revoke(self, identifier: str, *, key: str | None = None) -> Key:
        """End a key at once."""
        return tagged(Key, self._wire.write("DELETE", at("keys", identifier), key=key))

    @operation("patch_key")
    def narrow(self, identifier: str, scopes: builtins.list[str], *, key: str | None = None) -> Key:
        """Leave a key only some of what it may do."""
        return tagged(Key, self._wire.write("PATCH", at("keys", identifier), {"scopes": scopes}, key=key))

    @operation("post_first_key")
    def redeem(self, token: str) -> NewKey:
        """Return the first key of an administrator for the token that the first start printed; once."""
        return tagged(NewKey, self._wire.post(at("first-key"), {"token": token}))

    @operation("get_me")
    def me(self) -> Me:
        """Return whose key it is, and what it may do."""
        return Me.model_validate(self._wire.get(at("me")).json())


class Sessions(Resource):
    """Sessions of browsers."""

    @operation("get_sessions")
    def list(self, *, limit: int = 50) -> Iterator[Session]:
        """Yield sessions, those that have ended included; `limit` is the size of a page."""
        return self._all(at("sessions"), Session, {}, limit)

    @operation("get_session")
    def get(self, identifier: str) -> Session:
        """Read a session."""
        return Session.model_validate(self._wire.get(at("sessions", identifier)).json())

    @operation("delete_session")
    def end(self, identifier: str, *, key: str | None = None) -> Session:
        """End a session at once."""
        return Session.model_validate(self._wire.write("DELETE", at("sessions", identifier), key=key).json())


class Identities(Resource):
    """To whom at an OpenID provider accounts are open."""

    @operation("get_identities")
    def list(self, *, limit: int = 50) -> Iterator[Identity]:
        """Yield identities; `limit` is the size of a page."""
        return self._all(at("identities"), Identity, {}, limit)

    @operation("get_identity")
    def get(self, identifier: str) -> Identity:
        """Read an identity."""
        return Identity.model_validate(self._wire.get(at("identities", identifier)).json())

    @operation("post_identity")
    def invite(
        self, user: str, *, email: str | None = None, subject: str | None = None, key: str | None = None
    ) -> Identity:
        """Open the account of a user to somebody at the provider, by verified e-mail address, subject or both."""
        body = {"user": user} | given(email=email, subject=subject)
        return Identity.model_validate(self._wire.write("POST", at("identities"), body, key=key).json())

    @operation("delete_identity")
    def remove(self, identifier: str, *, key: str | None = None) -> Identity:
        """Close an account to somebody at the provider; their sessions are over."""
        return Identity.model_validate(self._wire.write("DELETE", at("identities", identifier), key=key).json())


class Audit(Resource):
    """The audit trail."""

    @operation("get_audit")
    def list(self, *, subject: str | None = None, limit: int = 50) -> Iterator[AuditEntry]:
        """Yield who did what and when; `limit` is the size of a page."""
        return self._all(at("audit"), AuditEntry, {"subject": subject}, limit)
