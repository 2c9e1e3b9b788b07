"""Browsers without a screen that ask and follow the streams of answers, and the fake vendor behind them: for measurements."""

import asyncio
import html
import itertools
import json
import re
import statistics
import subprocess
import sys
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx2 as httpx
import psutil

from benchmarks.scratch import ROOT, Scratch, connect, free_port, wait_for

LEARNER, PASSWORD = "ada@example.com", "three-days-demo"
QUESTIONS = (
    "how do I keep the data of a database container",
    "why is my image so large",
    "permission denied on a bind mount",
    "how do two containers find each other by name",
    "what is the difference between CMD and ENTRYPOINT",
)
ASKING_AT_ONCE = 8  # the streams are open together; their questions come in one after another


def new(number: int, kind: str) -> str:
    """A question that nobody has asked before, so that no memory answers it."""
    return f"{QUESTIONS[number % len(QUESTIONS)]}, {kind} {number}"


@dataclass(frozen=True)
class Spread:
    """Milliseconds."""

    p50: float
    p95: float
    worst: float

    def __str__(self) -> str:
        return f"p50 {self.p50:6.1f}  p95 {self.p95:6.1f}  worst {self.worst:6.1f} ms"


def spread(seconds: list[float]) -> Spread:
    ordered = sorted(value * 1000 for value in seconds)
    return Spread(statistics.median(ordered), ordered[int(len(ordered) * 0.95) - 1], ordered[-1])


@dataclass
class Heard:
    """The pieces of one answer, and the seconds from asking to each."""

    pieces: list[str] = field(default_factory=list)
    times: list[float] = field(default_factory=list)

    def take(self, piece: str, begun: float) -> None:
        self.pieces.append(piece)
        self.times.append(time.perf_counter() - begun)

    @property
    def text(self) -> str:
        return "".join(self.pieces)

    @property
    def gaps(self) -> list[float]:
        return [after - before for before, after in itertools.pairwise(self.times)]


@contextmanager
def fake_vendor(pause: float = 0.0) -> Iterator[str]:
    """The local server that speaks the model's protocol; `pause` in seconds between two pieces of text."""
    port = free_port()
    command = [sys.executable, "-m", "ai.fake_vendor", "--port", str(port), "--pause", str(pause)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        wait_for(f"http://127.0.0.1:{port}/v1/models")
        yield f"http://127.0.0.1:{port}/v1"
    finally:
        process.terminate()
        process.wait(timeout=10)


class Learner:
    """A signed-in browser without a screen."""

    def __init__(self, base: str) -> None:
        self.client = httpx.AsyncClient(base_url=base, timeout=120, limits=httpx.Limits(max_connections=400))
        self.gate = asyncio.Semaphore(ASKING_AT_ONCE)

    async def sign_in(self) -> None:
        page = await self.client.get("/account/sign-in/")
        token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', page.text)
        assert token
        form = {"username": LEARNER, "password": PASSWORD, "csrfmiddlewaretoken": token[1]}
        answer = await self.client.post("/account/sign-in/", data=form)
        assert answer.status_code == 302, answer.status_code

    async def ask(self, address: str, question: str) -> str:
        """The address of the stream that answers a question put at `address`; "" when the page holds the answer already."""
        headers = {"X-CSRFToken": self.client.cookies["csrftoken"], "HX-Request": "true"}
        form = {"question": question, "key": str(uuid.uuid4()), "place": ""}
        async with self.gate:
            answer = await self.client.post(address, data=form, headers=headers)
        stream = re.search(r'sse-connect="([^"]+)"', answer.text)
        assert stream or 'data-state="answered"' in answer.text, answer.text[:500]
        return stream[1].replace("&amp;", "&") if stream else ""

    async def heard(self, address: str, question: str) -> "Heard":
        """The whole answer, with the time of each piece."""
        begun, heard, name, said = time.perf_counter(), Heard(), "", []
        stream_address = await self.ask(address, question)
        if not stream_address:
            heard.take("", begun)
            return heard
        async with self.client.stream("GET", stream_address) as stream:
            async for line in stream.aiter_lines():
                name = line[7:] if line.startswith("event: ") else name
                if line.startswith("data: "):
                    said.append(line[6:])
                if not line and name == "text":
                    heard.take(html.unescape("\n".join(said)), begun)
                if not line:
                    name, said = "", []
        return heard


async def direct(vendor: str, bodies: list[dict[str, Any]], *, first_only: bool = False) -> list[Heard]:
    """The model asked directly and at once, with the very requests that we sent it; only to the first piece when so wished."""
    async with httpx.AsyncClient(timeout=120, limits=httpx.Limits(max_connections=400)) as client:
        return list(await asyncio.gather(*(_direct(client, vendor, body, first_only) for body in bodies)))


async def _direct(client: httpx.AsyncClient, vendor: str, body: dict[str, Any], first_only: bool) -> Heard:
    begun, heard = time.perf_counter(), Heard()
    async with client.stream("POST", f"{vendor}/chat/completions", json=body) as stream:
        async for line in stream.aiter_lines():
            if piece := _text_of(line):
                heard.take(piece, begun)
                if first_only:
                    break
    return heard


def _text_of(line: str) -> str:
    if not line.startswith("data: ") or '"content"' not in line:
        return ""
    return str(json.loads(line[6:])["choices"][0]["delta"].get("content") or "")


async def bodies_seen(vendor: str, most: int) -> list[dict[str, Any]]:
    """The last requests that the fake vendor was sent."""
    async with httpx.AsyncClient(timeout=30) as client:
        seen = (await client.get(f"{vendor.removesuffix('/v1')}/control")).json()["seen"]
    return [request["body"] for request in seen[-most:]]


async def many_streams(base: str, pid: int, scratch: Scratch, places: list[str]) -> tuple[list[Heard], dict[str, object]]:
    """Ask at each of these addresses, follow the streams together, and look at the database and the process meanwhile."""
    learner = Learner(base)
    await learner.sign_in()
    begun = time.perf_counter()
    streams = [asyncio.create_task(learner.heard(place, new(n, "stream"))) for n, place in enumerate(places)]
    looks = []
    while not all(stream.done() for stream in streams):
        await asyncio.sleep(0.5)
        looks.append((await asyncio.to_thread(_held_connections, scratch), psutil.Process(pid).memory_info().rss / 2**20))
    heard = [stream.result() for stream in streams]
    return heard, {
        "streams": len(places),
        "complete": sum(bool(one.text) for one in heard),
        "seconds": round(time.perf_counter() - begun, 1),
        "most connections in a transaction": max(held for held, _ in looks),
        "connections in a transaction, median": statistics.median(held for held, _ in looks),
        "most megabytes": round(max(size for _, size in looks)),
    }


def _held_connections(scratch: Scratch) -> int:
    with connect(scratch.owner_url) as owner:
        row = owner.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND usename = 'aicoach_app' "
            "AND state IN ('active', 'idle in transaction')"
        ).fetchone()
        assert row
        return int(str(row[0]))


def model_of(vendor: str) -> dict[str, str]:
    return {"LLM_BASE_URL": vendor, "LLM_API_KEY": "fake", "LLM_MODEL": "fake-good", "LLM_NAME": "fake"}
