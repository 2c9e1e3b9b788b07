"""Whatever breaks, the learner gets an answer, nothing is lost, and nobody pays twice. Real processes, really broken."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import httpx2 as httpx
import pytest
import redis
from django.conf import settings
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import AIRequestLog
from coach import interrupting
from coach.models import Escalation, Query, Response
from courses.models import Course
from tests.coach.test_round_trips import sign_in, stream_address, through_wire
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server
from tests.live import free_port, server_environment, serving, wait_for

__all__ = ["fake_vendor", "fake_vendor_server"]
pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = "How do containers find each other?"
# Seconds. A vendor that hangs is waited for once; any other must be quick enough for a busy machine too.
QUICK = {"LLM_FIRST_TOKEN_TIMEOUT": "4", "LLM_BETWEEN_TOKENS_TIMEOUT": "4", "LLM_TOTAL_TIMEOUT": "12", "LLM_CONNECT_TIMEOUT": "4"}


def model(vendor: Running) -> dict[str, str]:
    return {"LLM_BASE_URL": vendor.url, "LLM_API_KEY": "fake", "LLM_MODEL": "fake", "LLM_NAME": "fake", **QUICK}


@pytest.fixture(autouse=True)
def forgiving() -> None:
    """No test suffers for the failures of another."""
    forget_failures()


def forget_failures() -> None:
    """Have the breaker, which lives in Redis, let every provider be asked again."""
    store = redis.Redis.from_url(settings.REDIS_URL)
    for key in store.scan_iter("aicoach:breaker:*"):
        store.delete(key)


@pytest.fixture
def client(taught: Course, ada: User, fake_vendor: Running) -> Iterator[httpx.Client]:
    """Ada's browser at a web process with a model."""
    with serving(**model(fake_vendor)) as url, httpx.Client(base_url=url, timeout=30) as browser:
        sign_in(browser, ada)
        yield browser


def newest() -> Query:
    with acting_as(SYSTEM):
        return Query.objects.with_answer().order_by("-pk").first()


def test_it_always_answers(client: httpx.Client, taught: Course, fake_vendor: Running) -> None:
    for mode in ("429", "500", "garbage", "html200", "empty", "hang", "redirect", "wrong-shape"):
        forget_failures()
        fake_vendor.tell(mode)
        asked = len(fake_vendor.seen)
        page = client.get(stream_address(client, taught, QUESTION)).text
        query = newest()
        assert len(fake_vendor.seen) > asked, mode
        assert "event: done" in page, mode
        assert query.response.state == Response.State.COMPLETE, mode
        assert query.response.provider == "extractive", mode
        assert "name" in query.response.answer, mode
    with acting_as(SYSTEM):
        assert Escalation.objects.filter(reason=Escalation.Reason.FAILED).count() >= 1
        failed = AIRequestLog.objects.filter(success=False)
        assert failed.exists()
        assert not failed.filter(error_message__contains=QUESTION).exists()


def test_it_completes_half_a_stream_and_says_so(client: httpx.Client, taught: Course, fake_vendor: Running) -> None:
    fake_vendor.tell("half", pause=0.1)
    client.get(stream_address(client, taught, QUESTION))
    assert newest().response.notes.get("switched") or newest().response.state == Response.State.INTERRUPTED


def test_it_shows_hostile_text_as_text(client: httpx.Client, taught: Course, fake_vendor: Running) -> None:
    fake_vendor.tell("markup")
    page = client.get(stream_address(client, taught, QUESTION)).text
    assert "<script" not in page
    assert "onerror=" not in page.replace("onerror=alert(1)&gt;", "")
    assert "evil.example/x.png" not in page or "<img" not in page


def test_it_asks_the_provider_once_for_two_tabs(client: httpx.Client, taught: Course, fake_vendor: Running) -> None:
    fake_vendor.tell("good", pause=0.05)
    address = stream_address(client, taught, QUESTION)
    with ThreadPoolExecutor(4) as tabs:
        pages = [tab.result().text for tab in [tabs.submit(client.get, address) for _ in range(4)]]
    assert all("event: done" in page for page in pages)
    assert len(fake_vendor.seen) == 1


def test_it_loses_at_most_a_second_when_the_process_is_killed(taught: Course, ada: User, fake_vendor: Running) -> None:
    fake_vendor.tell("good", pause=0.3)
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, env=server_environment(**model(fake_vendor)))
    wait_for(f"http://127.0.0.1:{port}/healthz", process)
    with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30) as browser:
        sign_in(browser, ada)
        with browser.stream("GET", stream_address(browser, taught, QUESTION)) as stream:
            lines = stream.iter_lines()
            heard = [line[6:] for line in lines_until(lines, seconds=4) if line.startswith("data: ")]
            os.kill(process.pid, signal.SIGKILL)
    process.wait(timeout=10)
    with acting_as(SYSTEM):
        assert interrupting.close_stale(timezone.now() + timedelta(minutes=1)) == 1
    found = newest()
    assert found.response.state == Response.State.INTERRUPTED
    assert len(found.response.answer) > len("".join(heard)) * 0.4


def lines_until(lines: Iterator[str], seconds: float) -> Iterator[str]:
    until = time.monotonic() + seconds
    for line in lines:
        yield line
        if time.monotonic() > until:
            return


def test_it_answers_without_redis(taught: Course, ada: User) -> None:
    away = f"redis://127.0.0.1:{free_port()}/0"
    with serving(REDIS_URL=away, CELERY_BROKER_URL=away) as url, httpx.Client(base_url=url, timeout=30) as browser:
        sign_in(browser, ada)
        assert "event: done" in browser.get(stream_address(browser, taught, QUESTION)).text
        assert browser.get("/readyz").json()["redis"] is False


def test_it_says_when_the_database_is_away(taught: Course) -> None:
    away = "postgres://nobody:nothing@127.0.0.1:1/nowhere"
    with serving(DATABASE_URL=away) as url, httpx.Client(base_url=url, timeout=30, cookies={"sessionid": "a" * 32}) as browser:
        page = browser.get("/")
        assert page.status_code == 503
        assert page.headers["Retry-After"]
        assert browser.get("/api/v1/me", headers={"Authorization": "Bearer x"}).status_code == 503
        assert browser.get("/healthz").status_code == 200
        assert browser.get("/readyz").status_code == 503


def test_it_comes_back_with_the_database(taught: Course, ada: User) -> None:
    with (
        through_wire() as (address, wire),
        serving(DATABASE_URL=address) as url,
        httpx.Client(base_url=url, timeout=30) as browser,
    ):
        sign_in(browser, ada)
        question = stream_address(browser, taught, QUESTION)
        wire.cut()
        assert browser.get(f"/courses/{taught.slug}/").status_code == 503
        wire.mend()
        assert soon(lambda: browser.get(f"/courses/{taught.slug}/").status_code == 200)
        assert "event: done" in browser.get(question).text


def soon(true: Callable[[], bool], seconds: float = 10) -> bool:
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(0.3)
    return true()
