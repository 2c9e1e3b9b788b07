"""A real Chromium on a real server. Each test begins with empty tables; the servers stay for the whole run."""

import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from django.contrib.auth.hashers import make_password
from django.test import override_settings
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect, sync_playwright

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from tests.coach.conftest import fill
from tests.conftest import PASSWORD, ROOT
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server
from tests.learning.loop_parts import OwnRedis, own_redis, worker
from tests.live import serving

__all__ = ["fake_vendor", "fake_vendor_server"]

# Playwright keeps an event loop in this thread, and Django would take that for async code.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"

FLAGS = ["--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-dev-shm-usage"]
PATIENCE = 20_000  # ms; the machine may be busy
WIDE = {"width": 1280, "height": 860}
PHONE = {"width": 360, "height": 740}


# What htmx says of a look for news that was under way when the page was left.
LEFT_BEHIND = ("htmx:sendAbort,", "htmx:afterRequest,")


def is_fault(kind: str, text: str) -> bool:
    return kind == "error" and not text.startswith(LEFT_BEHIND)


@pytest.fixture(scope="package")  # while it lives an event loop runs in this thread, and other tests run their own
def chromium() -> Iterator[Browser]:
    """The machine's Chromium, else Playwright's own; without either these tests are skipped, except in CI."""
    path = subprocess.run([ROOT / "script/chromium"], capture_output=True, text=True, check=False).stdout.strip()
    with sync_playwright() as playwright:
        if not path and "CI" not in os.environ and not Path(playwright.chromium.executable_path).exists():
            pytest.skip("no Chromium on this machine")
        browser = playwright.chromium.launch(executable_path=path or None, args=FLAGS)
        expect.set_options(timeout=PATIENCE)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def plain_site(django_db_setup: None) -> Iterator[str]:
    """A server without a model: answers are composed from the course."""
    with serving(LLM_MODEL="") as url:
        yield url


@pytest.fixture(scope="session")
def model_site(django_db_setup: None, fake_vendor_server: Running) -> Iterator[str]:
    """A server that asks the fake vendor."""
    with serving(LLM_BASE_URL=fake_vendor_server.url, LLM_MODEL="fake-good", LLM_API_KEY="none", LLM_TYPE="compatible") as url:
        yield url


@pytest.fixture
def broker(tmp_path: Path) -> Iterator[OwnRedis]:
    with own_redis(tmp_path) as server:
        yield server


@pytest.fixture
def working_site(broker: OwnRedis, transactional_db: None) -> Iterator[str]:
    """A server without a model, and a worker. To be named before `at_browser`: the pages look for news until they are closed."""
    with serving(LLM_MODEL="", **broker.environment) as url, worker(broker, pool="prefork"):
        yield url


@dataclass
class Reader:
    """Somebody at a browser, with all that went wrong there."""

    site: str
    context: BrowserContext
    page: Page
    faults: list[str]

    def open(self, path: str) -> Page:
        self.page.goto(self.site + path)
        return self.page

    def sign_in(self, email: str) -> None:
        self.open("/account/sign-in/")
        self.page.get_by_label("E-mail").fill(email)
        self.page.get_by_label("Password").fill(PASSWORD)
        self.page.get_by_label("Password").press("Enter")
        expect(self.page.get_by_role("heading", name="My courses")).to_be_visible()

    def ask(self, question: str) -> None:
        self.question.fill(question)
        self.question.press("Enter")

    @property
    def question(self) -> Locator:
        return self.page.get_by_label("Your question", exact=True)


def give_real_password(person: User) -> None:
    """The tests hash quickly; a server takes only what production takes."""
    with override_settings(PASSWORD_HASHERS=["django.contrib.auth.hashers.Argon2PasswordHasher"]), acting_as(SYSTEM):
        User.objects.filter(pk=person.pk).update(password=make_password(PASSWORD))


def watch(page: Page, faults: list[str]) -> Page:
    page.on("pageerror", lambda error: faults.append(f"script: {error}"))
    page.on("console", lambda line: faults.append(f"console: {line.text}") if is_fault(line.type, line.text) else None)
    return page


@pytest.fixture
def at_browser(chromium: Browser, transactional_db: None) -> Iterator[Callable[..., Reader]]:
    """Opens a browser of its own for somebody; afterwards no page may have had an error."""
    readers: list[Reader] = []

    def sit_down(site: str, person: User | None = None, *, viewport: dict[str, int] = WIDE, **options) -> Reader:
        options = {"reduced_motion": "reduce", "viewport": viewport, "timezone_id": "Europe/Berlin", **options}
        context = chromium.new_context(**options)
        context.set_default_timeout(PATIENCE)
        faults: list[str] = []
        reader = Reader(site, context, watch(context.new_page(), faults), faults)
        readers.append(reader)
        if person:
            give_real_password(person)
            reader.sign_in(person.email)
        return reader

    yield sit_down
    for reader in readers:
        reader.context.close()
    assert [fault for reader in readers for fault in reader.faults] == []


@pytest.fixture
def lessons(course: Course, tmp_path: Path) -> Course:
    """`course` with three pages, indexed."""
    fill(course, tmp_path)
    return course
