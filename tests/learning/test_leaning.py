"""The leaning: what a kind of question adds to the confidence, and where it must add nothing."""

import json
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from courses.models import Course
from learning.confidence import confidence
from learning.leaning import MOST, fitted, leaning, shipped
from learning.searching import QuestionVector, vector_of
from tests.conftest import make_course
from tests.learning.retrieval_cast import Text, index
from tests.learning.test_confidence import NEAR, Found


def test_it_learns_which_questions_are_seldom_answered() -> None:
    ask, other, subject = np.eye(3)
    vectors = np.array([ask] * 20 + [other] * 20)
    answerable = [number % 4 == 0 for number in range(20)] + [number % 4 != 0 for number in range(20)]
    free = fitted(vectors, [0.7] * 40, answerable)
    assert free.of(vectors[:1]) < 0 < free.of(vectors[-1:])
    steady = fitted(vectors, [0.7] * 40, answerable, steady=np.array([subject] * 40))
    assert abs(steady.of(subject[None])) < 0.2
    assert np.abs(free.of(vectors * 1e6)).max() == MOST


def test_it_leans_from_what_texts_leave_out() -> None:
    seldom, often = (leaning(vector_of(text)) for text in ("Will lectures be recorded?", "What is the course about?"))
    assert seldom < often
    assert leaning(None) == leaning(QuestionVector(np.ones(8, np.float32), "another-model")) == 0
    assert "no text of them is here" in shipped().fitted_to


def test_it_moves_no_verified_answer_and_stays_between_0_and_1() -> None:
    assert confidence("q", NEAR, leaning=-1) < confidence("q", NEAR) < confidence("q", NEAR, leaning=1) < 1
    verified = [Found(0.95, kind="knowledge"), *NEAR]
    assert confidence("q", verified, leaning=-9) >= 0.8


@pytest.mark.django_db(transaction=True)
def test_it_is_fitted_to_several_courses_and_measured_apart(course: Course, tmp_path: Path) -> None:
    both = (course, make_course(slug="git", title="Git"))
    for each in both:
        index(each, [Text("A volume keeps data.", "volumes", axis=0), Text("An image has layers.", "images", axis=1)])
    asked = [("what keeps data", True), ("what has layers", True), ("when is the exam", False), ("are classes recorded", False)]
    rows = [{"course": each.slug, "question": text, "answerable": yes} for each in both for text, yes in asked]
    questions, made, out = tmp_path / "asked.jsonl", tmp_path / "leaning.json", StringIO()
    questions.write_text("\n".join(json.dumps(row) for row in rows))
    call_command(
        "evaluate", "confidence", "--questions", str(questions), "--fit", str(made), "--fitted-to", "us", "--json", stdout=out
    )
    result = json.loads(out.getvalue())
    assert result["auroc_apart"] == 1
    assert result["questions"] == 8
    assert (json.loads(made.read_text())["fitted_to"], len(json.loads(made.read_text())["weights"])) == ("us", 384)
    questions.write_text(json.dumps(rows[0]))
    with pytest.raises(CommandError, match="both kinds"):
        call_command("evaluate", "confidence", "--questions", str(questions), "--fit", str(made), stdout=StringIO())
