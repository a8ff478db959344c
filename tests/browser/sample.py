"""What the pages show in these tests: a house with people, firms with awkward names, and bookings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from api.identity import people
from api.identity.principal import LOCAL
from api.store.session import WHOLE

if TYPE_CHECKING:
    from api.identity.words import Role
    from api.store.session import WriteSession
    from tests.api.booking_world import World

LONG_NAME = "浙江省温州市瓯海区眼镜及光学仪器进出口联合贸易有限责任公司（欧洲方向拼箱与空运部）"
SCRIPT_NAME = '<script>alert("发货人")</script>'
ROLES: tuple[Role, ...] = ("forwarder", "dispatcher", "planner", "admin")
_QUOTES: tuple[dict[str, Any], ...] = (
    {"from": "CNNGB-P", "to": "DEHAM-P", "weight_kg": 1000, "volume_m3": 5, "pieces": 10, "ready": "2026-05-18"},
    {"from": "CNNGB-P", "to": "TWKHH-P", "weight_kg": 640, "volume_m3": 3, "pieces": 4, "ready": "2026-05-18"},
)


def add_user(world: World, firm: str, name: str, *roles: Role) -> tuple[str, str]:
    """Add a user, and return the id with the secret of a key."""

    def work(session: WriteSession) -> tuple[str, str]:
        user = people.add_user(session, LOCAL, firm, name, roles)
        return user.id, people.add_key(session, LOCAL, user, name="办公室电脑 / office laptop")[1].shown

    return world.store.write(WHOLE, "sample", world.clock(), work)


def fill(world: World, quotes: tuple[dict[str, Any], ...] = _QUOTES) -> tuple[dict[str, str], dict[str, str]]:
    """
    Put people, firms and bookings into a service.

    Returns
    -------
    secrets, ids
        The key of a user by role, and ids that stand in addresses of pages.
    """
    firm = world.firm(LONG_NAME)
    world.firm(SCRIPT_NAME)
    secrets: dict[str, str] = {}
    ids = {"firm_id": firm}
    for role in ROLES:
        home = firm if role == "forwarder" else LOCAL.firm
        ids["user_id"], secrets[role] = add_user(world, home, f"{role} 王小明", role)
    add_user(world, firm, SCRIPT_NAME, "forwarder")
    caller = world.caller(firm, "forwarder")
    made = [caller.booked(caller.quote(**quote), note=SCRIPT_NAME, confirm=True) for quote in quotes]
    return secrets, ids | {"booking_id": str(made[0]["id"])}
