"""How long the server takes to open a thread of 500 messages with the mentor, over HTTP, for a signed-in learner.

`python -m benchmarks.mentor` makes a database of its own with the demo, writes 250 chats into one thread, and opens it at its
newest end and at earlier places, each with other answers, so that no rendered text is at hand. Beside it the floor: the health
page of the same process. Exits with 1 when the median is over its limit.
"""

import re
import statistics
import sys
import time

import httpx2 as httpx

from benchmarks.scratch import Scratch, connect, scratch_database, signed_in, web_process

LEARNER = "ben@example.com"
CHATS = 250  # with as many answers: 500 messages
RUNS, ASIDE = 60, 8
LIMIT = 50  # ms on the server, the median
THREAD = """
INSERT INTO conversations (user_id, course_id, kind, title, total_cost, updated_at)
SELECT e.learner_id, e.course_id, 'mentor', 'A long thread', 0, now()
  FROM enrolments e JOIN users u ON u.id = e.learner_id WHERE u.email = %s LIMIT 1 RETURNING id
"""
FILL = """
INSERT INTO ai_mentor_chats (user_id, course_id, conversation_id, question, question_hash, response, model, status, label,
                             client_key, confidence, reference_locations, evidence, context_used, timings, notes)
SELECT v.user_id, v.course_id, v.id, 'Question ' || n || ' about volumes and networks?', md5(n::text) || md5('x' || n),
       repeat('Number ' || n || ' keeps its **data** in a volume, and a bind mount holds `source` code [1]. ', 8)
       || E'\n\n```sh\ndocker run -v data' || n || E':/data image\n```\n\n- one\n- two\n- three\n',
       'model', 'answered', 'ai_draft', uuidv7(), 0.8, jsonb_build_array(p.place), jsonb_build_array(
       p.place, p.place, p.place, p.place, p.place, p.place, p.place, p.place), '{}', '{}', '{}'
  FROM conversations v, generate_series(1, %s) n, LATERAL (SELECT jsonb_build_object('number', 1, 'chapter_id', 'volumes',
       'title', 'Volumes', 'chunk_id', gen_random_uuid(), 'content', repeat('A passage of the course. ', 50)) AS place) p
 WHERE v.id = %s
"""


def long_thread(scratch: Scratch) -> str:
    with connect(scratch.owner_url) as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        row = owner.execute(THREAD, [LEARNER]).fetchone()
        if row is None:
            raise SystemExit("The demo's learner is in no course.")
        owner.execute(FILL, [CHATS, row[0]])
        owner.execute("ANALYZE ai_mentor_chats, conversations")
        return str(row[0])


def places(client: httpx.Client, thread: str) -> list[str]:
    """The address of the thread at its newest end, and of each page before it."""
    found = [f"/mentor/{thread}/"]
    while earlier := re.search(r'class="earlier" href="([^"]+)"', client.get(found[-1]).text):
        found.append(earlier[1])
    return found


def times(client: httpx.Client, addresses: list[str]) -> list[float]:
    """ms of each answer."""
    taken = []
    for address in addresses:
        begun = time.perf_counter()
        answer = client.get(address)
        taken.append((time.perf_counter() - begun) * 1000)
        if answer.status_code != 200:
            raise SystemExit(f"{address} answered {answer.status_code}")
    return taken[ASIDE:]


def main() -> int:
    with scratch_database() as scratch:
        scratch.manage("load_demo", "--force")
        thread = long_thread(scratch)
        with web_process(scratch) as (base, _pid):
            opened = places(signed_in(base, LEARNER), thread)
        with web_process(scratch) as (base, _pid):
            client = signed_in(base, LEARNER)
            figures = {
                "newest end, seen before": times(client, [opened[0]] * RUNS),
                "a page that nobody has opened": times(client, ["/mentor/"] * ASIDE + opened[1:]),
                "floor (health page)": times(client, ["/healthz"] * RUNS),
            }
    for name, taken in figures.items():
        spread = statistics.quantiles(taken, n=20)
        print(f"{name:32} p50 {statistics.median(taken):6.1f} ms   p95 {spread[18]:6.1f} ms   ({len(taken)} calls)")
    worst = max(statistics.median(taken) for taken in figures.values())
    print(f"{'within' if worst <= LIMIT else 'OVER'} the limit of {LIMIT} ms")
    return 0 if worst <= LIMIT else 1


if __name__ == "__main__":
    sys.exit(main())
