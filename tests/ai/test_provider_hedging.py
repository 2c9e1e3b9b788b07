"""A second request when the first token is late: who is heard, who is hung up on, and how often it may happen."""

import asyncio
import time

import pytest

from ai.providers import TextDelta, hedging, stream
from ai.providers.breaker import shared
from ai.providers.events import Kind, ProviderError
from ai.providers.hedging import Bucket
from ai.providers.openai_compatible import Limits
from tests.ai.asking import end, read, request, text
from tests.fake_vendor import running

PATIENT = Limits(connect=2, first_token=20, between_tokens=20, total=40)
SOON = 0.2  # seconds


@pytest.fixture
def other_vendor():
    with running() as vendor:
        yield vendor


@pytest.fixture(autouse=True)
def full_bucket(monkeypatch):
    monkeypatch.setattr(hedging, "bucket", Bucket(5.0))


def line(vendor, other_vendor):
    return [vendor(name="first", limits=PATIENT), vendor(name="second", limits=PATIENT, base_url=other_vendor.url)]


async def hung_up(vendor):
    return await asyncio.to_thread(vendor.wait_for, lambda: vendor.seen[-1].hung_up)


async def test_it_hears_the_second_when_the_first_is_late(vendor, fake_vendor, other_vendor):
    fake_vendor.tell("hang")
    attempts, began = [], time.monotonic()
    events = await read(stream(request(), attempts=attempts, providers=line(vendor, other_vendor), hedge_after=SOON))
    assert time.monotonic() - began < 10
    assert end(events).provider == "second"
    assert "[1]" in text(events)
    assert await hung_up(fake_vendor)
    assert [(attempt.provider, attempt.error_class) for attempt in attempts] == [("first", "outrun"), ("second", "")]
    assert attempts[0].cost is None


async def test_it_keeps_the_first_when_it_speaks_first_after_all(vendor, fake_vendor, other_vendor):
    fake_vendor.tell("slow-first", seconds=1.0)
    other_vendor.tell("hang")
    attempts = []
    events = await read(stream(request(), attempts=attempts, providers=line(vendor, other_vendor), hedge_after=SOON))
    assert end(events).provider == "first"
    assert await hung_up(other_vendor)
    assert {attempt.provider: attempt.error_class for attempt in attempts} == {"second": "outrun", "first": ""}


async def test_it_asks_nobody_else_when_the_first_is_in_time(vendor, fake_vendor, other_vendor):
    await read(stream(request(), attempts=[], providers=line(vendor, other_vendor), hedge_after=15))
    assert other_vendor.seen == []


async def test_it_is_off_by_default(vendor, fake_vendor, other_vendor):
    fake_vendor.tell("slow-first", seconds=0.5)
    await read(stream(request(), attempts=[], providers=line(vendor, other_vendor)))
    assert other_vendor.seen == []


async def test_it_lets_the_second_answer_when_the_first_fails_meanwhile(vendor, fake_vendor, other_vendor):
    fake_vendor.tell("dropped")
    other_vendor.tell("slow-first", seconds=0.5)
    events = await read(stream(request(), attempts=[], providers=line(vendor, other_vendor), hedge_after=SOON))
    assert end(events).provider == "second"


async def test_it_goes_on_with_the_third_when_both_fail(vendor, fake_vendor, other_vendor):
    fake_vendor.tell("hang")
    other_vendor.tell("500")
    short = Limits(connect=1, first_token=1, between_tokens=1, total=5)
    both = [vendor(name="first", limits=short), vendor(name="second", limits=short, base_url=other_vendor.url)]
    events = await read(stream(request(), attempts=[], providers=both, hedge_after=SOON))
    assert end(events).provider == "extractive"


async def test_it_spends_no_more_than_its_share(vendor, fake_vendor, other_vendor, monkeypatch):
    monkeypatch.setattr(hedging, "bucket", Bucket(0.0))
    fake_vendor.tell("slow-first", seconds=0.4)
    await read(stream(request(), attempts=[], providers=line(vendor, other_vendor), hedge_after=0.1))
    assert other_vendor.seen == []


async def test_it_asks_no_second_one_that_rests(vendor, fake_vendor, other_vendor):
    both = line(vendor, other_vendor)
    await shared().failed(both[1].identity, ProviderError(Kind.REFUSED_KEY))
    fake_vendor.tell("slow-first", seconds=0.5)
    assert end(await read(stream(request(), attempts=[], providers=both, hedge_after=0.1))).provider == "first"
    assert other_vendor.seen == []


async def test_it_closes_both_when_the_reader_leaves(vendor, fake_vendor, other_vendor):
    fake_vendor.tell("hang")
    other_vendor.tell("hang")
    attempts = []
    reading = stream(request(), attempts=attempts, providers=line(vendor, other_vendor), hedge_after=SOON)
    task = asyncio.create_task(read(reading))
    assert await asyncio.to_thread(other_vendor.wait_for, lambda: bool(other_vendor.seen), 10)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await hung_up(fake_vendor)
    assert await hung_up(other_vendor)
    assert [attempt.error_class for attempt in attempts] == ["stopped", "stopped"]


async def test_it_can_ask_the_same_one_again(vendor, fake_vendor):
    fake_vendor.tell("hang", times=1)
    events = await read(stream(request(), attempts=[], providers=[vendor(limits=PATIENT)], hedge_after=SOON))
    assert end(events).provider == "fake"
    assert len(fake_vendor.seen) == 2
    assert any(isinstance(event, TextDelta) for event in events)


def test_it_saves_up_a_bounded_number(settings):
    settings.HEDGE_SHARE = 0.05
    bucket = Bucket()
    spent = 0
    for _ in range(1000):
        bucket.earn()
        spent += bucket.spend()
    assert spent == pytest.approx(50, abs=1)
    for _ in range(10_000):
        bucket.earn()
    assert bucket.tokens == hedging.MOST_SAVED
