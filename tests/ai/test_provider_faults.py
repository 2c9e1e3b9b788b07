"""One provider against a vendor that fails in every way: each way has one name, and takes no longer than it may."""

import asyncio
import contextlib
import itertools
import socket
import time

import pytest

from ai.providers import ProviderError, TextDelta, Usage
from ai.providers.addresses import RefusedAddress
from ai.providers.breaker import rest_after
from ai.providers.events import Kind
from ai.providers.openai_compatible import Limits, OpenAICompatible
from ai.providers.profiles import PROFILES
from ai.providers.trying import attempt
from tests.ai.asking import QUESTION, end, read, request, text
from tests.ai.conftest import QUICK

# mode of the vendor, what it is called, seconds it may take at most
FAULTS = [
    ("400", Kind.BAD_REQUEST, 0.5),
    ("404", Kind.BAD_REQUEST, 0.5),
    ("401", Kind.REFUSED_KEY, 0.5),
    ("403", Kind.REFUSED_KEY, 0.5),
    ("402", Kind.UNPAID, 0.5),
    ("429", Kind.RATE_LIMITED, 0.5),
    ("500", Kind.SERVER_ERROR, 0.5),
    ("503", Kind.SERVER_ERROR, 0.5),
    ("redirect", Kind.BAD_RESPONSE, 0.5),
    ("html200", Kind.BAD_RESPONSE, 0.5),
    ("garbage", Kind.BAD_RESPONSE, 0.5),
    ("wrong-shape", Kind.BAD_RESPONSE, 0.5),
    ("error-event", Kind.SERVER_ERROR, 0.5),
    ("empty", Kind.EMPTY, 0.5),
    ("refusal", Kind.DECLINED, 0.5),
    ("dropped", Kind.CUT, 0.5),
    ("half", Kind.CUT, 0.5),
    ("no-finish", Kind.CUT, 0.5),
    ("slow-first", Kind.TIMEOUT, QUICK.first_token + 0.5),
    ("silent", Kind.TIMEOUT, QUICK.first_token + 0.5),
    ("hang", Kind.TIMEOUT, QUICK.first_token + 0.5),
    ("slow-between", Kind.STALLED, QUICK.between_tokens + 0.5),
    ("huge", Kind.TOO_LONG, 2.0),
    ("endless", Kind.TOO_LONG, QUICK.total),
]


@pytest.mark.parametrize(("mode", "kind", "seconds"), FAULTS)
async def test_it_names_each_fault_in_time(vendor, mode, kind, seconds):
    provider = vendor(f"fake-{mode}")
    began = time.monotonic()
    with pytest.raises(ProviderError) as caught:
        await read(provider.stream(request()))
    assert caught.value.kind is kind
    assert time.monotonic() - began < seconds + 0.5  # half a second for a busy machine


@pytest.mark.parametrize("mode", [mode for mode, _, _ in FAULTS])
async def test_it_keeps_private_text_out_of_errors(vendor, mode):
    with pytest.raises(ProviderError) as caught:
        await read(vendor(f"fake-{mode}").stream(request()))
    assert caught.value.__cause__ is None
    for private in (QUESTION, "secret-key", "told to fail"):
        assert private not in f"{caught.value!r} {caught.value.detail}"


async def test_it_reads_a_whole_answer_with_its_usage(vendor, fake_vendor):
    events = await read(vendor("fake-good").stream(request()))
    assert "[1]" in text(events)
    assert any(isinstance(event, Usage) and event.prompt_tokens > 100 for event in events)
    assert end(events).reason == "stop"
    assert fake_vendor.seen[-1].ended


async def test_it_says_when_the_model_ended_at_its_limit(vendor):
    assert end(await read(vendor("fake-length").stream(request()))).reason == "length"


async def test_it_does_not_wait_for_a_usage_report_that_never_comes(vendor):
    began = time.monotonic()
    events = await read(vendor("fake-no-usage", limits=Limits()).stream(request()))
    assert end(events).reason == "stop"
    assert time.monotonic() - began < 3


@pytest.mark.parametrize(("header", "seconds"), [("7", 7.0), ("", None), ("soon", None), ("999999", 3600.0)])
async def test_it_reads_retry_after(vendor, fake_vendor, header, seconds):
    fake_vendor.tell("429", retry_after=header)
    with pytest.raises(ProviderError) as caught:
        await read(vendor().stream(request()))
    assert caught.value.retry_after == seconds


async def test_it_reads_retry_after_as_a_date(vendor, fake_vendor):
    fake_vendor.tell("429", retry_after="Fri, 31 Dec 2100 23:59:59 GMT")
    with pytest.raises(ProviderError) as caught:
        await read(vendor().stream(request()))
    assert caught.value.retry_after == 3600.0


