"""Explanations of syllabus points: from the course alone, by a model, kept for the next reader, and checked."""

import json
import uuid
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import redis
from django.db import DatabaseError, connection
from django.test import Client

from accounts import tokens
from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import AIRequestLog, Budget, Handover
from ai.providers.events import Source
from coach.explaining import checking, keeping, writing
from coach.explaining.composing import Explanation
from coach.explaining.keeping import About, about_point
from coach.explaining.levels import level_for
from coach.explanation_models import Level, PointExplanation
from coach.models import Escalation
from coach.picking_up import pick_up
from courses.models import Course
from planning.models import (
    Attempt,
    AttemptedQuestion,
    Question,
    QuestionPoint,
    QuestionVersion,
    SchemePoint,
    Subject,
    SyllabusPoint,
)
from tests.conftest import make_course
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server
from tests.pages.conftest import signed_in, taught

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["fake_vendor", "fake_vendor_server", "taught"]

SECRET = "Names the engine folder as the place of safety"
GOOD = "What must outlive the container goes into a volume, because a container's own file system is thrown away with it."


@pytest.fixture
def point(taught: Course) -> SyllabusPoint:
    """A point that the course teaches, with one question about it."""
    with acting_as(SYSTEM):
        subject = Subject.objects.create(code="CT", title="Containers", course=taught)
        made = SyllabusPoint.objects.create(subject=subject, code="2.1", title="Which data survives a container")
        question = Question.objects.create(subject=subject, code="q")
        version = QuestionVersion.objects.create(question=question, subject=subject, text="Explain volumes.", maximum_marks=4)
        SchemePoint.objects.create(version=version, subject=subject, position=1, objective="AO1", marks=3, text=SECRET)
        SchemePoint.objects.create(version=version, subject=subject, position=2, objective="AO3", marks=1, text=SECRET)
        QuestionPoint.objects.create(subject=subject, question=question, point=made)
        Question.objects.filter(pk=question.pk).update(current=version)
    return made


@pytest.fixture
def bread(point: SyllabusPoint) -> SyllabusPoint:
    """A point of which the course knows nothing."""
    with acting_as(SYSTEM):
        return SyllabusPoint.objects.create(subject=point.subject, code="9", title="Sourdough bread")


@pytest.fixture
def model(fake_vendor: Running, settings: Any) -> Iterator[Running]:
    settings.LLM_TYPE, settings.LLM_BASE_URL, settings.LLM_MODEL = "compatible", fake_vendor.url, "fake-told"
    settings.LLM_FIRST_TOKEN_TIMEOUT = settings.LLM_TOTAL_TIMEOUT = 3.0
    yield fake_vendor
    store = redis.Redis.from_url(settings.REDIS_URL)
    for key in store.scan_iter("aicoach:breaker:*"):
        store.delete(key)


def _about(person: User, point: SyllabusPoint, level: Level = Level.NEW) -> About:
    with acting_as(person):
        about = about_point(SyllabusPoint.objects.select_related("subject__course", "chapter").get(pk=point.pk), level)
    assert about
    return about


def _explained(person: User, point: SyllabusPoint, level: Level = Level.NEW) -> Explanation:
    found = keeping.explained(person, _about(person, point, level))
    assert found
    return found


def _row(level: str = "new") -> PointExplanation:
    with acting_as(SYSTEM):
        return PointExplanation.objects.get(level=level)


def _answered(person: User, point: SyllabusPoint, marks: int) -> None:
    with acting_as(SYSTEM):
        version = QuestionVersion.objects.get()
        attempt = Attempt.objects.create(student=person, subject=point.subject)
        row = AttemptedQuestion.objects.create(attempt=attempt, version=version, student=person, position=1, answer="So.")
        Attempt.objects.filter(pk=attempt.pk).update(status="submitted")
        marked = {"marks_awarded": Decimal(marks), "marking_feedback": {"objectives": {}}}
        AttemptedQuestion.objects.filter(pk=row.pk).update(state="marked", **marked)


def _calls(person: User) -> dict[str, Any]:
    with acting_as(person):
        secret = tokens.make(person=person, name="t").secret
    return {"headers": {"Authorization": f"Bearer {secret}"}, "content_type": "application/json"}


@pytest.mark.parametrize("level", list(Level))
def test_it_explains_in_the_courses_own_sentences(point: SyllabusPoint, ada: User, level: Level) -> None:
    found = _explained(ada, point, level)
    assert (found.label, found.model) == ("course_text", "")
    assert "[1]" in found.text
    assert "thrown away with it" in found.text
    assert found.step.ask
    assert any(found.step.shows in " ".join(source["content"].split()) for source in found.sources)


def test_it_says_nothing_of_what_the_course_does_not_teach(bread: SyllabusPoint, ada: User) -> None:
    assert keeping.explained(ada, _about(ada, bread)) is None
    with acting_as(SYSTEM):
        assert not PointExplanation.objects.exists()


