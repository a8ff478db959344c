"""A job that is watched while the service stops and comes back, and while the session ends."""

from __future__ import annotations

import datetime as dt
import re
import socket
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
import uvicorn
from playwright.sync_api import expect

from api import planning
from api.app import create_app
from api.desk import Desk
from api.identity import people
from api.identity.principal import LOCAL
from api.jobs.claimed import packed
from api.jobs.kinds import KINDS, Made
from api.jobs.queue import beat, claim, finish
from api.jobs.submit import Order, submit
from api.plans.work import plan_summary
from api.store import migrate
from api.store.session import WHOLE, Store
from tests.agree_world import network, tables
from tests.api.dispatcher.conftest import NOW, file

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from api.identity.words import Auth
    from api.store.session import WriteSession
    from tests.browser.conftest import Watched

pytestmark = pytest.mark.browser
WAIT_MS = 60_000


class Service:
    """A desk that can be stopped and started at one address, with one job that runs as long as a test wants."""

    def __init__(self, store: Store, auth: Auth) -> None:
        self.store = store
        self.later = dt.timedelta()
        self.desk = Desk(tables(), network(), lambda: NOW + self.later)
        self._auth: Auth = auth
        self._at = ("127.0.0.1", 0)
        order = Order(kind=KINDS["plan"], question=packed({}), fingerprint=file().plan.fingerprint, name="W02")
        store.write(LOCAL.scope, "job.submit", NOW, lambda session: submit(session, LOCAL, order))
        claimed = claim(store, KINDS, "test", NOW, 86_400)
        assert claimed is not None
        self._claimed = claimed

    @property
    def address(self) -> str:
        """Where it answers."""
        return f"http://{self._at[0]}:{self._at[1]}"

    @property
    def job(self) -> str:
        """The page of the job."""
        return f"{self.address}/dispatcher/jobs/{self._claimed.id}?lang="

    def start(self) -> None:
        """Answer, where it answered before."""
        listener = socket.create_server(self._at)
        self._at = listener.getsockname()
        app = create_app(self.desk, store=self.store, auth=self._auth)
        self._server = uvicorn.Server(uvicorn.Config(app, log_level="error", timeout_graceful_shutdown=1))
        self._thread = threading.Thread(target=self._server.run, kwargs={"sockets": [listener]}, daemon=True)
        self._thread.start()
        while not self._server.started:
            self._thread.join(0.02)

    def stop(self) -> None:
        """Answer no more."""
        self._server.should_exit = True
        self._thread.join()

    def tell(self, seconds: float, yuan: int) -> None:
        """Have the job tell what its best plan costs."""
        progress = {
            "elapsed_s": seconds,
            "cost_minor": yuan * 100,
            "bound_minor": 400_000,
            "gap": 0.1,
            "phase": "columns",
        }
        assert beat(self.store, self._claimed, progress, NOW, 86_400)

    def end(self) -> None:
        """Have the job end with a plan."""
        plan, cargo = file()
        content = planning.plan_text(plan, cargo, self.desk).encode()
        made = Made(content=content, summary=plan_summary(plan, cargo), fingerprint=plan.fingerprint)
        assert finish(self.store, KINDS["plan"], self._claimed, made, NOW, 1.0)


@pytest.fixture
def service(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Service]:
    """Serve a desk."""
    with closing(Store(str(tmp_path / "hubport.db"))) as store:
        migrate.upgrade(store.engines)
        found = Service(store, request.param)
        found.start()
        yield found
        found.stop()


def best(page: Page, text: str) -> None:
    """Wait until the page shows what the best plan costs."""
    expect(page.locator(".stats").get_by_text(text, exact=True)).to_be_visible(timeout=WAIT_MS)


@pytest.mark.parametrize("service", ["off"], indirect=True)
@pytest.mark.parametrize(
    ("lang", "lost"), [("zh", "连接中断，正在重连…"), ("en", "The connection is lost; trying again…")]
)
def test_the_service_stops_and_comes_back(watched: Watched, service: Service, lang: str, lost: str) -> None:
    """The page says so in the reader's language and goes on by itself: nothing told meanwhile is missing."""
    page = watched.page
    service.tell(1, 5000)
    page.goto(service.job + lang)
    page.evaluate("window.isTheSame = true")
    best(page, "5,000")
    service.tell(2, 4900)
    best(page, "4,900")
    service.stop()
    expect(page.get_by_text(lost)).to_be_visible(timeout=WAIT_MS)
    service.tell(3, 4800)
    service.tell(4, 4700)
    service.start()
    best(page, "4,700")
    expect(page.get_by_text(lost)).to_be_hidden()
    service.tell(5, 4600)
    best(page, "4,600")
    page.locator("figure summary").click()
    costs = page.locator("figure tbody td:nth-child(2)").all_inner_texts()
    assert [text.partition(".")[0] for text in costs] == ["5,000", "4,900", "4,800", "4,700", "4,600"]
    assert page.evaluate("window.isTheSame")
    service.end()
    page.wait_for_url("**/dispatcher/plans/pl_*", timeout=WAIT_MS)


def key_of(store: Store) -> str:
    """Return the key of a dispatcher."""

    def work(session: WriteSession) -> str:
        user = people.add_user(session, LOCAL, LOCAL.firm, "王小明", ["dispatcher"])
        return people.add_key(session, LOCAL, user, name="laptop")[1].shown

    return store.write(WHOLE, "sample", NOW, work)


@pytest.mark.parametrize("service", ["on"], indirect=True)
def test_the_session_ends(browser: Browser, service: Service) -> None:
    """Who watches is told that the session is over, logs in, and is back on the same page with all that was told."""
    secret = key_of(service.store)
    page = browser.new_page(locale="en-GB")
    page.set_default_timeout(WAIT_MS)

    def log_in() -> None:
        page.get_by_label("API key").fill(secret)
        page.get_by_role("button", name="Log in").click()

    service.tell(1, 5000)
    page.goto(service.job + "en")
    log_in()
    page.wait_for_url(service.job + "en")
    best(page, "5,000")
    service.later = dt.timedelta(days=60)
    service.tell(2, 4900)
    expect(page.get_by_text("The session is over.")).to_be_visible(timeout=WAIT_MS)
    page.locator("#resume").get_by_role("link", name="Log in").click()
    log_in()
    page.wait_for_url(service.job + "en")
    best(page, "4,900")
    service.tell(3, 4800)
    best(page, "4,800")
    page.close()


@pytest.mark.parametrize("service", ["off"], indirect=True)
def test_the_clock_goes_on_while_nothing_is_told(watched: Watched, service: Service) -> None:
    """The seconds of a job count up by themselves, and never back when its page is drawn anew."""
    page = watched.page
    service.later = dt.timedelta(seconds=90)
    page.goto(service.job + "en")
    clock = page.get_by_role("timer")
    expect(clock).to_have_text(re.compile(r"^(9[1-9]|1\d\d) s$"), timeout=WAIT_MS)
    service.later = dt.timedelta(seconds=200)
    service.tell(0, 5000)
    best(page, "5,000")
    expect(clock).to_have_text(re.compile(r"^2(0[1-9]|\d\d) s$"), timeout=WAIT_MS)
