"""What it costs a reader that a provider fails: in each way in turn, and by being late now and then.

`python -m benchmarks.failing_over` asks three fake vendors, each a process of its own, through the same line of providers that
answers learners, with the circuit breaker switched off, so that every request meets the failure. Exits with 1 over a limit.
"""

import asyncio
import json
import logging
import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Sequence
from contextlib import ExitStack, aclosing
from dataclasses import dataclass
from urllib.request import Request, urlopen

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
django.setup()

from ai.prompts import coach_request  # noqa: E402 (needs the settings)
from ai.providers import Attempt, Finished, Source, TextDelta, breaker, hedging, stream  # noqa: E402
from ai.providers.hedging import Bucket  # noqa: E402
from ai.providers.openai_compatible import Limits, OpenAICompatible  # noqa: E402
from ai.providers.profiles import COMPATIBLE  # noqa: E402
from benchmarks.answering import fake_vendor, spread  # noqa: E402

TEXT = (
    "A volume keeps data when the container is removed. Create one with `docker volume create data`. It outlives the container."
)
SOURCES = (Source(1, "Volumes", TEXT), Source(2, "Networks", "Containers on the same network find each other by name."))
FIRST_TOKEN = BETWEEN = 1.0  # seconds; what is configured for the vendors that fail
BOUNDS = Limits(connect=1.0, first_token=FIRST_TOKEN, between_tokens=BETWEEN, total=20.0)
PATIENT = Limits(connect=2.0, first_token=15.0, between_tokens=15.0, total=60.0)
WAYS = {  # how the first vendor fails, and the configured timeout that it uses up
    **dict.fromkeys(
        ("400", "401", "402", "403", "404", "429", "500", "503", "redirect", "html200", "garbage", "wrong-shape"), 0.0
    ),
    **dict.fromkeys(("error-event", "empty", "refusal", "dropped", "half", "no-finish", "huge", "endless"), 0.0),
    **dict.fromkeys(("slow-first", "silent", "hang"), FIRST_TOKEN),
    "slow-between": BETWEEN,
}
MOST_ADDED = 1.0  # seconds beyond the timeout, 95 % of requests
LATE_BY, HEDGE_AFTER = 5.0, 0.4  # seconds
MOST_RATIO, MOST_EXTRA = 0.4, 0.06
AT_ONCE = 6


@dataclass(frozen=True)
class Answered:
    """One request: seconds to the first word and to the last, how it ended, and how many tries it took."""

    first: float
    whole: float
    reason: str
    tries: int


async def ask(line: Sequence[OpenAICompatible], hedge_after: float = 0.0) -> Answered:
    begun, first, reason = time.perf_counter(), 0.0, ""
    attempts: list[Attempt] = []
    request = coach_request(question="How do I keep data when a container is removed?", sources=SOURCES)
    async with aclosing(stream(request, attempts=attempts, providers=line, hedge_after=hedge_after)) as events:
        async for event in events:
            if isinstance(event, TextDelta) and not first:
                first = time.perf_counter() - begun
            elif isinstance(event, Finished):
                reason = event.reason
    return Answered(first, time.perf_counter() - begun, reason, len(attempts))


async def ask_many(line: Sequence[OpenAICompatible], times: int, hedge_after: float = 0.0) -> list[Answered]:
    gate = asyncio.Semaphore(AT_ONCE)

    async def one() -> Answered:
        async with gate:
            return await ask(line, hedge_after)

    return await asyncio.gather(*(one() for _ in range(times)))


def tell(vendor: str, mode: str, seconds: float = 30.0) -> None:
    body = json.dumps({"mode": mode, "seconds": seconds}).encode()
    address = vendor.removesuffix("/v1") + "/control"
    urlopen(Request(address, body, {"Content-Type": "application/json"}, method="POST"), timeout=5).close()


def providers(vendors: Sequence[str], limits: Limits) -> list[OpenAICompatible]:
    return [OpenAICompatible(f"vendor {n}", "fake", url, "", COMPATIBLE, limits) for n, url in enumerate(vendors, start=1)]


def failing(vendors: Sequence[str], times: int) -> bool:
    """Every way of failing, beside the same requests with nobody failing."""

    async def run() -> bool:
        line = providers(vendors, BOUNDS)
        await ask_many(line, times)
        usual = spread([one.whole for one in await ask_many(line, 3 * times)])
        print(f"nobody fails          whole answer {usual}")
        complete, total, added = 0, 0, []
        for way, timeout in WAYS.items():
            tell(vendors[0], way)
            found = await ask_many(line, times)
            done = sum(one.reason in ("stop", "length") for one in found)
            over = [one.whole - timeout - usual.p50 / 1000 for one in found]
            print(f"{way:15} complete {done}/{len(found)}  added beyond the timeout {spread(over)}")
            complete, total, added = complete + done, total + len(found), [*added, *over]
        everything = spread(added)
        print(f"all ways        complete {complete}/{total}  added beyond the timeout {everything}   (p95 at most 1000)")
        return complete == total and everything.p95 < MOST_ADDED * 1000

    return asyncio.run(run())


def late(vendors: Sequence[str], times: int) -> bool:
    """The 99th of a hundred first words, with and without a second request."""
    for vendor in vendors:
        tell(vendor, "sometimes-late", LATE_BY)

    async def run() -> bool:
        line = providers(vendors, PATIENT)
        alone = await ask_many(line, times)
        hedging.bucket = Bucket()
        both = await ask_many(line, times, HEDGE_AFTER)
        slow, quick = _p99(alone), _p99(both)
        extra = sum(one.tries for one in both) / len(both) - 1
        print(f"first word, 5 % late by {LATE_BY:.0f} s       p99 {slow:5.2f} s  {spread([one.first for one in alone])}")
        print(f"with a second one after {HEDGE_AFTER:.1f} s    p99 {quick:5.2f} s  {spread([one.first for one in both])}")
        print(f"ratio {quick / slow:.2f} (at most {MOST_RATIO})   extra calls {extra:.1%} (at most {MOST_EXTRA:.0%})")
        return quick <= MOST_RATIO * slow and extra <= MOST_EXTRA

    return asyncio.run(run())


def _p99(answers: Sequence[Answered]) -> float:
    return sorted(one.first for one in answers)[int(len(answers) * 0.99) - 1]


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--times", type=int, default=24, help="requests for each way of failing")
    parser.add_argument("--late", type=int, default=1000, help="requests to vendors that are late now and then")
    options = parser.parse_args()
    breaker.shared().away_until = float("inf")
    logging.disable(logging.ERROR)  # each failure would be a line
    with ExitStack() as stack:
        vendors = [stack.enter_context(fake_vendor()) for _ in range(3)]
        passed = [failing(vendors, options.times)]
        for vendor in vendors:
            tell(vendor, "good")
        passed.append(late(vendors, options.late))
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
