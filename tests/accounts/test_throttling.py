"""Counting is atomic, shared, and goes on without Redis."""

import socket
import uuid
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.test import RequestFactory

from accounts import throttling


@pytest.fixture(autouse=True)
def _small_limits(settings) -> None:
    settings.RATE_LIMITS = {"ask": "5/minute", "search": "2/minute"}


@pytest.fixture
def _without_redis(settings):
    with socket.socket() as taken:  # bound, but nobody listens
        taken.bind(("127.0.0.1", 0))
        settings.REDIS_URL = f"redis://127.0.0.1:{taken.getsockname()[1]}/0"
        throttling._shared.cache_clear()
        yield
    throttling._shared.cache_clear()
    throttling.outage.until = 0.0


def test_it_lets_through_what_the_limit_allows() -> None:
    key = uuid.uuid4()
    verdicts = [throttling.allow("ask", key) for _try in range(6)]
    assert [verdict.allowed for verdict in verdicts] == [True] * 5 + [False]
    assert 1 <= verdicts[-1].retry_after <= 60


def test_it_counts_kinds_and_people_apart() -> None:
    key = uuid.uuid4()
    assert [bool(throttling.allow("search", key)) for _try in range(3)] == [True, True, False]
    assert throttling.allow("ask", key)
    assert throttling.allow("search", uuid.uuid4())


def passed_at_once() -> int:
    """How many of a hundred attempts on twenty threads come through."""
    key = uuid.uuid4()
    with ThreadPoolExecutor(20) as threads:
        return sum(threads.map(lambda _try: throttling.allow("ask", key).allowed, range(100)))


def test_it_lets_no_more_through_when_many_ask_at_once() -> None:
    assert passed_at_once() == 5


@pytest.mark.usefixtures("_without_redis")
def test_it_lets_no_more_through_at_once_without_redis() -> None:
    assert passed_at_once() == 5


def test_it_forgets_on_request() -> None:
    key = uuid.uuid4()
    for _try in range(6):
        throttling.allow("ask", key)
    throttling.forget("ask", key)
    assert throttling.allow("ask", key)


@pytest.mark.usefixtures("_without_redis")
def test_it_goes_on_counting_while_redis_is_away() -> None:
    key = uuid.uuid4()
    assert [throttling.allow("ask", key).allowed for _try in range(6)] == [True] * 5 + [False]
    throttling.forget("ask", key)
    assert throttling.allow("ask", key)


@pytest.mark.parametrize(
    ("address", "counted"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("", "local"),
        ("not an address", "local"),
    ],
)
def test_it_knows_places(address: str, counted: str) -> None:
    assert throttling.address_of(RequestFactory().get("/", REMOTE_ADDR=address)) == counted
