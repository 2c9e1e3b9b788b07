"""How fast the trainer's desk is with 10,000 open questions in one course, on a real web process, for a signed-in trainer.

`python -m benchmarks.desk` makes a database of its own, fills it in bulk, measures over HTTP on this machine, and drops it;
`--open` takes another number of questions. Beside the pages stand their floor (the health page of the same process) and what row
security costs: statements as the app role behind the door and as a role without policies, taking turns in the same run. Exits
with 1 when a figure is over its limit.
"""

import re
import statistics
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from typing import Any

import httpx2 as httpx

from benchmarks.bulk import DAYS, FEEDBACK, ITEMS, MEMORIES, STATEMENTS
from benchmarks.scratch import Scratch, connect, scratch_database, signed_in, web_process

TRAINER, ADMIN = "tess@example.com", "rex@example.com"
HTMX = {"HX-Request": "true"}
ASIDE = 10  # first calls that warm up
LEARNERS = 200
REMEMBERED = 40_000  # turns, with as much feedback and as many items to review

PEOPLE = """
INSERT INTO users (email, name, role, password, time_zone, is_active, is_staff, is_superuser)
SELECT 'learner' || n || '@example.com', 'Learner ' || n, 'learner', '!', 'UTC', true, false, false
  FROM generate_series(1, %(learners)s) n
"""
ENROLLED = """
INSERT INTO enrolments (learner_id, course_id, trainer_id)
SELECT u.id, c.id, CASE WHEN u.email < 'learner5' THEN t.id END
  FROM users u, courses c, users t WHERE u.email LIKE 'learner%%' AND t.email = 'tess@example.com'
"""
CONVERSATIONS = """
INSERT INTO conversations (user_id, course_id, title, total_cost, updated_at)
SELECT e.learner_id, e.course_id, '', 0, now() FROM enrolments e JOIN users u ON u.id = e.learner_id
 WHERE u.email LIKE 'learner%%'
"""
# Every tenth question has the words of another: clusters, as a course has them before an exam.
WORDS = (
    "container image volume network port build layer cache compose service database backup restore log memory limit user group "
    "permission mount secret health restart registry tag push pull token proxy host address name folder file copy run stop kill "
    "signal process shell script variable argument version update remove space disk driver bridge test slow error refused timeout"
)
QUESTIONS = """
CREATE TEMP TABLE made AS
SELECT n, l.id AS conversation_id, l.user_id AS learner_id, l.course_id, uuidv7() AS query_id,
       'How do I ' || (SELECT string_agg(w.word, ' ') FROM (
           SELECT (%(words)s::text[])[1 + (hashint8(seed.s * 31 + i) & 1023) %% cardinality(%(words)s::text[])] AS word
             FROM generate_series(1, 6) i) w) || '?' AS question,
       CASE WHEN n %% 10 = 9 THEN 'responded' ELSE 'pending' END AS status, now() - n * interval '1 minute' AS at
  FROM generate_series(1, %(count)s) n
  JOIN (SELECT *, row_number() OVER (ORDER BY id) AS k FROM conversations WHERE title = '') l ON l.k = 1 + n %% %(learners)s,
  LATERAL (SELECT CASE WHEN n %% 10 = 0 THEN n %% 50 ELSE n END AS s) seed
"""
QUERIES = """
INSERT INTO ai_coach_queries (id, learner_id, course_id, conversation_id, question, context, status, client_key, created_at,
       updated_at)
SELECT query_id, learner_id, course_id, conversation_id, question, '{}', 'escalated', gen_random_uuid(), at, at FROM made
"""
ESCALATIONS = """
INSERT INTO ai_coach_escalations (query_id, learner_id, course_id, trainer_id, original_question, ai_context, ai_confidence,
       conversation, place, reason, learner_note, asked_times, status, reply, signed, replied_at, replied_by_id, earlier_replies,
       created_at, updated_at)
SELECT m.query_id, m.learner_id, m.course_id, n.trainer_id, m.question, e.ai_context, 0.05 + (m.n %% 60) / 100.0, e.conversation,
       e.place, CASE WHEN m.n %% 4 = 0 THEN 'asked' ELSE 'unsure' END, '', 1, m.status,
       CASE WHEN m.status = 'responded' THEN 'Look at **the log** first, then say `docker run`.' ELSE '' END, 'Tess',
       CASE WHEN m.status = 'responded' THEN m.at END, CASE WHEN m.status = 'responded' THEN t.id END, '[]', m.at, m.at
  FROM made m JOIN enrolments n USING (learner_id, course_id)
  JOIN users t ON t.email = 'tess@example.com', (SELECT * FROM ai_coach_escalations ORDER BY created_at LIMIT 1) e
"""
# As the worker leaves them: every question linked with some others, the newest ten still to be linked.
LINKED = """
UPDATE ai_coach_escalations e SET embedding_model = 'bench' FROM made m WHERE e.query_id = m.query_id AND m.n > 10
"""
LINKS = """
WITH numbered AS MATERIALIZED (SELECT id, row_number() OVER (ORDER BY created_at) - 1 AS k FROM ai_coach_escalations)
INSERT INTO ai_coach_escalation_links (escalation_id, other_id, likeness)
SELECT a.id, b.id, 0.55 + 0.3 * random() FROM numbered a CROSS JOIN generate_series(1, 12) i
  JOIN numbered b ON b.k = (a.k * 7 + i * 131) %% (SELECT count(*) FROM numbered) AND b.id <> a.id ON CONFLICT DO NOTHING
"""
CONTEXT = "SELECT set_config('app.user_id', %s, true), set_config('app.role', %s, true)"
ROLE = "SELECT set_config('app.role', 'system', false)"

