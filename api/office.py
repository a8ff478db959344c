"""What the service works with besides its desk: the store, the mode of identification, the clock."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated

from fastapi import Depends, Request

from api.clock import Clock
from api.identity.oidc import Provider
from api.identity.settings import LogIn
from api.identity.words import Auth
from api.refusals import Refusal
from api.store.session import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    """
    What the service works with.

    Parameters
    ----------
    store
        Where things are kept, None where nothing is.
    auth
        Whether everybody has to say who they are (``on``), or whoever reaches the service is let in (``off``).
    clock
        Tells the present.
    log_in
        How people log in.
    provider
        Who says who people are, None where nobody is asked.
    """

    store: Store | None
    auth: Auth
    clock: Clock
    log_in: LogIn = field(default_factory=LogIn)
    provider: Provider | None = None


async def get_office(request: Request) -> Office:
    """Return the office of the application."""
    found: Office = request.app.state.office
    return found


async def get_store(office: Annotated[Office, Depends(get_office)]) -> Store:
    """
    Return the store of the application.

    Raises
    ------
    Refusal
        When it has none.
    """
    if office.store is None:
        raise Refusal(why="no-store")
    return office.store


OfficeOf = Annotated[Office, Depends(get_office)]
StoreOf = Annotated[Store, Depends(get_store)]
