"""Threads, concepts and plans in Django admin: admins look, and change nothing but a plan that must pause."""

import pytest
from django.utils import timezone

from accounts.door import acting_as
from accounts.models import User
from courses.models import Course, LearningConcept
from planning.concepts import evidencing
from planning.learning_plans import making
from planning.learning_plans.making import Wish
from planning.models import LearningPlan
from tests.concepts.conftest import concept
from tests.concepts.test_concept_evidence import WORDS
from tests.mentor.conftest import VOLUME, ask_now, signed_in, thread_of

pytestmark = pytest.mark.django_db(transaction=True)
LISTS = ("ai/conversation", "mentor/chat", "courses/learningconcept", "planning/learningplan")


@pytest.fixture
def plan(taught: Course, ada: User) -> LearningPlan:
    """Of a concept of which something was said, beside a thread with a question."""
    ask_now(ada, thread_of(ada, taught, "About data"))
    made: LearningConcept = concept(ada, course=taught, places=("volumes",), objectives=("Say what a volume is",))
    with acting_as(ada):
        evidencing.say(concept=made, objective=1, words=WORDS, now=timezone.now())
        wish = Wish(name="My plan", concept_ids=[made.pk], weekly=(60,) * 7)
        return making.make(learner=ada, wish=wish, now=timezone.now())


def test_it_shows_admins_what_there_is(plan: LearningPlan, rex: User, ada: User, django_assert_max_num_queries) -> None:
    browser = signed_in(rex)
    for place, words in zip(LISTS, ("About data", VOLUME[:40], "Data", "0 of 1"), strict=True):
        with django_assert_max_num_queries(16):
            page = browser.get(f"/admin/{place}/").content.decode()
        assert words in page, place
        assert browser.get(f"/admin/{place}/add/").status_code in (403, 404)
        assert signed_in(ada).get(f"/admin/{place}/").status_code == 404
    with acting_as(rex):
        thread = plan.user.conversations.get()
        found = plan.concepts[0]["id"]
    for place, words in ((f"ai/conversation/{thread.pk}", VOLUME[:40]), (f"courses/learningconcept/{found}", WORDS[:40])):
        assert words in browser.get(f"/admin/{place}/change/").content.decode()
    page = browser.get(f"/admin/planning/learningplan/{plan.pk}/change/")
    assert "Volumes and bind mounts" in page.content.decode()
    assert browser.post(f"/admin/planning/learningplan/{plan.pk}/change/", {"name": "Mine"}).status_code in (403, 404)


def test_it_pauses_a_plan(plan: LearningPlan, rex: User, ada: User) -> None:
    given = {"action": "pause", "_selected_action": [str(plan.pk)]}
    for _again in range(2):
        assert signed_in(rex).post("/admin/planning/learningplan/", given).status_code == 302
    with acting_as(ada):
        plan.refresh_from_db()
    assert plan.state == "paused"