failed: list[str] = []


def told(name: str, seconds: list[float], limit: float | None = None) -> None:
    ms = sorted(value * 1000 for value in seconds)
    p95 = ms[int(len(ms) * 0.95) - 1]
    verdict = "" if limit is None else f"limit {limit:5.0f}  {'ok' if p95 <= limit else 'OVER'}"
    if limit is not None and p95 > limit:
        failed.append(name)
    print(f"  {name:<52}p50 {statistics.median(ms):7.2f}  p95 {p95:7.2f}  worst {ms[-1]:7.2f} ms  {verdict}", flush=True)


def times(call: Callable[[int], Any], rounds: int) -> list[float]:
    found = []
    for turn in range(rounds + ASIDE):
        since = time.perf_counter()
        call(turn)
        found.append(time.perf_counter() - since)
    return found[ASIDE:]


def fill(scratch: Scratch, count: int) -> None:
    """The demo's course and people, and `count` open questions of 200 learners; a tenth as many are answered besides."""
    scratch.manage("load_demo", "--force")
    values = {"learners": LEARNERS, "count": count * 10 // 9, "words": WORDS.split()}
    with connect(scratch.owner_url) as owner:
        owner.execute("SET statement_timeout = 0")
        owner.execute(ROLE)
        for statement in (PEOPLE, ENROLLED, CONVERSATIONS, QUESTIONS, QUERIES, ESCALATIONS, LINKED, LINKS):
            owner.execute(statement.encode(), values if "%(" in statement or "%%" in statement else None)
        owner.execute(
            "INSERT INTO courses (slug, title, description, language, escalation_threshold, content_version,"
            " index_generation, updated_at) VALUES ('other', 'Other', '', 'english', 0.35, 0, 0, now())"
        )
        rows = owner.execute("SELECT id FROM courses ORDER BY slug = 'other'").fetchall()
        loop = {"course": rows[0][0], "other": rows[1][0], "many": REMEMBERED}
        for statement in (MEMORIES, FEEDBACK, ITEMS, DAYS):
            owner.execute(statement.encode(), loop if "%(" in statement else None)
        owner.execute("VACUUM ANALYZE")


def pages(client: httpx.Client, rounds: int) -> None:
    """What a trainer waits for."""

    def got(path: str, headers: dict[str, str] | None = None, status: int = 200) -> httpx.Response:
        answer = client.get(path, headers=headers or {})
        assert answer.status_code == status, (path, answer.status_code)
        return answer

    first = got("/desk/")
    ids = re.findall(r'data-id="([0-9a-f-]{36})"', first.text)
    stamp = re.search(r"&quot;stamp&quot;: &quot;([^&]+)&quot;|\"stamp\": \"([^\"]+)\"", first.text)
    more = re.search(r'hx-get="(/desk/list\?[^"]*after=[^"]+)"', first.text)
    assert stamp
    assert more
    deep = more[1].replace("&amp;", "&")
    for _page in range(5):
        further = re.search(r'hx-get="(/desk/list\?[^"]*after=[^"]+)"', got(deep, HTMX).text)
        assert further
        deep = further[1].replace("&amp;", "&")
    print(f"  the page has {len(first.text) / 1024:.0f} kB; {len(ids)} questions in it")
    told("floor: the health page", times(lambda _turn: got("/healthz"), rounds))
    told("the desk, whole page", times(lambda _turn: got("/desk/"), rounds), 60)
    told("next question (its fragment)", times(lambda turn: got(f"/desk/{ids[turn % len(ids)]}/", HTMX), rounds), 40)
    told("further page of the list", times(lambda _turn: got(deep, HTMX), rounds), 40)
    told("look for news, none", times(lambda _turn: got(f"/desk/list?stamp={stamp[1] or stamp[2]}", HTMX, 204), rounds))
    told("look for news, the list again", times(lambda _turn: got("/desk/list?stamp=0", HTMX), rounds), 60)
    told("answered questions, whole page", times(lambda _turn: got("/desk/?tab=answered"), rounds // 2), 60)
    told("search for a word", times(lambda _turn: got("/desk/?q=backup"), rounds // 2))
    told("search that finds nothing", times(lambda _turn: got("/desk/?q=zebra"), rounds // 2))


def policies(scratch: Scratch, rounds: int) -> None:
    """Each statement as an admin and as a trainer behind the door, and as a role that no policy binds, taking turns."""
    with connect(scratch.owner_url) as owner, connect(scratch.app_url) as app:
        people = dict(owner.execute("SELECT role, id FROM users WHERE email IN (%s, %s)", [TRAINER, ADMIN]).fetchall())
        values = {
            name: _one(owner, statement)
            for name, statement in {
                "course": "SELECT id FROM courses ORDER BY slug = 'other'",
                "escalation": "SELECT id FROM ai_coach_escalations ORDER BY created_at OFFSET 500",
                "turn": "SELECT conversation_id FROM conversation_feedback ORDER BY id OFFSET 500",
            }.items()
        }
        for name, statement in STATEMENTS.items():
            for role in ("admin", "trainer"):
                told_share(f"{name}, {role}", *_in_turns(app, owner, people[role], role, statement, values, rounds))


def _one(owner: Any, statement: str) -> object:
    return owner.execute(f"{statement} LIMIT 1".encode()).fetchone()[0]


def _in_turns(
    app: Any, owner: Any, person: object, role: str, statement: str, values: dict[str, Any], rounds: int
) -> tuple[list[float], list[float]]:
    guarded, bare = [], []
    with app.transaction(), owner.transaction():
        app.execute(CONTEXT, [str(person), role])
        for _round in range(rounds + ASIDE):
            guarded.append(_timed(app, statement, values))
            bare.append(_timed(owner, statement, values))
    return guarded[ASIDE:], bare[ASIDE:]


def _timed(connection: Any, statement: str, values: dict[str, Any]) -> float:
    since = time.perf_counter()
    connection.execute(statement.encode(), values).fetchall()
    return time.perf_counter() - since


def told_share(name: str, guarded: list[float], bare: list[float]) -> None:
    ours, theirs = statistics.median(guarded) * 1000, statistics.median(bare) * 1000
    print(
        f"  {name:<52}guarded {ours:6.3f}  bare {theirs:6.3f} ms  {ours - theirs:+6.3f} ms, {ours / theirs:.2f} times", flush=True
    )


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--open", type=int, default=10_000, help="open questions in the course")
    parser.add_argument("--rounds", type=int, default=120)
    options = parser.parse_args()
    with scratch_database() as scratch:
        since = time.perf_counter()
        fill(scratch, options.open)
        print(f"  filled with {options.open:,} open questions in {time.perf_counter() - since:.0f} s", flush=True)
        with web_process(scratch) as (base, _pid):
            pages(signed_in(base, TRAINER), options.rounds)
        print("  what row security costs", flush=True)
        policies(scratch, options.rounds)
    if failed:
        print("Over the limit: " + ", ".join(failed))
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
