"""The desk's pages: who gets in, the walk from a question to its settled reply, bounds."""

import time
import uuid

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.desk.inbox import Filters, counts, page
from coach.models import Escalation, Query
from courses.models import Course, Enrolment
from tests.conftest import owner_connection
from tests.desk.conftest import HTMX, KNOWN, UNKNOWN, now_, pass_on
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_walks_from_the_question_to_the_settled_reply(taught: Course, ada: User, tess: User) -> None:
    escalation = pass_on(ada, taught, UNKNOWN)
    assert escalation.reason == Escalation.Reason.UNSURE
    desk, learner = signed_in(tess), signed_in(ada)
    page = desk.get("/desk/").content.decode()
    assert UNKNOWN in page
    assert "1 waiting" in page
    sent = desk.post(f"/desk/{escalation.pk}/reply", {"reply": "With **pg_basebackup**.", "teach": "on", "priority": "high"})
    assert sent.status_code == 302
    row = now_(escalation)
    assert (row.status, row.teach, row.priority, row.signed) == ("responded", True, "high", "Tess")
    page = learner.get("/coach/containers/").content.decode()
    assert "Reply from Tess" in page
    assert "<strong>pg_basebackup</strong>" in page
    assert 'class="news"' in page
    assert learner.post(f"/coach/turns/{row.query_id}/seen").status_code == 204
    assert 'class="news"' not in learner.get("/coach/containers/").content.decode()
    assert learner.post(f"/coach/turns/{row.query_id}/settled", {"settled": "yes"}).status_code == 302
    row = now_(escalation)
    assert (row.status, row.settled, row.query.status) == ("resolved", True, Query.Status.RESOLVED)


PAGES = ["", "list", "{}/"]
DEEDS = ["{}/claim", "{}/reply", "{}/undo", "{}/assign", "{}/preview", "settle"]


@pytest.mark.parametrize("path", PAGES)
def test_it_hides_the_desk_from_learners_and_strangers(waiting: Escalation, ada: User, ben: User, path: str) -> None:
    address = "/desk/" + path.format(waiting.pk)
    for learner in (ada, ben):
        assert signed_in(learner).get(address).status_code == 404
    assert Client().get(address).status_code == 302
    assert 'href="/desk/"' not in signed_in(ada).get("/").content.decode()


@pytest.mark.parametrize("path", DEEDS)
def test_it_takes_deeds_by_post_from_its_trainers_only(waiting: Escalation, ada: User, theo: User, tess: User, path: str) -> None:
    address, data = "/desk/" + path.format(waiting.pk), {"ids": [str(waiting.pk)], "reply": "x"}
    for person in (ada, theo):
        assert signed_in(person).post(address, data).status_code == 404
    assert signed_in(tess).get(address).status_code == 405
    assert Client().post(address, data).status_code == 302
    assert now_(waiting).status == "pending"


def test_it_shows_the_desk_to_trainers_and_admins(waiting: Escalation, tess: User, rex: User) -> None:
    for person in (tess, rex):
        page = signed_in(person).get("/desk/").content.decode()
        assert waiting.original_question in page
        assert "What the coach read" in page
        assert 'href="/desk/" aria-current="page"' in page


@pytest.mark.parametrize("path", ["containers/", "turns/{}/passed", "turns/{}/seen", "turns/{}/settled", "turns/{}/withdraw"])
def test_it_keeps_a_learners_replies_from_others(waiting: Escalation, ben: User, tess: User, path: str) -> None:
    for person in (ben, tess):
        client, address = signed_in(person), "/coach/" + path.format(waiting.query_id)
        if "turns" in path:
            answer = client.get(address) if path.endswith("passed") else client.post(address, {"settled": "yes"})
            assert answer.status_code == 404
        else:
            assert waiting.original_question not in client.get(address).content.decode()


def test_it_goes_on_to_the_next_question(taught: Course, ada: User, tess: User) -> None:
    first, second = pass_on(ada, taught, KNOWN), pass_on(ada, taught, UNKNOWN)
    client = signed_in(tess)
    sent = client.post(f"/desk/{first.pk}/reply", {"reply": "A volume."}, follow=True, headers=HTMX)
    page = sent.content.decode()
    assert f'data-case="{second.pk}"' in page
    assert "Reply sent." in page
    assert f"/desk/{first.pk}/undo" in page
    taken_back = client.post(f"/desk/{first.pk}/undo", headers=HTMX).content.decode()
    assert ">A volume.</textarea>" in taken_back


def test_it_keeps_what_was_written_when_it_cannot_be_sent(waiting: Escalation, tess: User) -> None:
    client = signed_in(tess)
    client.post(f"/desk/{waiting.pk}/reply", {"reply": "First."})
    for headers in ({}, HTMX):
        again = client.post(f"/desk/{waiting.pk}/reply", {"reply": "Second."}, headers=headers)
        assert again.status_code == 422
        assert "Second." in again.content.decode()


def test_it_previews_through_the_one_renderer(waiting: Escalation, tess: User) -> None:
    hostile = "**bold** <img src=x onerror=alert(1)> [x](javascript:alert(1))"
    page = signed_in(tess).post(f"/desk/{waiting.pk}/preview", {"reply": hostile}, headers=HTMX).content.decode()
    assert "<strong>bold</strong>" in page
    assert "<img" not in page
    assert 'href="javascript' not in page


