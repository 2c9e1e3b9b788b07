"""The desk's page of what learners pursue: only one's own learners in one's own courses, the late ones first, few queries."""

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course, CourseTrainer, Enrolment, LearningConcept
from planning.concepts import evidencing
from planning.learning_plans import making
from planning.learning_plans.making import Wish
from planning.models import LearningPlan, LearningPlanStep
from tests.concepts.conftest import concept, read, signed_in
from tests.concepts.test_concept_evidence import WORDS
from tests.conftest import enrol, make_course, make_person

PAGE = "/desk/concepts/"


def late_plan(learner: User, found: LearningConcept) -> None:
    """A plan whose first step should have been done three days ago."""
    with acting_as(learner):
        wish = Wish(name="My plan", concept_ids=[found.pk], weekly=(60,) * 7)
        plan = making.make(learner=learner, wish=wish, now=timezone.now())
        first = plan.steps.first()
        assert first
        LearningPlanStep.objects.filter(pk=first.pk).update(day=timezone.now().date() - timedelta(days=3))


@pytest.fixture
def class_of(ada: User, ben: User, tess: User, stocked: Course, data: LearningConcept) -> None:
    """Ada is behind, Ben is complete; Cleo learns in the same course with Uma."""
    cleo, uma = make_person("Cleo"), make_person("Uma", "trainer")
    with acting_as(SYSTEM):
        CourseTrainer.objects.create(course=stocked, trainer=uma)
    enrol(cleo, stocked, uma)
    with acting_as(ada):
        evidencing.say(concept=data, objective=1, words=WORDS, now=timezone.now())
    concept(ada, "Private matters")
    late_plan(ada, data)
    concept(ben, "Nets", course=stocked, places=("networks",))
    read(ben, stocked, "networks")
    concept(cleo, "Cleos own", course=stocked, places=("volumes",))


def test_it_shows_who_is_behind_and_what_they_say(class_of: None, tess: User, data: LearningConcept) -> None:
    browser = signed_in(tess)
    page = browser.get(PAGE).content.decode()
    assert page.index(">Ada<") < page.index(">Ben<")
    assert "1 step left over" in page
    assert "Private matters" not in page
    assert "Cleos own" not in page
    found = {state: browser.get(f"{PAGE}?state={state}").content.decode() for state in ("behind", "quiet", "complete")}
    assert [(">Ada<" in text, ">Ben<" in text) for text in found.values()] == [(True, False), (False, False), (False, True)]
    assert ">Ben<" in browser.get(f"{PAGE}?name=be").content.decode()
    for odd in ("?name=%00", "?from=-1", "?from=9999", "?state=x", "?course=nowhere", "?name=" + "x" * 5000):
        assert browser.get(PAGE + odd).status_code == 200
    one = browser.get(f"{PAGE}containers/{data.user_id}/").content.decode()
    assert WORDS in one
    assert "My plan" in one
    assert "Private matters" not in one


def test_it_is_for_those_who_train_them(
    class_of: None, ada: User, ben: User, rex: User, tess: User, data: LearningConcept
) -> None:
    with acting_as(SYSTEM):
        uma, cleo = User.objects.get(name="Uma"), User.objects.get(name="Cleo")
    make_course("elsewhere")
    one = f"{PAGE}containers/{data.user_id}/"
    for page in (PAGE, one):
        assert Client().get(page).headers["Location"].startswith("/account/sign-in/")
        assert signed_in(ada).get(page).status_code == 404
        assert signed_in(tess).post(page).status_code == 405
    assert signed_in(uma).get(one).status_code == 404
    assert ">Ada<" not in (hers := signed_in(uma).get(PAGE).content.decode())
    assert ">Cleo<" in hers
    assert signed_in(tess).get(f"{PAGE}elsewhere/{data.user_id}/").status_code == 404
    for learner in (cleo.pk, uuid.UUID(int=7)):
        assert signed_in(tess).get(f"{PAGE}containers/{learner}/").status_code == 404
    assert ">Cleo<" in signed_in(rex).get(PAGE).content.decode()
    with acting_as(tess):
        assert LearningPlan.objects.update(name="Mine") == 0


def test_it_asks_little_however_many_there_are(class_of: None, tess: User, stocked: Course, data: LearningConcept) -> None:
    browser, counts = signed_in(tess), []
    for number in (0, 12):
        with acting_as(SYSTEM):
            made = [User.objects.create(email=f"l{each}@example.com", name=f"L{each}") for each in range(number)]
            Enrolment.objects.bulk_create(Enrolment(learner=each, course=stocked, trainer=tess) for each in made)
            LearningConcept.objects.bulk_create(
                LearningConcept(user=each, course=stocked, name="Nets", category="x", difficulty="beginner") for each in made
            )
        for page in (PAGE, f"{PAGE}containers/{data.user_id}/"):
            browser.get(page)
            with CaptureQueriesContext(connection) as asked:
                browser.get(page)
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 16
