"""What moves a concept: chapters, labs, words, questions and hands; each movement with its reason, none of them twice."""

import threading
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import IntegrityError, connections, transaction
from django.utils import timezone

from accounts.door import acting_as
from accounts.models import User
from courses.models import ConceptEvidence, Course, LabAttempt, LearningConcept
from planning.concepts import adding, evidencing, seeing, timing
from planning.concepts.adding import Wanted
from planning.concepts.refusing import Refused
from tests.concepts.conftest import NOW, PLACES, again, concept, read

WORDS = "A volume is a folder that outlives the container which writes into it"


def tried(learner: User, course: Course, score: str, *, passed: bool) -> None:
    with acting_as(learner):
        LabAttempt.objects.create(
            learner=learner, course=course, lab_id="lab-data", finished_at=timezone.now(), score=score, passed=passed
        )


def test_it_moves_when_a_chapter_is_read_and_back_when_it_is_not(ada: User, stocked: Course, data: LearningConcept) -> None:
    read(ada, stocked, "volumes")
    moved = again(ada, data)
    assert (moved.completion_percentage, moved.last_studied is not None) == (25, True)
    read(ada, stocked, "volumes", done=False)
    assert again(ada, data).completion_percentage == 0
    with acting_as(ada):
        (line,) = seeing.movements(data)
    assert (line.why, line.withdrawn_at is not None) == ("Read “Volumes”", True)


def test_it_counts_the_best_try_of_a_lab(ada: User, stocked: Course, data: LearningConcept) -> None:
    tried(ada, stocked, "0.4", passed=False)
    assert again(ada, data).completion_percentage == 15
    tried(ada, stocked, "0.8", passed=True)
    tried(ada, stocked, "0.5", passed=False)
    assert again(ada, data).completion_percentage == 30
    with acting_as(ada):
        assert "Passed “Lab-Data”, 80 %" in [line.why for line in seeing.movements(data)]


def test_it_knows_what_was_read_before_it_was_there(ada: User, stocked: Course) -> None:
    read(ada, stocked, "volumes")
    read(ada, stocked, "mounts")
    late = concept(ada, course=stocked, places=PLACES)
    assert late.completion_percentage == Decimal("57.14")
    with acting_as(ada):
        assert sorted(line.moved or 0 for line in seeing.movements(late)) == [Decimal("28.57"), Decimal("28.57")]


def test_it_hears_an_objective_in_own_words(ada: User, data: LearningConcept) -> None:
    with acting_as(ada):
        for words in ("too short", "say what a volume is. Say what a volume IS!", ""):
            with pytest.raises(Refused):
                evidencing.say(concept=data, objective=1, words=words, now=NOW)
        evidencing.say(concept=data, objective=1, words=WORDS, now=NOW)
        evidencing.say(concept=data, objective=1, words=f"{WORDS} today", now=NOW)
    assert again(ada, data).completion_percentage == Decimal("12.50")
    with acting_as(ada):
        assert [line.said for line in seeing.movements(data)] == [f"{WORDS} today"]
        evidencing.take_back(concept=data, objective=1, now=NOW)
    assert again(ada, data).completion_percentage == 0


def test_it_goes_on_from_what_was_set_by_hand(ada: User, stocked: Course, data: LearningConcept) -> None:
    read(ada, stocked, "volumes")
    with acting_as(ada):
        evidencing.correct(concept=data, percent=60, why="I know it from work", now=timezone.now())
    assert again(ada, data).completion_percentage == 60
    read(ada, stocked, "mounts")
    assert again(ada, data).completion_percentage == Decimal("73.33")  # a third of what evidence had left
    with acting_as(ada):
        assert "Corrected by hand to 60 %" in [line.why for line in seeing.movements(data)]
        evidencing.uncorrect(data, timezone.now())
    assert again(ada, data).completion_percentage == 50


def test_it_cannot_be_pushed_past_the_evidence(ada: User, data: LearningConcept) -> None:
    with acting_as(ada):
        LearningConcept.objects.filter(pk=data.pk).update(completion_percentage=99, time_spent=500)
    found = again(ada, data)
    assert (found.completion_percentage, found.time_spent) == (0, 0)


