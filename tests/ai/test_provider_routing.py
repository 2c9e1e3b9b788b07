"""The line of providers: who answers when somebody fails, what the reader sees of it, and what is written down."""

import asyncio
import logging
from contextlib import aclosing
from decimal import Decimal

import pytest

from ai.providers import Finished, Switched, TextDelta, stream
from ai.providers.breaker import Breaker, rest_after, shared
from ai.providers.events import Kind, ProviderError
from ai.providers.openai_compatible import Limits
from tests.ai.asking import QUESTION, Source, end, read, request, text

BEFORE_THE_FIRST_TOKEN = [
    "400", "401", "402", "429", "500", "redirect", "html200", "garbage", "wrong-shape", "error-event", "empty", "refusal",
    "dropped", "hang", "silent", "huge",
]  # fmt: skip
AFTER_IT = ["half", "no-finish", "slow-between"]


@pytest.mark.parametrize("mode", BEFORE_THE_FIRST_TOKEN)
async def test_it_answers_from_the_next_one_and_says_nothing(vendor, mode):
    attempts = []
    line = [vendor(f"fake-{mode}", name="first"), vendor("fake-good", name="second")]
    events = await read(stream(request(), attempts=attempts, providers=line))
    assert end(events) == Finished("stop", "second", "fake-good")
    assert not any(isinstance(event, Switched) for event in events)
    assert attempts[-1].success
    assert not attempts[0].success
    assert {attempt.provider for attempt in attempts} == {"first", "second"}


@pytest.mark.parametrize("mode", AFTER_IT)
async def test_it_continues_a_broken_answer_and_marks_it(vendor, mode):
    attempts = []
    whole = text(await read(stream(request(), attempts=[], providers=[vendor("fake-good")])))
    line = [vendor(f"fake-{mode}", name="first"), vendor("fake-good", name="second")]
    events = await read(stream(request(), attempts=attempts, providers=line))
    assert text(events) == whole
    assert events.count(Switched("second")) == 1
    assert end(events) == Finished("stop", "first", f"fake-{mode}")
    assert [attempt.success for attempt in attempts] == [False, True]


@pytest.mark.parametrize("mode", AFTER_IT)
async def test_it_completes_a_broken_answer_from_the_course_when_no_model_is_left(vendor, mode):
    events = await read(stream(request(), attempts=[], providers=[vendor(f"fake-{mode}")]))
    assert Switched("extractive") in events
    assert text(events).endswith("```")
    assert end(events).reason == "stop"


async def test_it_says_that_an_answer_was_cut_when_the_course_adds_nothing(vendor, fake_vendor):
    nothing = (Source(1, "Cooking", "Boil the pasta for nine minutes."),)
    events = await read(stream(request(sources=nothing), attempts=[], providers=[vendor("fake-half")]))
    assert end(events).reason == "cut"
    assert text(events)


async def test_it_ends_a_never_ending_answer(vendor):
    attempts = []
    events = await read(stream(request(), attempts=attempts, providers=[vendor("fake-endless")]))
    assert end(events).reason == "length"
    assert attempts[0].error_class == Kind.TOO_LONG


async def test_it_answers_without_any_model():
    attempts = []
    events = await read(stream(request(), attempts=attempts, providers=[]))
    assert end(events).provider == "extractive"
    assert "docker volume create data" in text(events)
    assert attempts[0].cost == Decimal(0)


async def test_it_uses_the_models_of_the_settings(settings, fake_vendor):
    settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_NAME = fake_vendor.url, "fake-good", "house"
    assert end(await read(stream(request(), attempts=[]))).provider == "house"


@pytest.mark.parametrize(("name", "value"), [("LLM_TYPE", "unheard-of"), ("LLM_BASE_URL", "http://169.254.169.254/v1")])
async def test_it_answers_even_when_the_settings_are_wrong(settings, name, value):
    settings.LLM_MODEL = "m"
    setattr(settings, name, value)
    assert end(await read(stream(request(), attempts=[]))).provider == "extractive"


async def test_it_tries_once_more_before_the_first_token(vendor, fake_vendor):
    fake_vendor.tell("500", times=1)
    attempts = []
    events = await read(stream(request(), attempts=attempts, providers=[vendor()]))
    assert end(events).provider == "fake"
    assert [attempt.error_class for attempt in attempts] == ["server_error", ""]


async def test_it_keeps_only_citations_that_were_sent(vendor):
    shown = text(await read(stream(request(), attempts=[], providers=[vendor("fake-markup")])))
    assert "[99]" not in shown
    assert "[1]" in shown


async def test_it_records_tokens_times_and_an_unknown_price(vendor):
    attempts = []
    await read(stream(request(), attempts=attempts, providers=[vendor("fake-good")]))
    (attempt,) = attempts
    assert attempt.prompt_tokens > 100
    assert attempt.completion_tokens > 5
    assert attempt.cost is None
    assert 0 <= attempt.first_token_ms <= attempt.total_ms


async def test_it_counts_tokens_that_were_not_reported(vendor, fake_vendor):
    attempts = []
    await read(stream(request(), attempts=attempts, providers=[vendor("fake-half")]))
    assert attempts[0].prompt_tokens > 100
    assert attempts[0].completion_tokens > 5