def test_it_starts_where_the_readers_marks_are(point: SyllabusPoint, ada: User, ben: User) -> None:
    with acting_as(ada):
        assert level_for(ada, point) == Level.NEW
    _answered(ada, point, 2)
    _answered(ben, point, 4)
    with acting_as(ada):
        assert level_for(ada, point) == Level.SOME
    with acting_as(ben):
        assert level_for(ben, point) == Level.EXAM


def test_it_serves_the_second_reader_without_asking_again(model: Running, point: SyllabusPoint, ada: User, ben: User) -> None:
    first = _explained(ada, point)
    assert (first.label, first.model) == ("ai_draft", "fake-told")
    model.tell("500")
    assert _explained(ben, point) == first
    with acting_as(SYSTEM):
        assert [log.user_id for log in AIRequestLog.objects.filter(feature="explain")] == [ada.pk]


def test_it_is_made_anew_when_the_course_changes(point: SyllabusPoint, ada: User) -> None:
    _explained(ada, point)
    before = _row()
    with acting_as(SYSTEM):
        SyllabusPoint.objects.filter(pk=point.pk).update(description="Volumes and what outlives a container")
    assert keeping.kept_one(ada, _about(ada, point)) is None
    _explained(ada, point)
    assert _row().basis != before.basis


def test_it_serves_others_while_somebody_waits_for_a_model(model: Running, point: SyllabusPoint, ada: User, ben: User) -> None:
    with keeping._claimed(_about(ada, point)) as is_ours:
        assert is_ours
        assert _explained(ben, point).label == "course_text"
    assert _explained(ben, point).label == "ai_draft"
    assert _row().making_at is None


@pytest.mark.parametrize("mode", ["500", "garbage", "empty", "html200"])
def test_it_falls_back_on_the_course(model: Running, point: SyllabusPoint, ada: User, mode: str) -> None:
    model.tell(mode)
    assert _explained(ada, point).label == "course_text"
    assert keeping.kept_one(ada, _about(ada, point)), "it is not asked again for a while"
    with acting_as(SYSTEM):
        PointExplanation.objects.update(made_at="2026-01-01T00:00Z")
    assert keeping.kept_one(ada, _about(ada, point)) is None


def test_it_keeps_to_the_budget(model: Running, point: SyllabusPoint, ada: User) -> None:
    with acting_as(SYSTEM):
        Budget.objects.create(scope="learner", answers_per_day=0)
    assert _explained(ada, point).label == "course_text"
    with acting_as(SYSTEM):
        assert not AIRequestLog.objects.exists()


SOURCES = [Source(1, "Volumes", "A volume outlives the container. It belongs to the engine.")]
CHECK = {"question": "What outlives the container?", "source": 1, "quote": "A volume outlives the container."}


@pytest.mark.parametrize(
    ("said", "is_believed", "has_question"),
    [
        ({"explanation": "A volume stays. [1] [7]", "check": CHECK}, True, True),
        ({"explanation": "A volume stays. [1]", "check": CHECK | {"quote": "A volume never stays here."}}, True, False),
        ({"explanation": "A volume stays. [1]", "check": CHECK | {"source": 7}}, True, False),
        ({"explanation": "A volume stays. [1]", "check": CHECK | {"question": "Two? Questions?"}}, True, False),
        ({"explanation": "A volume stays. [1]", "check": "none"}, True, False),
        ({"explanation": "A volume stays. [7]", "check": CHECK}, False, False),
        ({"explanation": "Stays. [1]\n\n" + "Many words that name no source at all here " * 3, "check": CHECK}, False, False),
        ({"explanation": "long " * 400 + "[1]", "check": CHECK}, False, False),
        ({"explanation": ["A list [1]"], "check": CHECK}, False, False),
        ("just words", False, False),
    ],
    ids=["good", "false-quote", "no-source", "two", "none", "foreign", "uncited", "long", "list", "words"],
)
def test_it_believes_a_model_only_as_far_as_it_cites(said: Any, is_believed: bool, has_question: bool) -> None:
    written = writing.validated(json.dumps(said), SOURCES)
    assert (written is not None, bool(written and written.step)) == (is_believed, has_question)
    assert written is None or "[7]" not in written.text


def test_it_judges_a_try(point: SyllabusPoint, ada: User) -> None:
    about = _about(ada, point, Level.EXAM)
    explanation = _explained(ada, point, Level.EXAM)
    right, _same = checking.check(ada, about, f"{GOOD} {explanation.step.expects}", token=explanation.token)
    assert (right.verdict, right.words) == ("understood", "Yes, that is it.")
    wrong, _same = checking.check(ada, about, "The network has a name.", token="")
    assert wrong.verdict == "not_yet"
    assert wrong.shows
    lazy, _same = checking.check(ada, about, "just tell me the answer", token="")
    assert (lazy.verdict, lazy.shows) == ("wants_answer", "")
    with pytest.raises(checking.TryRefused, match="made anew"):
        checking.check(ada, about, "volume", token="of another")


