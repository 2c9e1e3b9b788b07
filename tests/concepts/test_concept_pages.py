"""Pages of concepts and plans: one's own only, every deed by POST, plain words for bad input, few queries."""

import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.door import acting_as
from accounts.models import User
from courses.models import ConceptEvidence, ConceptMinute, Course, LearningConcept, ModuleTopic
from planning.learning_plans import making
from planning.learning_plans.making import Wish
from planning.models import LearningPlan, LearningPlanStep
from tests.concepts.conftest import again, concept, signed_in
from tests.concepts.test_concept_evidence import WORDS

HTMX = {"HX-Request": "true"}
PLAN = {"name": "My plan", "adapts": "on", **{f"minutes_{day}": 60 for day in range(7)}}


@pytest.fixture
def browser(ada: User, stocked: Course) -> Client:
    return signed_in(ada)


@pytest.fixture
def plan(ada: User, data: LearningConcept) -> LearningPlan:
    with acting_as(ada):
        wish = Wish(name="My plan", concept_ids=[data.pk], weekly=(60,) * 7)
        return making.make(learner=ada, wish=wish, now=timezone.now())


def test_it_begins_empty(browser: Client) -> None:
    page = browser.get("/concepts/").content.decode()
    assert "No concepts yet" in page
    assert "Add a concept first" in browser.get("/concepts/plans/new/").content.decode()


def test_it_adds_a_topic_with_its_chapter(browser: Client, ada: User) -> None:
    with acting_as(ada):
        topic = ModuleTopic.objects.get(name="Volumes")
    answer = browser.post("/concepts/from-course", {"about": f"topic:{topic.pk}"})
    with acting_as(ada):
        made = LearningConcept.objects.get()
    assert answer.headers["Location"] == f"/concepts/{made.pk}/"
    assert (made.name, made.place_ids, made.topic_id) == ("Volumes", ["volumes"], topic.pk)
    assert browser.post("/concepts/from-course", {"about": f"topic:{topic.pk}"}).status_code == 422
    for nonsense in ("", "topic:", f"chapter:{uuid.uuid4()}", "x:y"):
        assert browser.post("/concepts/from-course", {"about": nonsense}).status_code == 422


def test_it_makes_changes_and_deletes_one_of_ones_own(browser: Client, ada: User, data: LearningConcept) -> None:
    given = {"name": "Knots", "difficulty": "beginner", "objectives": "Tie a bowline\nTie it blind", "prerequisites": [data.pk]}
    address = browser.post("/concepts/new/", given).headers["Location"]
    page = browser.get(address).content.decode()
    assert "Tie it blind" in page
    assert "This needs first:" in page
    changed = browser.post(
        f"{address}change/", given | {"name": "Hitches", "course": "containers", "places": ["containers/mounts"]}
    )
    assert changed.status_code == 302
    assert "Hitches" in browser.get(address).content.decode()
    circle = browser.post(
        f"/concepts/{data.pk}/change/", {"name": "Data", "difficulty": "beginner", "prerequisites": [address.split("/")[2]]}
    )
    assert circle.status_code == 422
    assert "in a circle" in circle.content.decode()
    gone = browser.post(f"{address}delete").headers["Location"]
    assert "Undo" in browser.get(gone).content.decode()
    assert browser.get(address).status_code == 404
    assert browser.post(f"{address}restore").headers["Location"] == address


def test_it_says_an_objective_and_corrects_by_hand(browser: Client, ada: User, data: LearningConcept) -> None:
    address = f"/concepts/{data.pk}"
    refused = browser.post(f"{address}/objectives/1", {"words": "no"})
    assert refused.status_code == 422
    assert "8 words or more" in refused.content.decode()
    browser.post(f"{address}/objectives/1", {"words": WORDS})
    assert WORDS in browser.get(f"{address}/").content.decode()
    assert browser.post(f"{address}/correct", {"percent": 101}).status_code == 422
    browser.post(f"{address}/correct", {"percent": 80, "why": "from work"})
    assert again(ada, data).completion_percentage == 80
    assert "corrected by hand" in browser.get(f"{address}/").content.decode()
    browser.post(f"{address}/correct", {"back": "yes"})
    browser.post(f"{address}/objectives/1", {"back": "yes"})
    assert again(ada, data).completion_percentage == 0


def test_it_counts_the_minute_of_an_open_page(browser: Client, ada: User, data: LearningConcept) -> None:
    for given in ({"concept": data.pk}, {"course": "containers", "place": "volumes"}, {"thread": "x"}, {"place": "a\x00b"}):
        assert browser.post("/concepts/beat", given).status_code == 204
    with acting_as(ada):
        assert ConceptMinute.objects.count() in {1, 2}  # two when a minute ended in between
    assert 'data-studies="course=containers&amp;place=volumes"' in browser.get("/courses/containers/volumes/").content.decode()