def test_it_counts_questions_up_to_a_limit(ada: User, data: LearningConcept) -> None:
    with acting_as(ada):
        for number in range(8):
            evidencing.note_question(concept_id=data.pk, source=f"q:{number % 7}", question="Why?", url="/x", now=NOW)
    assert again(ada, data).completion_percentage == 15
    with acting_as(ada):
        for number in range(7):
            evidencing.forget_question(learner_id=ada.pk, source=f"q:{number}", now=NOW)
    assert again(ada, data).completion_percentage == 0


def test_it_counts_a_minute_once_whatever_is_open(ada: User, stocked: Course, data: LearningConcept) -> None:
    other = concept(ada, "Elsewhere", course=stocked, places=("networks",))
    with acting_as(ada):
        for seconds in (0, 20, 59, 60, 61):
            timing.beat(ada, timing.Open(concept_id=data.pk), NOW + timedelta(seconds=seconds))
        timing.beat(ada, timing.Open(concept_id=other.pk), NOW)
        timing.beat(ada, timing.Open(course="containers", place="volumes"), NOW + timedelta(minutes=5))
        timing.beat(ada, timing.Open(course="containers", place="nowhere"), NOW + timedelta(minutes=9))
    assert again(ada, data).time_spent == Decimal("0.05")
    assert again(ada, other).time_spent == 0


@pytest.mark.django_db(transaction=True)
def test_it_refuses_a_circle_even_from_two_sides_at_once(ada: User) -> None:
    first, second = concept(ada, "First"), concept(ada, "Second")
    met, refused = threading.Barrier(2), []

    def need(one: LearningConcept, other: LearningConcept) -> None:
        try:
            with acting_as(ada):
                met.wait(5)
                LearningConcept.objects.filter(pk=one.pk).update(prerequisites=[str(other.pk)])
        except IntegrityError:
            refused.append(one.name)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=need, args=pair) for pair in ((first, second), (second, first))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1


def test_it_refuses_circles_and_strangers_in_words(ada: User, ben: User) -> None:
    first = concept(ada, "First")
    second = concept(ada, "Second", prerequisites=(first.pk,))
    his = concept(ben, "His")
    with acting_as(ada):
        for needs in ((first.pk,), (second.pk,), (his.pk,)):
            with pytest.raises(Refused) as refusal:
                adding.change(concept=first, wanted=Wanted(name="First", prerequisites=needs))
            assert refusal.value.field == "prerequisites"
        with pytest.raises(IntegrityError), transaction.atomic():
            LearningConcept.objects.filter(pk=first.pk).update(prerequisites=[str(his.pk)])


def test_it_comes_back_for_a_day_and_is_then_gone(ada: User, stocked: Course, data: LearningConcept) -> None:
    needs = concept(ada, "After", prerequisites=(data.pk,))
    read(ada, stocked, "volumes")
    with acting_as(ada):
        adding.delete(data, NOW)
        assert list(seeing.own_concepts(ada)) == [needs]
        adding.restore(ada, data.pk)
        adding.delete(data, NOW)
    from accounts.door import SYSTEM

    with acting_as(SYSTEM):
        assert adding.clear_away(NOW + timedelta(hours=23)) == 0
        assert adding.clear_away(NOW + timedelta(hours=25)) == 1
        assert not ConceptEvidence.objects.filter(concept=data.pk).exists()
    assert again(ada, needs).prerequisites == []


@pytest.mark.parametrize(
    ("wanted", "field"),
    [
        ({"name": " "}, "name"),
        ({"name": "data"}, "name"),
        ({"name": "New", "estimated_hours": 0}, "estimated_hours"),
        ({"name": "New", "difficulty": "impossible"}, "difficulty"),
        ({"name": "New", "places": ("nowhere",)}, "places"),
        ({"name": "New", "objectives": [f"Line {n}" for n in range(21)]}, "objectives"),
    ],
    ids=["empty", "twice", "no-hours", "difficulty", "places", "objectives"],
)
def test_it_says_what_is_wrong(ada: User, stocked: Course, data: LearningConcept, wanted: dict[str, object], field: str) -> None:
    with acting_as(ada), pytest.raises(Refused) as refusal:
        adding.add(learner=ada, wanted=Wanted(**{"course": stocked, **wanted}))  # type: ignore[arg-type]
    assert refusal.value.field == field