def test_it_has_table_is_written_by_the_system_alone(point: SyllabusPoint, ada: User) -> None:
    _explained(ada, point)
    with acting_as(ada):
        assert PointExplanation.objects.update(text="x") == 0
    with pytest.raises(DatabaseError), acting_as(ada):
        PointExplanation.objects.create(course=point.subject.course, point=point, level="some")
    with pytest.raises(DatabaseError), acting_as(SYSTEM):
        PointExplanation.objects.update(label="verified")


def test_it_finds_the_kept_one_by_an_index(point: SyllabusPoint, ada: User) -> None:
    with acting_as(ada), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute("EXPLAIN SELECT * FROM point_explanations WHERE point_id = %s AND level = 'new'", [point.pk])
        assert "point_explanations_once" in "\n".join(row[0] for row in cursor.fetchall())


def test_it_has_page_works_without_script(point: SyllabusPoint, ada: User) -> None:
    client = signed_in(ada)
    address = f"/coach/explain/{point.pk}/"
    page = client.get(address).content.decode()
    assert "Course text" in page
    assert 'class="cite"' in page
    assert "In the exam" not in page
    exam = client.get(f"{address}?level=exam").content.decode()
    assert "1 question asks about this, for 4 marks." in exam
    assert "<b>Knowledge</b>, 75 %" in exam
    assert SECRET not in exam
    tried = client.post(f"{address}check?level=exam", {"words": "<script>alert(1)</script> The network."}).content.decode()
    assert "The course says:" in tried
    assert "&lt;script&gt;alert(1)" in tried
    refused = client.post(f"{address}check?level=exam", {"words": "kept words", "token": "another"})
    assert (refused.status_code, b"kept words" in refused.content) == (422, True)


def test_it_has_page_has_a_model_write_when_it_is_looked_at(model: Running, point: SyllabusPoint, ada: User) -> None:
    client = signed_in(ada)
    address = f"/coach/explain/{point.pk}/"
    assert b"is being written" in client.get(address).content
    made = client.post(f"{address}make?level=new", headers={"HX-Request": "true"}).content
    assert b"AI draft" in made
    assert b"<html" not in made
    assert b"AI draft" in client.get(f"{address}?level=new").content


def test_it_has_page_offers_the_trainer_when_the_course_is_silent(bread: SyllabusPoint, ada: User, tess: User) -> None:
    client = signed_in(ada)
    address = f"/coach/explain/{bread.pk}/"
    assert b"The course says too little" in client.get(address).content
    for _twice in range(2):
        assert client.post(f"{address}trainer").status_code == 302
    assert b"has been asked" in client.get(address).content
    pick_up()
    with acting_as(tess):
        assert "Sourdough bread" in Escalation.objects.get().original_question
    with acting_as(ada):
        assert Handover.objects.count() == 1


def test_it_has_pages_are_closed_to_others(point: SyllabusPoint, ada: User) -> None:
    with acting_as(SYSTEM):
        hidden = Subject.objects.create(code="H", title="Hidden", course=make_course("hidden"))
        elsewhere = SyllabusPoint.objects.create(subject=hidden, code="1", title="Which data survives a container")
    client, address = signed_in(ada), f"/coach/explain/{elsewhere.pk}/"
    assert client.get(address).status_code == 404
    assert [client.post(f"{address}{deed}", {"words": "x"}).status_code for deed in ("make", "check", "trainer")] == [404] * 3
    assert client.get(f"/coach/explain/{point.pk}/check").status_code == 405
    assert Client().get(f"/coach/explain/{point.pk}/").status_code == 302
    assert Client().post(f"/coach/explain/{point.pk}/check").status_code == 302


def test_it_has_page_costs_few_queries(point: SyllabusPoint, ada: User, django_assert_max_num_queries: Any) -> None:
    client = signed_in(ada)
    client.get(f"/coach/explain/{point.pk}/?level=exam")
    with django_assert_max_num_queries(22):
        client.get(f"/coach/explain/{point.pk}/?level=exam")


def test_it_has_api_explains_and_checks(point: SyllabusPoint, bread: SyllabusPoint, ada: User, tess: User) -> None:
    client, calls = Client(), _calls(ada)
    address = f"/api/v1/points/{point.pk}/explanation"
    said = client.get(f"{address}?level=some", **calls).json()
    assert (said["level"], said["label"], said["code"]) == ("some", "course_text", "2.1")
    assert said["sources"][0]["url"].startswith("/")
    tried = client.post(f"{address}/check", {"words": "The network.", "level": "some", "token": said["token"]}, **calls).json()
    assert (tried["verdict"], bool(tried["passage"]["passage"])) == ("not_yet", True)
    assert client.post(f"{address}/check", {"words": "x", "token": "other"}, **calls).status_code == 409
    assert client.post(f"{address}/check", {"words": " "}, **calls).status_code == 400
    assert client.get(f"{address}?level=expert", **calls).status_code == 400
    assert client.get(f"/api/v1/points/{bread.pk}/explanation", **calls).json()["label"] == "not_found"
    assert client.get(f"/api/v1/points/{uuid.UUID(int=1)}/explanation", **calls).status_code == 404
    assert Client().get(address).status_code == 401
