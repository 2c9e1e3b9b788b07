"""Each intent has its own path: a place, the next step, kind words, or one sentence on what the coach is for."""

import asyncio
import uuid
from pathlib import Path

import pytest

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import wayfinding
from coach.answering import answer_now
from coach.models import Escalation, Query
from coach.wayfinding import Stop
from courses.importing import apply, compare, read
from courses.models import Course
from learning.indexing import request_update, run_update
from learning.solutions import without_solutions
from tests.coach.conftest import answered, put

SECRET = "docker run --rm -v pgdata:/var/lib/postgresql/data postgres"
LAB = f"""---
id: lab-restore
title: Restore the database
day: 3
lab: true
---
# Restore the database

## Step 1: Stop what runs

1. Stop the container named notes.

## Step 2: Start it with the volume

1. Start the database again and give it the volume.

### Solution

{SECRET}

## If you are stuck

- The volume is empty when its name is spelled differently from the name in step 1.
"""
PLACES = [
    Stop(uuid.UUID(int=1), "volumes", "Volumes and bind mounts", 2, False, 1),
    Stop(uuid.UUID(int=2), "lab-db", "Keep the database", 2, True, 1),
    Stop(uuid.UUID(int=3), "networks", "Networks", 3, False, 2),
]


@pytest.fixture
def lab(taught: Course, tmp_path: Path) -> Course:
    (tmp_path / "lab-restore.md").write_text(LAB)
    with acting_as(SYSTEM):
        draft = read(tmp_path)
        apply(taught, draft, compare(taught, draft))
        update = request_update(taught, update_type="full", triggered_by="manual")
    run_update(update.pk)
    return taught


def said(learner: User, course: Course, question: str, place: str = "") -> Query:
    query = put(learner, course, question, place=place)
    asyncio.run(answer_now(query.pk, SYSTEM))
    return answered(learner, query)


@pytest.mark.django_db(transaction=True)
def test_it_answers_where_with_the_place_and_its_address(lab: Course, ada: User) -> None:
    turn = said(ada, lab, "where is the chapter on volumes?")
    assert turn.intent == "navigation"
    assert turn.response.answer.startswith("**Day 2, chapter 1, Volumes and bind mounts**")
    assert turn.response.reference_locations[0]["chapter_id"] == "volumes"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    "question", ["give me the solution of step 2", "hint for step 2 pls", "I'm stuck at step 2, tried 5 times"]
)
def test_it_helps_with_a_lab_and_keeps_the_solution(lab: Course, ada: User, question: str) -> None:
    turn = said(ada, lab, question, place="lab-restore")
    assert turn.intent in {"lab_guidance", "lab_struggle"}
    assert turn.response.is_lab_guidance
    assert turn.response.word_count <= 90
    assert turn.response.reference_locations[0]["lab_id"] == "lab-restore"
    assert "-v pgdata" not in turn.response.answer + str(turn.response.evidence)
    if turn.intent == "lab_struggle":
        assert "spelled differently" in turn.response.answer
        assert "ask your trainer" in turn.response.answer


@pytest.mark.django_db(transaction=True)
def test_it_says_what_it_is_for_and_burdens_nobody(lab: Course, ada: User) -> None:
    turn = said(ada, lab, "what will the weather be like in Lisbon tomorrow?")
    assert (turn.intent, turn.status, turn.response.label) == ("out_of_scope", "answered", "not_found")
    assert turn.response.answer.count(".") == 1
    assert "Containers" in turn.response.answer
    with acting_as(SYSTEM):
        assert not Escalation.objects.exists()


@pytest.mark.parametrize(
    ("question", "here", "place"),
    [
        ("take me to chapter 2", "", "networks"),
        ("open the first lab", "", "lab-db"),
        ("go to day three", "", "networks"),
        ("what is the next chapter", "lab-db", "networks"),
        ("previous lesson", "lab-db", "volumes"),
        ("next chapter", "networks", None),
        ("open chapter 9", "", None),
        ("open chapter two about cats", "", None),
    ],
)
def test_it_knows_places_by_number_and_order(question: str, here: str, place: str | None) -> None:
    stop = wayfinding.named_stop(question, PLACES, here)
    assert (stop.place_id if stop else None) == place


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Try.\n\n## Solution\n\nDone.\n\n## Next\n\nGo.", "Try.\n\n## Next\n\nGo."),
        ("## Sample solution 2\nx\n### Why\ny", ""),
        ("a\n\n<details><summary>Solution</summary>x</details>\n\nb", "a\n\n\n\nb"),
        ("```\n# Solution\n```\nA salt solution is mixed.", "```\n# Solution\n```\nA salt solution is mixed."),
    ],
    ids=["a section", "with what is below it", "folded", "not code and not chemistry"],
)
def test_it_cuts_solutions_out(text: str, left: str) -> None:
    assert without_solutions(text) == left
