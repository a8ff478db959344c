"""The pages of administrators, as a browser without script meets them."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

import pytest
from fastapi.testclient import TestClient
from sqlalchemy import select

from api.app import create_app
from api.identity.settings import LogIn, Oidc
from api.store.models import AuditEntry
from api.store.session import WHOLE
from tests.api.booking_world import Caller, World, serving

if TYPE_CHECKING:
    from httpx import Response

    from api.desk import Desk
    from api.store.session import Store
    from tests.api.booking_world import Browser


class Forms(HTMLParser):
    """The forms of a page: where they go, with their fields as they stand."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, Any]]] = []
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note forms and fields."""
        values = dict(attrs)
        if tag == "form":
            assert values["method"] == "post"
            self.found.append((str(values["action"]), {}))
        elif tag == "input" and values.get("type") == "checkbox":
            fields = self.found[-1][1]
            if "checked" in values:
                fields[str(values["name"])] = [*fields.get(str(values["name"]), []), values["value"]]
        elif tag == "input" and self.found:
            self.found[-1][1][str(values["name"])] = values.get("value", "")


def fill(browser: Browser, page: str, action: str, **fields: Any) -> Response:  # noqa: ANN401 - any field
    """Open a page, fill one of its forms, and send it."""
    opened = browser.get(page)
    assert opened.status_code == 200, opened.text
    forms = [form for form in Forms(opened.text).found if re.search(action, form[0])]
    assert forms, (action, Forms(opened.text).found)
    address, given = forms[0]
    return browser.post(address, given | fields)


@pytest.fixture
def house(firms: World) -> Browser:
    """Return the browser of an administrator of the house."""
    return firms.browser(firms.caller("house", "admin"))


def secret_of(page: Response) -> str:
    """Return the key that a page shows."""
    found = re.search(r'<code class="secret">([^<]+)</code>', page.text)
    assert found is not None, page.text
    return found[1]


def test_from_a_firm_to_a_key_that_works(firms: World, house: Browser) -> None:
    """A firm, a user and a key are made by forms alone; the key is shown once, works, and is narrowed."""
    assert fill(house, "/admin/firms", r"/firms\?", name="瓯海眼镜 <b>").status_code == 303
    listed = house.get("/admin/firms?lang=en").text
    firm = re.search(r"<code>(fm_\w+)</code>", listed)
    assert firm is not None
    assert "瓯海眼镜 &lt;b&gt;" in listed
    made = fill(house, "/admin/users", r"/users\?", name="王芳", firm=firm[1], roles=["forwarder", "auditor"])
    user = made.headers["location"].partition("?")[0]
    shown = fill(house, user, r"/keys\?", name="ERP", days="30", scopes=["bookings:read", "quotes:read"])
    assert shown.headers["cache-control"] == "no-store"
    caller = Caller(firms.client, firm[1], secret_of(shown))
    assert caller.get("/v1/me")["scopes"] == ["bookings:read", "quotes:read"]
    assert secret_of(shown) not in house.get(user).text
    key = caller.get("/v1/me")["key"]
    assert fill(house, user, f"{key}/narrow", scopes=["quotes:read"]).status_code == 303
    assert caller.get("/v1/me")["scopes"] == ["quotes:read"]
    wider = fill(house, user, f"{key}/narrow", scopes=["bookings:read"])
    assert (wider.status_code, "只能收窄" in wider.text) == (409, True)
    assert fill(house, user, f"{key}/narrow", scopes=[]).status_code == 422
    new = Caller(firms.client, firm[1], secret_of(fill(house, user, f"{key}/rotate", grace_hours="0")))
    assert new.get("/v1/me")["scopes"] == ["quotes:read"]
    assert caller.send("GET", "/v1/me").status_code == 401
    assert fill(house, user, f"{new.get('/v1/me')['key']}/revoke").status_code == 303
    assert new.send("GET", "/v1/me").status_code == 401
    assert "ERP" in house.get("/admin/keys").text


def test_a_form_counts_once(firms: World, house: Browser) -> None:
    """Pressing a button twice makes one key, and its secret is not shown again; another form is another write."""
    user = firms.caller("house", "admin").get("/v1/me")["user"]
    address, fields = next(form for form in Forms(house.get(f"/admin/users/{user}").text).found if "/keys?" in form[0])
    first, again = (house.post(address, fields | {"name": "x"}) for _ in range(2))
    assert secret_of(first)
    assert ("secret" in again.text, "无法再次显示" in again.text) == (False, True)
    other = house.post(address, fields | {"name": "y"})
    assert other.status_code == 422
    assert house.post(address, {"csrf": fields["csrf"], "name": "x"}).status_code == 400
    names = [key["name"] for key in firms.caller("house", "admin").get("/v1/keys")["items"]]
    assert names.count("x") == 1


def test_roles_and_keeping_out(firms: World, house: Browser) -> None:
    """Roles are changed and people are kept out by forms; what was changed meanwhile is not overwritten."""
    caller = firms.caller(firms.firm("A"), "forwarder")
    user = caller.get("/v1/me")["user"]
    stale = Forms(house.get(f"/admin/users/{user}").text).found[0]
    assert fill(house, f"/admin/users/{user}", f"/users/{user}", roles=["auditor"]).status_code == 303
    assert "audit:read" in caller.get("/v1/me")["scopes"]
    late = house.post(stale[0], stale[1] | {"roles": ["planner"]})
    assert (late.status_code, "已被修改" in late.text) == (412, True)
    assert fill(house, f"/admin/users/{user}", f"/users/{user}", is_out="yes", roles=[]).status_code == 303
    assert caller.send("GET", "/v1/me").status_code == 401
    assert fill(house, f"/admin/users/{user}", f"/users/{user}", is_out="no", roles=[]).status_code == 303
    assert caller.send("GET", "/v1/me").status_code == 200
    firm = caller.firm
    assert fill(house, "/admin/firms", firm, name="A2").status_code == 303
    assert fill(house, "/admin/firms", firm, name="A2", is_out="yes").status_code == 303
    assert caller.send("GET", "/v1/me").status_code == 401


def test_wrong_forms(firms: World, house: Browser) -> None:
    """Fields that are wrong are named on a page, and nothing is done."""
    for fields in ({"name": ""}, {"name": "x", "roles": ["king"]}, {"name": "x", "roles": []}, {"name": "x\n"}):
        refused = fill(house, "/admin/users", r"/users\?", **fields)
        assert (refused.status_code, "表单填写有误" in refused.text) in {(422, True), (303, False)}, fields
    user = firms.caller("house", "planner").get("/v1/me")["user"]
    for fields in ({"days": "0"}, {"days": "x"}, {"days": "99999"}, {"scopes": ["all"]}, {"days": "-1"}):
        refused = fill(house, f"/admin/users/{user}", r"/keys\?", **({"name": "x"} | fields))
        assert (refused.status_code, "表单填写有误" in refused.text) == (422, True), fields
    assert fill(house, "/admin/users", r"/users\?", name="admin", roles=["admin"]).status_code == 303
    assert fill(house, "/admin/users", r"/users\?", name="admin", roles=["admin"]).status_code == 409


def test_who_may_look_and_who_may_write(firms: World) -> None:
    """Auditors look and find no form; others find nothing; administrators of a firm meet their own people only."""
    auditor = firms.browser(firms.caller("house", "auditor"))
    for page in ("/admin/users", "/admin/keys", "/admin/sessions", "/admin/firms"):
        opened = auditor.get(page)
        assert opened.status_code == 200
        assert Forms(opened.text).found == [], page
    assert auditor.send("/admin/firms", name="C").status_code == 403
    forwarder = firms.browser(firms.caller(firms.firm("A"), "forwarder"))
    for page in ("/admin", "/admin/users", "/admin/keys", "/admin/sessions", "/admin/firms"):
        refused = forwarder.get(page)
        assert (refused.status_code, "没有这项权限" in refused.text) == (403, True)
    own = firms.caller(firms.firm("B"), "admin")
    browser = firms.browser(own)
    assert browser.get("/admin").headers["location"] == "/admin/users?lang=zh"
    assert re.findall(r"/admin/users/(us_\w+)", browser.get("/admin/users").text) == [own.get("/v1/me")["user"]]
    assert re.findall(r"/admin/users/(us_\w+)", browser.get("/admin/sessions").text) == [own.get("/v1/me")["user"]]
    assert browser.get("/admin/firms").status_code == 403
    assert fill(browser, "/admin/users", r"/users\?", name="x", roles=["admin"]).status_code == 303


def test_ending_sessions(firms: World, house: Browser) -> None:
    """An administrator ends the session of somebody else."""
    other = firms.browser(firms.caller(firms.firm("A"), "forwarder"), "Lynx")
    assert "Lynx" in house.get("/admin/sessions").text
    assert fill(house, "/admin/sessions", other.id).status_code == 303
    assert "Lynx" not in house.get("/admin/sessions").text
    assert other.get("/").status_code == 303
    with firms.store.read(WHOLE) as session:
        entries = session.all(select(AuditEntry).where(AuditEntry.subject == other.id).order_by(AuditEntry.seq))
    assert entries[-1].actor != entries[0].actor


def test_inviting(store: Store) -> None:
    """People are invited by address or subject on the page of a user, and removed there."""
    oidc = Oidc(issuer="https://id.example", client="hubport")
    with serving(store, "on", log_in=LogIn(address="http://localhost", oidc=oidc)) as world:
        caller = world.caller("house", "admin")
        browser = world.browser(caller)
        page = f"/admin/users/{caller.get('/v1/me')['user']}"
        assert fill(browser, page, r"/identities\?", email="A@b.example").status_code == 303
        assert fill(browser, page, r"/identities\?", subject="sub-1").status_code == 303
        assert fill(browser, page, r"/identities\?", email="a@B.example").status_code == 409
        assert fill(browser, page, r"/identities\?").status_code == 422
        assert "a@b.example" in browser.get(page).text
        first = next(item for item in caller.get("/v1/identities")["items"] if item["email"])
        assert fill(browser, page, first["id"]).status_code == 303
        assert "a@b.example" not in browser.get(page).text


def test_pages_of_lists(firms: World, house: Browser) -> None:
    """Long lists come in pages."""
    admin = firms.caller("house", "admin")
    for number in range(52):
        assert admin.send("POST", "/v1/firms", {"name": f"firm {number:02d}"}).status_code == 201
    first = house.get("/admin/firms").text
    more = re.search(r'href="\?lang=zh&amp;after=(\w+)"', first)
    assert more is not None
    second = house.get(f"/admin/firms?after={more[1]}").text
    names = re.findall(r"firm \d\d<", first + second)
    assert len(names) == len(set(names)) == 52
    assert house.get("/admin/firms?after=x").status_code == 422


def test_without_a_database(desk: Desk) -> None:
    """Without a database the pages say so, and the account page says that nobody has to log in."""
    with TestClient(create_app(desk), base_url="http://localhost") as client:
        assert "身份验证已关闭" in client.get("/account").text
        assert client.get("/admin/users", headers={"accept": "text/html"}).status_code == 503


def fault_of(page: Response, field: str) -> str:
    """Return the sentence beside a field, to which the field itself refers."""
    assert f'aria-describedby="{field}-fault"' in page.text, page.text
    found = re.search(rf'<p class="fault" id="{field}-fault">([^<]+)</p>', page.text)
    assert found is not None
    return found[1]


def test_faults_stand_beside_fields(firms: World, house: Browser) -> None:
    """A refused form is shown again on its page: what is wrong beside its field, and what was typed kept."""
    page = fill(house, "/admin/users?lang=en", r"/users\?", name="<i>王</i>", roles=[])
    assert (page.status_code, fault_of(page, "user-roles")) == (422, "Tick at least one role")
    assert 'value="&lt;i&gt;王&lt;/i&gt;"' in page.text
    page = fill(house, "/admin/users", r"/users\?", name=" ", roles=["planner", "auditor"])
    assert (page.status_code, fault_of(page, "user-name")) == (422, "请填写名称，最多 200 个字")
    assert len(re.findall(r'value="(?:planner|auditor)" checked', page.text)) == 2
    assert fill(house, "/admin/firms", r"/firms\?", name="瓯海").status_code == 303
    page = fill(house, "/admin/firms?lang=en", r"/firms\?", name="瓯海")
    assert (page.status_code, fault_of(page, "firm-name")) == (409, "The name is taken")
    page = fill(house, "/admin/firms?lang=en", r"/firms/fm_", name="Hubport")
    assert page.status_code == 409
    assert re.search(r'value="Hubport"[^>]*aria-describedby="firm-fm_\w+-fault"', page.text)
    user = f"/admin/users/{firms.caller('house', 'auditor').get('/v1/me')['user']}"
    page = fill(house, f"{user}?lang=en", r"/keys\?", name="ERP", days="soon", scopes=["quotes:read"])
    assert (page.status_code, fault_of(page, "key-days")) == (422, "A whole number from 1 to 3650, or nothing")
    assert 'value="soon"' in page.text
    assert re.search(r'name="scopes" value="quotes:read" checked', page.text)


def test_faults_of_keys_and_roles(firms: World, house: Browser) -> None:
    """Forms that are folded away are open where they were refused; what concerns no field stands above the form."""
    caller = firms.caller(firms.firm("A"), "forwarder")
    me = caller.get("/v1/me")
    user, key = f"/admin/users/{me['user']}", me["key"]
    page = fill(house, f"{user}?lang=en", f"{key}/rotate", grace_hours="x")
    assert fault_of(page, f"rotate-{key}-grace_hours") == "A whole number from 0 to 720"
    assert "<details open>" in page.text
    page = fill(house, f"{user}?lang=en", f"{key}/narrow", scopes=["firms:read"])
    assert (page.status_code, fault_of(page, f"narrow-{key}-scopes")) == (409, "A key can only be narrowed")
    address, fields = Forms(house.get(f"{user}?lang=en").text).found[0]
    assert house.post(address, fields | {"roles": ["auditor"]}).status_code == 303
    page = house.post(address, fields | {"once": "other", "roles": ["forwarder"]})
    assert (page.status_code, "It was changed since it was read" in page.text) == (412, True)
    last = f"/admin/users/{firms.caller('house', 'admin').get('/v1/me')['user']}"
    assert house.get(last).status_code == 200
