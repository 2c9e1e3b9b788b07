"""How soon a saved chapter is found, and what a flood of lab events does, over HTTP with a real worker.

`python -m benchmarks.edits_and_events` makes a database of its own with the demo. First a chapter is saved again and again by
the API, each time with a new word, and searched until it is found. Then one learner sends lab events at the pace of a thousand a
second, in batches, while another learner sends one now and then. Exits with 1 when a bound is broken.
"""

import statistics
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import httpx2 as httpx

from benchmarks.scratch import ROOT, Scratch, connect, scratch_database, web_process

COURSE, CHAPTER, LAB = "containers-in-three-days", "07-networks-and-ports", "lab-3-keep-the-database"
SAVES = 10
FOUND_WITHIN, PATIENCE = 5.0, 30  # seconds
OFFERED, AT_ONCE, SECONDS = 1000, 50, 8  # events a second, events of one request
RATE, RATE_PASSES = "100/10second", 21  # the usual rate in a shorter window, and seconds until it is forgotten
TOKEN = """
from accounts import tokens
from accounts.door import SYSTEM, acting_as
from accounts.models import User
with acting_as(SYSTEM):
    person = User.objects.get(email="{}")
with acting_as(person):
    print(tokens.make(person=person, name="benchmark").secret)
"""


def program(scratch: Scratch, base: str, email: str) -> httpx.Client:
    """A client of the API with somebody's token."""
    secret = scratch.manage("shell", "-c", TOKEN.format(email)).split()[-1]
    headers = {"Authorization": f"Bearer {secret}", "X-Experience-API-Version": "1.0.3"}
    return httpx.Client(base_url=f"{base}/api/v1/", headers=headers, timeout=60)


@contextmanager
def worker(scratch: Scratch) -> Iterator[None]:
    command = [sys.executable, "-m", "celery", "--quiet", "-A", "config", "worker", "--concurrency", "1", "--without-gossip"]
    process = subprocess.Popen([*command, "--without-mingle", "--loglevel", "ERROR"], cwd=ROOT, env=scratch.environment)
    try:
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def saved_and_found(tess: httpx.Client, number: int) -> float:
    """Seconds from sending a chapter with a new word until the search finds that word."""
    place = f"courses/{COURSE}/places/{CHAPTER}"
    page, word = tess.get(place).json(), f"zeppelin{number}"
    text = page["markdown"].rstrip() + f"\n\n## Airship {number}\n\nThe {word} carries containers over the harbour.\n"
    begun = time.perf_counter()
    tess.patch(place, json={"markdown": text, "version": page["version"]}).raise_for_status()
    while time.perf_counter() < begun + PATIENCE:
        found = tess.get(f"courses/{COURSE}/search", params={"q": word}).raise_for_status().text
        if f"{word} carries" in found:
            return time.perf_counter() - begun
        time.sleep(0.02)
    raise SystemExit(f"{word} was not found in {PATIENCE} s.")


def embedded(scratch: Scratch) -> list[tuple[int, int]]:
    """Of each update after the first: passages of the index, and those that were embedded."""
    with connect(scratch.owner_url) as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        rows = owner.execute(
            "SELECT chunks_total, chunks_embedded FROM ai_coach_content_updates WHERE update_type = 'incremental' ORDER BY id"
        ).fetchall()
    return [(int(str(total)), int(str(new))) for total, new in rows]


def event(number: int, email: str) -> dict[str, object]:
    activity = f"https://learn.example/courses/{COURSE}/{LAB}/"
    verb = "http://adlnet.gov/expapi/verbs/failed"
    actor = {"mbox": f"mailto:{email}"}
    return {"actor": actor, "verb": {"id": verb}, "object": {"id": activity}, "context": {"platform": f"run {number}"}}


def flood(ada: httpx.Client, until: float) -> Counter[str]:
    """Batches at an even pace; how many events were taken and how many refused."""
    told: Counter[str] = Counter()
    due = time.monotonic()
    while time.monotonic() < until:
        status = ada.post("xapi/statements", json=[event(n, "ada@example.com") for n in range(AT_ONCE)]).status_code
        told["taken" if status == 200 else "refused" if status == 429 else f"status {status}"] += AT_ONCE
        due += AT_ONCE / OFFERED
        time.sleep(max(0.0, due - time.monotonic()))
    return told


def beside(ben: httpx.Client, until: float) -> list[float]:
    """Another learner's tries, each of which must get through: ms of each."""
    times = []
    while time.monotonic() < until:
        begun = time.perf_counter()
        ben.post(f"courses/{COURSE}/labs/{LAB}/attempts", json={"passed": False, "score": 0.2}).raise_for_status()
        times.append((time.perf_counter() - begun) * 1000)
        time.sleep(0.2)
    return times


def kept(scratch: Scratch) -> dict[str, int]:
    """What the database holds of the learner that flooded it."""
    with connect(scratch.owner_url) as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        row = owner.execute(
            "SELECT (SELECT count(*) FROM xapi_statements), (SELECT coalesce(sum(refused), 0) FROM lab_work)"
        ).fetchone() or (0, 0)
    return {"statements": int(str(row[0])), "refused, written down": int(str(row[1]))}


def main() -> int:
    with scratch_database() as made:
        scratch = Scratch(made.owner_url, made.app_url, {**made.environment, "CELERY_BROKER_URL": _own(made)})
        scratch.manage("load_demo", "--force")
        with web_process(scratch, RATE_LAB=RATE, RATE_SEARCH="100000/minute") as (base, _pid), worker(scratch):
            tess = program(scratch, base, "tess@example.com")
            saved_and_found(tess, 0)  # the worker loads its model once
            seconds = [saved_and_found(tess, number) for number in range(1, SAVES + 1)]
            news = [new for _total, new in embedded(scratch)[-SAVES:]]
            ada, ben = (program(scratch, base, f"{name}@example.com") for name in ("ada", "ben"))
            until, told = time.monotonic() + SECONDS, Counter[str]()
            thread = threading.Thread(target=lambda: told.update(flood(ada, until)))
            thread.start()
            others = beside(ben, until)
            thread.join()
            time.sleep(RATE_PASSES)
            ada.post("xapi/statements", json=[event(0, "ada@example.com")]).raise_for_status()
            there = kept(scratch)
    middle = statistics.median(seconds)
    print(f"saved to found           p50 {middle:.2f} s  worst {max(seconds):.2f} s  (at most {FOUND_WITHIN:.0f})")
    print(f"passages embedded anew   {news} (one each)")
    print(f"events of one learner    {dict(told)} in {SECONDS} s")
    print(f"another learner's tries  {len(others)}, p50 {statistics.median(others):.0f} ms, worst {max(others):.0f} ms")
    print(f"kept of the flood        {there}")
    is_counted = told["taken"] + 1 == there["statements"] and told["refused"] == there["refused, written down"]
    return int(max(seconds) > FOUND_WITHIN or any(new != 1 for new in news) or not is_counted)


def _own(scratch: Scratch) -> str:
    """A broker that no other worker listens to."""
    return scratch.environment["REDIS_URL"].rpartition("/")[0] + "/9"


if __name__ == "__main__":
    sys.exit(main())