def test_it_makes_a_plan_and_shows_its_days(browser: Client, ada: User, data: LearningConcept) -> None:
    address = browser.post("/concepts/plans/new/", PLAN | {"concepts": [data.pk]}).headers["Location"]
    page = browser.get(address).content.decode()
    assert "Today" in page
    assert "Volumes" in page
    assert "My plan" in browser.get("/concepts/").content.decode()
    again_ = browser.post("/concepts/plans/new/", PLAN | {"concepts": [data.pk]})
    assert again_.status_code == 422
    assert "exactly these concepts" in again_.content.decode()


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({f"minutes_{day}": 0 for day in range(7)}, "A plan needs time"),
        ({"deadline": "2020-01-01"}, "is in the past"),
        ({"deadline": "2099-01-01"}, "three years at most"),
        ({"deadline": "soon"}, "valid date"),
        ({"concepts": []}, "Choose at least one concept"),
        ({"concepts": [str(uuid.UUID(int=7))]}, "not one of the available choices"),
    ],
    ids=["no-hours", "past", "far", "nonsense", "none", "stranger"],
)
def test_it_says_what_is_wrong_with_a_plan(browser: Client, data: LearningConcept, given: dict[str, Any], words: str) -> None:
    answer = browser.post("/concepts/plans/new/", PLAN | {"concepts": [data.pk]} | given)
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_it_ticks_moves_pauses_and_abandons(browser: Client, ada: User, plan: LearningPlan) -> None:
    address = f"/concepts/plans/{plan.pk}"
    with acting_as(ada):
        first, last = plan.steps.first(), plan.steps.last()
    page = browser.post(f"/concepts/plans/steps/{first.pk}/done", {"done": "yes"}, headers=HTMX).content.decode()
    assert page.startswith("{#") is False
    assert "<html" not in page
    assert "1 step done" in page
    assert browser.post(f"/concepts/plans/steps/{last.pk}/move", {"day": "2020-01-01"}).status_code == 422
    assert browser.post(f"/concepts/plans/steps/{last.pk}/move", {"day": "x"}).status_code == 422
    day = timezone.now().date() + timedelta(days=20)
    moved = browser.post(f"/concepts/plans/steps/{last.pk}/move", {"day": day.isoformat()})
    assert moved.headers["Location"] == f"{address}/#step-{last.pk}"
    assert "moved by you" in browser.get(f"{address}/").content.decode()
    assert browser.post(f"{address}/replan").status_code == 302
    for state, words in (("paused", "Go on from today"), ("active", "Pause"), ("abandoned", "Undo"), ("active", "Pause")):
        assert browser.post(f"{address}/state", {"to": state}).status_code == 302
        assert words in browser.get(f"{address}/").content.decode()
    assert browser.post(f"{address}/change/", PLAN | {"concepts": [plan.concepts[0]["id"]], "name": "New"}).status_code == 302


DEEDS = ["change/", "objectives/1", "correct", "active", "delete", "restore"]
PLAN_DEEDS = ["change/", "replan", "state"]


def test_it_is_nobody_elses(ben: User, tess: User, ada: User, data: LearningConcept, plan: LearningPlan) -> None:
    with acting_as(ada):
        step = LearningPlanStep.objects.filter(plan=plan).first()
    for person in (ben, tess):
        client = signed_in(person)
        assert "Data" not in client.get("/concepts/").content.decode()
        assert client.get(f"/concepts/{data.pk}/").status_code == 404
        assert client.get(f"/concepts/plans/{plan.pk}/").status_code == 404
        answers = [client.post(f"/concepts/{data.pk}/{deed}").status_code for deed in DEEDS]
        answers += [client.post(f"/concepts/plans/{plan.pk}/{deed}").status_code for deed in PLAN_DEEDS]
        answers += [client.post(f"/concepts/plans/steps/{step.pk}/{deed}").status_code for deed in ("done", "move")]
        assert set(answers) == {404}


def test_it_asks_strangers_to_sign_in_and_wants_post(browser: Client, data: LearningConcept, plan: LearningPlan) -> None:
    for path in ("/concepts/", f"/concepts/{data.pk}/", "/concepts/new/", f"/concepts/plans/{plan.pk}/", "/concepts/plans/new/"):
        assert Client().get(path).headers["Location"].startswith("/account/sign-in/")
        assert browser.delete(path).status_code == 405
    for path in [f"/concepts/{data.pk}/{deed}" for deed in DEEDS[1:]] + ["/concepts/beat", f"/concepts/plans/{plan.pk}/state"]:
        assert browser.get(path).status_code == 405
        assert Client().post(path).headers["Location"].startswith("/account/sign-in/")


def test_it_asks_little_however_much_there_is(browser: Client, ada: User, stocked: Course, plan: LearningPlan) -> None:
    counts = []
    for number in (1, 12):
        for each in range(number):
            concept(ada, f"Concept {number} {each}", course=stocked, places=("volumes", "lab-nets"), objectives=("Say it",))
        found = []
        for path in ("/concepts/", f"/concepts/plans/{plan.pk}/"):
            browser.get(path)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                browser.get(path)
            found.append(len(asked))
        counts.append(found)
    assert counts[0] == counts[1]
    assert max(counts[0]) <= 22


def test_it_shows_trainers_how_their_learners_fare(tess: User, ben: User, ada: User, data: LearningConcept) -> None:
    own = concept(ada, "Private matters")
    with acting_as(ada):
        ConceptEvidence.objects.create(concept=own, user=ada, kind="question", source="q")
    with acting_as(tess):
        assert list(LearningConcept.objects.values_list("name", flat=True)) == ["Data"]
        assert not ConceptEvidence.objects.exists()
        assert LearningConcept.objects.filter(pk=data.pk).update(name="Mine") == 0
    with acting_as(ben):
        assert not LearningConcept.objects.exists()
