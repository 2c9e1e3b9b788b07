"""300 answers of the mentor streamed at once by one web process: is a token lost, and how much later does each come?

`python -m benchmarks.mentor_streams` makes a database of its own with the demo and a thread for each stream. Beside it the floor:
the same requests at once straight to the fake vendor, in the same run. Exits with 1 when a text is not the vendor's word for
word, or when the gap between two pieces grows by more than its limit at p95.
"""

import asyncio
import sys
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterable

from benchmarks.scratch import Scratch, connect, scratch_database, web_process
from benchmarks.streams import LEARNER, Heard, bodies_seen, direct, fake_vendor, many_streams, model_of, spread

PAUSE = 0.35  # seconds between two tokens of the vendor
LIMIT = 60  # ms that we may add to a gap, at p95
THREADS = """
INSERT INTO conversations (user_id, course_id, kind, title, total_cost, updated_at)
SELECT e.learner_id, e.course_id, 'mentor', 'Thread ' || n, 0, now()
  FROM generate_series(1, %s) n CROSS JOIN (SELECT e.learner_id, e.course_id FROM enrolments e JOIN users u ON u.id = e.learner_id
       JOIN courses c ON c.id = e.course_id WHERE u.email = %s ORDER BY c.slug LIMIT 1) e RETURNING id
"""


def threads(scratch: Scratch, count: int) -> list[str]:
    """Addresses at which one may ask, each in a thread of its own."""
    with connect(scratch.owner_url) as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        return [f"/mentor/{row[0]}/ask" for row in owner.execute(THREADS, [count, LEARNER])]


def lost(ours: Iterable[Heard], theirs: Iterable[Heard]) -> int:
    """How many answers are not word for word what the vendor says to the same requests."""
    return (Counter(_words(one) for one in theirs) - Counter(_words(one) for one in ours)).total()


def _words(heard: Heard) -> str:
    return " ".join(heard.text.split())


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--streams", type=int, default=300)
    count = parser.parse_args().streams
    with scratch_database() as scratch, fake_vendor(pause=PAUSE) as vendor:
        scratch.manage("load_demo", "--force")
        places = threads(scratch, count)
        with web_process(scratch, **model_of(vendor)) as (base, pid):
            ours, figures = asyncio.run(many_streams(base, pid, scratch, places))
        theirs = asyncio.run(_floor(vendor, count))
    gaps, floor = (spread([gap for one in heard for gap in one.gaps]) for heard in (ours, theirs))
    missing, added = lost(ours, theirs), gaps.p95 - floor.p95
    for name, value in figures.items():
        print(f"{name:40} {value}")
    print(f"{'answers not word for word':40} {missing}")
    print(f"{'gap between two pieces':40} {gaps}")
    print(f"{'gap of the vendor, asked directly':40} {floor}")
    print(f"{'added by us, p95':40} {added:.1f} ms   (at most {LIMIT})")
    return 1 if missing or added > LIMIT or len(ours) != count else 0


async def _floor(vendor: str, count: int) -> list[Heard]:
    return await direct(vendor, await bodies_seen(vendor, count))


if __name__ == "__main__":
    sys.exit(main())