def test_it_filters_and_searches(taught: Course, ada: User, tess: User, rex: User) -> None:
    pass_on(ada, taught, KNOWN)
    pass_on(ada, taught, UNKNOWN)
    client = signed_in(tess)
    for query, found in {
        "q=replication": [UNKNOWN], "course=containers": [KNOWN, UNKNOWN], "course=nowhere": [], "age=hour": [], "whose=mine":
        [KNOWN, UNKNOWN], "whose=unassigned": [], "tab=answered": [], "q=%00&after=x~y&tab=odd": [KNOWN, UNKNOWN],
    }.items():  # fmt: skip
        page = client.get(f"/desk/list?{query}", headers=HTMX).content.decode()
        assert [text for text in (KNOWN, UNKNOWN) if text in page] == found, query


def test_it_says_nothing_when_nothing_is_new(waiting: Escalation, tess: User) -> None:
    client = signed_in(tess)
    stamp = counts_of(tess).stamp
    assert client.get(f"/desk/list?stamp={stamp}", headers=HTMX).status_code == 204
    client.post(f"/desk/{waiting.pk}/claim")
    assert client.get(f"/desk/list?stamp={stamp}", headers=HTMX).status_code == 200


def test_it_shows_the_open_desk_who_holds_its_question(taught: Course, ada: User, tess: User, rex: User) -> None:
    made = pass_on(ada, taught)
    signed_in(rex).post(f"/desk/{made.pk}/claim")
    client = signed_in(tess)
    news = client.get(f"/desk/list?stamp=old&open={made.pk}", headers=HTMX).content.decode()
    assert "Rex is answering this" in news
    refused = client.post(f"/desk/{made.pk}/reply", {"reply": "Mine."}, headers=HTMX)
    assert refused.status_code == 422
    assert "Send it all the same" in refused.content.decode()
    assert "Held by you" in signed_in(rex).post(f"/desk/{made.pk}/claim", headers=HTMX).content.decode()


def counts_of(person: User):
    with acting_as(person):
        return counts()


def test_it_counts_what_each_may_see(taught: Course, ada: User, ben: User, tess: User, theo: User, rex: User) -> None:
    """The counts' own rule and the policy's are the same."""
    pass_on(ada, taught, KNOWN)
    made = pass_on(ben, taught, UNKNOWN)
    with acting_as(SYSTEM):
        Enrolment.objects.filter(learner=ben).update(trainer=None)
        Escalation.objects.filter(pk=made.pk).update(trainer=None)
    seen = []
    for person in (tess, theo, rex, ada):
        with acting_as(person):
            rows = Escalation.objects.for_desk(person).filter(status="pending", course__in=counts_ids())
            assert counts().waiting == rows.count(), person
            seen.append((counts().waiting, counts().unassigned))
    assert seen == [(2, 1), (1, 1), (2, 1), (0, 0)]


def counts_ids() -> list[uuid.UUID]:
    return [course.id for course in counts().courses]


def test_it_walks_all_pages_of_a_long_list(taught: Course, ada: User, tess: User) -> None:
    made = pass_on(ada, taught)
    many(made, 70)
    seen, filters = [], Filters()
    with acting_as(tess):
        while filters:
            rows, filters = page(filters, tess, timezone.now())
            seen += [row.pk for row in rows]
    assert len(seen) == len(set(seen)) == 71


def test_it_stays_within_eight_queries_and_quick(taught: Course, ada: User, tess: User) -> None:
    made = pass_on(ada, taught)
    many(made, 10_000)
    client = signed_in(tess)
    client.get("/desk/")
    took = []
    for _time in range(8):
        begun = time.perf_counter()
        with CaptureQueriesContext(connection) as captured:
            assert client.get("/desk/").status_code == 200
        took.append((time.perf_counter() - begun) * 1000)
    asked = [query["sql"] for query in captured.captured_queries if query["sql"] not in {"BEGIN", "COMMIT"}]
    print(len(asked), "queries;", *(f"{ms:.0f} ms" for ms in took))
    assert len(asked) <= 8


def many(row: Escalation, count: int) -> None:
    """Copies of a waiting question of the same learner, in other words each, made by the owner."""
    with owner_connection() as owner:
        owner.execute("SELECT set_config('app.role', 'system', false)")
        owner.execute(COPIES, [count, row.query_id, row.pk])
        owner.execute("ANALYZE ai_coach_escalations")
        owner.execute("ANALYZE ai_coach_queries")


COPIES = """
WITH q AS (
    INSERT INTO ai_coach_queries (learner_id, course_id, conversation_id, question, context, status, client_key, updated_at)
    SELECT learner_id, course_id, conversation_id, question || ' ' || md5(n::text), context, status, gen_random_uuid(), now()
      FROM ai_coach_queries, generate_series(1, %s) n WHERE id = %s RETURNING *)
INSERT INTO ai_coach_escalations (query_id, learner_id, course_id, trainer_id, original_question, ai_context, ai_confidence,
       conversation, place, reason, learner_note, asked_times, status, earlier_replies, created_at, updated_at, same_key)
SELECT q.id, e.learner_id, e.course_id, e.trainer_id, q.question, e.ai_context, e.ai_confidence, e.conversation, e.place,
       e.reason, '', 1, 'pending', '[]', now() - random() * interval '9 days', now(), ''
  FROM q, ai_coach_escalations e WHERE e.id = %s
"""