async def test_it_waits_no_less_than_a_clock_that_goes_wrong_says(vendor, fake_vendor):
    fake_vendor.tell("429", retry_after="Thu, 01 Jan 1970 00:00:00 GMT")  # theirs is behind, or ours ahead
    with pytest.raises(ProviderError) as caught:
        await read(vendor().stream(request()))
    assert caught.value.retry_after == 0.0
    assert rest_after(caught.value, failures=1) == 1


async def test_it_measures_with_a_clock_that_nobody_sets(vendor, fake_vendor, monkeypatch):
    jumps = itertools.count(4_000_000_000, -1_000_000_000)  # seconds, backwards at each look
    monkeypatch.setattr(time, "time", lambda: float(next(jumps)))
    attempts = []
    await read(attempt(vendor(limits=Limits()), request(), attempts))
    assert 0 <= attempts[0].first_token_ms <= attempts[0].total_ms < 10_000


async def test_it_drops_characters_that_cannot_be_shown_or_stored(vendor):
    shown = text(await read(vendor("fake-control").stream(request())))
    assert shown == "The answer is[31m here. Read on. [1]"
    shown.encode("utf-8")


async def test_it_bounds_a_never_ending_text(vendor):
    shown = []
    with contextlib.suppress(ProviderError):
        async for event in vendor("fake-endless").stream(request()):
            shown.append(event.text)
    assert 1000 < len("".join(shown)) <= 8 * request().max_tokens


async def test_it_closes_the_upstream_when_the_reader_is_cancelled(vendor, fake_vendor):
    fake_vendor.tell("endless")
    got = asyncio.Event()

    async def listen() -> None:
        async for event in vendor().stream(request()):
            if isinstance(event, TextDelta):
                got.set()

    task = asyncio.create_task(listen())
    await asyncio.wait_for(got.wait(), 2)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(fake_vendor.wait_for, lambda: fake_vendor.seen[-1].hung_up)


async def test_it_closes_the_upstream_when_cancelled_before_the_first_token(vendor, fake_vendor):
    fake_vendor.tell("hang")
    task = asyncio.create_task(read(vendor(limits=Limits()).stream(request())))
    await asyncio.to_thread(fake_vendor.wait_for, lambda: bool(fake_vendor.seen))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert await asyncio.to_thread(fake_vendor.wait_for, lambda: fake_vendor.seen[-1].hung_up)


async def test_it_says_when_nobody_listens_at_the_address(vendor):
    with pytest.raises(ProviderError) as caught:
        await read(vendor(base_url="http://127.0.0.1:9/v1").stream(request()))
    assert caught.value.kind is Kind.UNREACHABLE


async def test_it_gives_up_on_a_connection_that_hangs(vendor):
    with socket.socket() as full, contextlib.ExitStack() as waiting:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for _ in range(4):  # the queue is full, and further callers hear nothing
            caller = waiting.enter_context(socket.socket())
            caller.setblocking(False)
            caller.connect_ex(full.getsockname())
        began = time.monotonic()
        with pytest.raises(ProviderError) as caught:
            await read(
                vendor(base_url=f"http://127.0.0.1:{full.getsockname()[1]}/v1", limits=Limits(connect=0.5)).stream(request())
            )
    assert caught.value.kind is Kind.TIMEOUT
    assert time.monotonic() - began < 2


async def test_it_says_when_the_address_has_no_host(vendor):
    with pytest.raises(ProviderError) as caught:
        await read(vendor(base_url="http://nowhere.invalid/v1").stream(request()))
    assert caught.value.kind is Kind.UNREACHABLE


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/v1",
        "http://[fe80::1]/v1",
        "http://[::ffff:169.254.169.254]/v1",
        "http://0.0.0.0/v1",
        "file:///etc/passwd",
        "https://user:password@api.example.com/v1",
        "not an address",
        "",
    ],
)
def test_it_refuses_an_address_nobody_should_call(address):
    with pytest.raises(RefusedAddress):
        OpenAICompatible("x", "m", address, "k", PROFILES["compatible"])


async def test_it_lets_one_profile_end_without_a_reason(vendor):
    provider = vendor("fake-no-finish", profile=PROFILES["ollama"])
    assert end(await read(provider.stream(request()))).reason == "stop"


async def test_it_sends_what_the_profile_wants(vendor, fake_vendor):
    await read(vendor(profile=PROFILES["openai"]).stream(request()))
    assert fake_vendor.seen[-1].body["max_completion_tokens"] == request().max_tokens
    await read(vendor(profile=PROFILES["mistral"]).stream(request()))
    assert "stream_options" not in fake_vendor.seen[-1].body


def test_it_never_shows_its_key():
    provider = OpenAICompatible("x", "m", "https://api.example.com/v1", "very-secret", PROFILES["compatible"])
    assert "very-secret" not in f"{provider!r} {provider.identity}"
