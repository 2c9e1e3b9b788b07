"""How much time our house adds before the first word, and how many open streams one web process carries.

`python -m benchmarks.answering` prints both beside their floor: the same provider, asked directly, in the same run.
"""

import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
import uuid
from argparse import ArgumentParser
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import httpx2 as httpx
import psutil

from benchmarks.scratch import ROOT, Scratch, connect, free_port, scratch_database, wait_for, web_process

COURSE = "containers-in-three-days"
LEARNER, PASSWORD = "ada@example.com", "three-days-demo"
QUESTIONS = (
    "how do I keep the data of a database container",
    "why is my image so large",
    "permission denied on a bind mount",
    "how do two containers find each other by name",
    "what is the difference between CMD and ENTRYPOINT",
)
ASKING_AT_ONCE = 8  # the streams are open together; their questions come in one after another


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

    async def ask(self, question: str) -> str:
        headers = {"X-CSRFToken": self.client.cookies["csrftoken"], "HX-Request": "true"}
        form = {"question": question, "key": str(uuid.uuid4()), "place": ""}
        async with self.gate:
            answer = await self.client.post(f"/coach/{COURSE}/ask", data=form, headers=headers)
        address = re.search(r'sse-connect="([^"]+)"', answer.text)
        assert address, answer.text[:500]
        return address[1].replace("&amp;", "&")

    async def first_word(self, question: str) -> float:
        """Seconds from sending the question to the first word of the answer; the stream is read to its end."""
        begun, first = time.perf_counter(), 0.0
        address = await self.ask(question)
        async with self.client.stream("GET", address) as stream:
            async for line in stream.aiter_lines():
                if line == "event: text" and not first:
                    first = time.perf_counter() - begun
        return first

    async def whole(self, question: str) -> str:
        """The streamed text, read to the end."""
        address, pieces, name = await self.ask(question), [], ""
        async with self.client.stream("GET", address) as stream:
            async for line in stream.aiter_lines():
                name = line[7:] if line.startswith("event: ") else name
                if line.startswith("data: ") and name == "text":
                    pieces.append(line[6:])
        return "".join(pieces)


async def floor(vendor: str, times: int) -> list[float]:
    """The provider asked directly, with the very requests that we sent it before: seconds to its first token."""
    found = []
    async with httpx.AsyncClient(timeout=30) as client:
        seen = (await client.get(f"{vendor.removesuffix('/v1')}/control")).json()["seen"]
        bodies = [request["body"] for request in seen[-times:]]
        for body in bodies:
            begun = time.perf_counter()
            async with client.stream("POST", f"{vendor}/chat/completions", json=body) as stream:
                async for line in stream.aiter_lines():
                    if _has_text(line):
                        found.append(time.perf_counter() - begun)
                        break
    return found


def _has_text(line: str) -> bool:
    if not line.startswith("data: ") or '"content"' not in line:
        return False
    return bool(json.loads(line[6:])["choices"][0]["delta"].get("content"))


async def first_words(base: str, times: int) -> list[float]:
    learner = Learner(base)
    await learner.sign_in()
    for question in QUESTIONS:
        await learner.first_word(question)  # warm
    return [await learner.first_word(QUESTIONS[turn % len(QUESTIONS)]) for turn in range(times)]


async def many_streams(base: str, pid: int, scratch: Scratch, count: int) -> dict[str, object]:
    """Open `count` streams at once and look at the database and the process while they wait for their tokens."""
    learner = Learner(base)
    await learner.sign_in()
    begun = time.perf_counter()
    streams = [asyncio.create_task(learner.whole(QUESTIONS[turn % len(QUESTIONS)])) for turn in range(count)]
    looks = []
    while not all(stream.done() for stream in streams):
        await asyncio.sleep(0.5)
        looks.append((await asyncio.to_thread(_held_connections, scratch), psutil.Process(pid).memory_info().rss / 2**20))
    texts = [stream.result() for stream in streams]
    return {
        "streams": count,
        "complete": sum(bool(text) for text in texts),
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


def _model(vendor: str) -> dict[str, str]:
    return {"LLM_BASE_URL": vendor, "LLM_API_KEY": "fake", "LLM_MODEL": "fake-good", "LLM_NAME": "fake"}


def stages(scratch: Scratch) -> str:
    """Medians of what the answers' own rows say: ms from the start of the stream's request, by stage."""
    names = ("claim", "embed", "retrieve", "evidence", "provider", "first_token")
    columns = ", ".join(f"percentile_cont(0.5) WITHIN GROUP (ORDER BY (timings->>'{name}')::float)" for name in names)
    with connect(scratch.owner_url) as owner:
        row = owner.execute(f"SELECT {columns} FROM ai_coach_responses WHERE provider = 'fake'").fetchone() or ()
    return "  ".join(f"{name} {value}" for name, value in zip(names, row, strict=False))


def main() -> None:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--questions", type=int, default=200)
    parser.add_argument("--streams", type=int, default=300)
    options = parser.parse_args()
    with scratch_database() as scratch, fake_vendor() as vendor, fake_vendor(pause=0.5) as slow_vendor:
        scratch.manage("load_demo", "--force")
        with web_process(scratch, **_model(vendor)) as (base, _pid):
            ours = spread(asyncio.run(first_words(base, options.questions)))
            direct = spread(asyncio.run(floor(vendor, options.questions)))
            by_stage = stages(scratch)
        with web_process(scratch) as (base, _pid):
            extractive = spread(asyncio.run(first_words(base, options.questions)))
        with web_process(scratch, **_model(slow_vendor)) as (base, pid):
            streams = asyncio.run(many_streams(base, pid, scratch, options.streams))
    print(f"provider asked directly      {direct}")
    print(f"first word, whole request    {ours}")
    print(
        f"  of it added by us          p50 {ours.p50 - direct.p50:6.1f}  p95 {ours.p95 - direct.p95:6.1f} ms   (at most 40, 90)"
    )
    print(f"  of the stream, by stage    {by_stage}")
    print(f"first word, extractive       {extractive}")
    for name, value in streams.items():
        print(f"{name:40} {value}")


if __name__ == "__main__":
    main()