async def test_it_closes_the_upstream_when_the_reader_leaves(vendor, fake_vendor):
    fake_vendor.tell("endless")
    attempts = []
    async with aclosing(stream(request(), attempts=attempts, providers=[vendor()])) as events:
        async for event in events:
            if isinstance(event, TextDelta):
                break
    assert attempts[0].error_class == "stopped"
    assert await asyncio.to_thread(fake_vendor.wait_for, lambda: fake_vendor.seen[-1].hung_up)


async def test_it_stops_at_once_when_cancelled(vendor, fake_vendor):
    fake_vendor.tell("hang")
    attempts = []
    line = [vendor(limits=Limits()), vendor("fake-good")]
    task = asyncio.create_task(read(stream(request(), attempts=attempts, providers=line)))
    await asyncio.to_thread(fake_vendor.wait_for, lambda: bool(fake_vendor.seen))
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert [attempt.error_class for attempt in attempts] == ["stopped"]
    assert await asyncio.to_thread(fake_vendor.wait_for, lambda: fake_vendor.seen[-1].hung_up)


async def test_it_leaves_a_failing_provider_alone(vendor, fake_vendor):
    fake_vendor.tell("500")
    for _ in range(3):
        await read(stream(request(), attempts=[], providers=[vendor()]))
    asked = len(fake_vendor.seen)
    attempts = []
    await read(stream(request(), attempts=attempts, providers=[vendor()]))
    assert len(fake_vendor.seen) == asked
    assert [attempt.provider for attempt in attempts] == ["extractive"]


async def test_it_does_not_blame_a_provider_for_our_requests(vendor, fake_vendor):
    fake_vendor.tell("400")
    for _ in range(5):
        await read(stream(request(), attempts=[], providers=[vendor()]))
    assert len(fake_vendor.seen) == 5


async def test_it_disables_a_provider_whose_key_is_refused_and_raises_the_alarm(vendor, fake_vendor, caplog):
    fake_vendor.tell("401")
    with caplog.at_level(logging.ERROR, "aicoach.providers"):
        await read(stream(request(), attempts=[], providers=[vendor()]))
        await read(stream(request(), attempts=[], providers=[vendor()]))
    assert len(fake_vendor.seen) == 1
    assert "provider.disabled" in caplog.text
    await read(stream(request(), attempts=[], providers=[vendor(api_key="a new key")]))
    assert len(fake_vendor.seen) == 2


async def test_it_keeps_words_and_keys_out_of_the_log(vendor, caplog):
    with caplog.at_level(logging.DEBUG, "aicoach.providers"):
        for mode in ("401", "429", "garbage", "half"):
            await read(stream(request(), attempts=[], providers=[vendor(f"fake-{mode}")]))
    written = " ".join(record.getMessage() for record in caplog.records if record.name.startswith("aicoach"))
    assert "provider.failed" in written
    for private in (QUESTION, "secret-key", "told to fail", "keeps data"):
        assert private not in written


async def test_it_tries_a_rested_provider_with_one_request():
    breaker = shared()
    for _ in range(3):
        await breaker.failed("tired", ProviderError(Kind.SERVER_ERROR))
    assert not await breaker.allows("tired")
    _rested(breaker, "tired")
    assert await breaker.allows("tired")
    assert not await breaker.allows("tired")
    await breaker.succeeded("tired")
    assert await breaker.allows("tired")
    assert await breaker.allows("tired")


async def test_it_rests_again_when_the_one_request_fails():
    breaker = shared()
    for _ in range(3):
        await breaker.failed("tired", ProviderError(Kind.TIMEOUT))
    _rested(breaker, "tired")
    assert await breaker.allows("tired")
    await breaker.failed("tired", ProviderError(Kind.TIMEOUT))
    assert not await breaker.allows("tired")


async def test_it_remembers_across_processes():
    for _ in range(3):
        await Breaker(shared().url).failed("tired", ProviderError(Kind.STALLED))
    assert not await Breaker(shared().url).allows("tired")


async def test_it_lets_traffic_through_when_its_store_is_away():
    breaker = Breaker("redis://127.0.0.1:9/0")
    assert await breaker.allows("anybody")
    await breaker.failed("anybody", ProviderError(Kind.REFUSED_KEY))
    assert await breaker.allows("anybody")


@pytest.mark.parametrize(
    ("error", "failures", "seconds"),
    [
        (ProviderError(Kind.SERVER_ERROR), 1, 0),
        (ProviderError(Kind.SERVER_ERROR), 3, 30),
        (ProviderError(Kind.RATE_LIMITED, retry_after=12), 1, 12),
        (ProviderError(Kind.RATE_LIMITED, retry_after=0), 1, 1),
        (ProviderError(Kind.RATE_LIMITED), 1, 30),
        (ProviderError(Kind.UNPAID), 1, 900),
    ],
)
def test_it_rests_as_long_as_the_fault_needs(error, failures, seconds):
    assert rest_after(error, failures) == seconds


def _rested(breaker: Breaker, identity: str) -> None:
    """What the clock does after the rest."""
    import redis

    redis.Redis.from_url(breaker.url).delete(f"aicoach:breaker:{identity}:rest")
