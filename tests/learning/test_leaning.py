"""The leaning: what a kind of question and the sentences of a course add to the confidence, and where they must add nothing."""

import json
from dataclasses import asdict, dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from courses.models import Course
from learning.confidence import confidence
from learning.leaning.fitting import Asked, fitted
from learning.leaning.signs import FORMS_FROM, signs
from learning.leaning.telling import FILE, MOST, STRETCH, Leaning, leaning, log_odds, read, shipped
from learning.searching import QuestionVector, vector_of
from tests.conftest import make_course
from tests.learning.retrieval_cast import Text, index
from tests.learning.test_confidence import NEAR, Found

ASK, OTHER, SUBJECT = np.eye(3)
THRESHOLD = float(Course().escalation_threshold)
WRITTEN = FILE.parent / "written"


@dataclass(frozen=True)
class Holding(Found):
    """A passage with its text."""

    content: str = ""


def made(vectors: np.ndarray, near: np.ndarray, answerable: np.ndarray) -> Asked:
    seen = np.zeros((len(near), FORMS_FROM + 1))
    seen[:, FORMS_FROM - 1] = near
    return Asked(vectors, np.tile([0.69, 0.69, 0.71, 0.71], len(near) // 4), seen, answerable, np.zeros(len(near), bool))


def test_it_learns_which_questions_are_seldom_answered() -> None:
    vectors, right = np.array([ASK] * 20 + [OTHER] * 20), np.array([number % 4 == 0 for number in range(20)] * 2)
    asked = made(vectors, np.zeros(40), np.where(np.arange(40) < 20, right, ~right))
    free = fitted(asked)
    told = free.of(vectors, [THRESHOLD] * 40, asked.signs)
    assert told[0] < 0 < told[-1]
    assert np.abs(free.of(vectors * 1e6, [THRESHOLD] * 40, asked.signs)).max() == pytest.approx(MOST * STRETCH)
    unsteady, still = (fitted(asked, steady=steady) for steady in (None, np.array([ASK] * 200)))
    assert abs(still.weights[0]) < abs(unsteady.weights[0])


def test_it_stretches_away_from_the_threshold() -> None:
    relevances = np.array([0.1, 0.34, 0.36, 0.9])
    level = Leaning("m", "us", 0.0, np.zeros(5), np.zeros(1), np.zeros((1, 5)), np.zeros(1), np.ones(1))  # leans to no side
    added = level.of(np.zeros((4, 3)), relevances, np.zeros((4, 1)))
    sure = 1 / (1 + np.exp(-log_odds(relevances) - added))
    assert sorted(sure) == list(sure)
    assert [bool(each > THRESHOLD) for each in sure] == [False, False, True, True]
    assert sure[0] < 0.1 < 0.9 < sure[-1]


def test_it_knows_of_which_questions_a_near_sentence_is_worth_much() -> None:
    near = np.tile([1.0, -1.0], 20)
    vectors = np.array([ASK] * 20 + [OTHER] * 20)
    asked = made(vectors, near, np.where(np.arange(40) < 20, near > 0, near < 0))  # of the others it speaks against an answer
    told = fitted(asked).of(vectors, [0.7] * 40, asked.signs)
    assert told[0] > told[1]
    assert told[-2] < told[-1]


def test_it_sees_the_sentence_that_stands_in_a_long_passage() -> None:
    passage = holding(NEAR[0], "Bring boots. " * 30 + "Lectures are recorded. " + "Read the notes. " * 30)
    question = "Are lectures recorded?"
    vector = np.array([1.0, 0.0])
    seen = signs(question, vector, [passage], lambda texts: np.array([[float("record" in text), 0.1] for text in texts]))
    assert seen[FORMS_FROM - 3] == 1
    assert signs(question, vector, [holding(NEAR[0], "")], lambda _texts: np.zeros((0, 2)))[FORMS_FROM - 3] == 0


def holding(found: Found, content: str) -> "Holding":
    return Holding(**asdict(found), content=content)


def test_it_leans_from_what_texts_leave_out() -> None:
    course = [holding(Found(0.5, 0.4, coverage=0.3), "The course is about soil. It has lectures and a final examination.")]
    often, seldom = (leaning(text, vector_of(text), course) for text in ("What is the course about?", "Is the final open book?"))
    assert seldom < often
    stranger = QuestionVector(np.ones(8, np.float32), "another-model")
    assert leaning("q", None, course) == leaning("q", stranger, course) == leaning("q", vector_of("q"), []) == 0
    assert "no vector of them is here" in shipped().fitted_to


def test_it_comes_back_from_its_file(tmp_path: Path) -> None:
    vectors = np.random.default_rng(0).normal(size=(40, 3))
    asked = made(vectors, np.zeros(40), np.arange(40) % 2 == 0)
    learnt = fitted(asked, embedder="m", fitted_to="us")
    learnt.save(tmp_path / "weights.npz")
    again = read(tmp_path / "weights.npz")
    assert (again.embedder, again.fitted_to) == ("m", "us")
    given = (asked.vectors, asked.relevances.tolist(), asked.signs)
    assert np.allclose(again.of(*given), learnt.of(*given), atol=0.05)


def test_it_moves_no_verified_answer_and_stays_between_0_and_1() -> None:
    assert confidence("q", NEAR, leaning=-1) < confidence("q", NEAR) < confidence("q", NEAR, leaning=1) < 1
    verified = [Found(0.95, kind="knowledge"), *NEAR]
    assert confidence("q", verified, leaning=-9) >= 0.8


def test_it_asks_of_each_course_of_ours_what_it_tells_and_what_it_does_not() -> None:
    rows = [json.loads(line) for line in (WRITTEN / "questions.jsonl").read_text().splitlines()]
    folders = {path.name for path in WRITTEN.iterdir() if path.is_dir()}
    assert (
        {row["course"] for row in rows if row["answerable"]}
        == {row["course"] for row in rows if not row["answerable"]}
        == folders
    )
    asked = [(row["course"], row["question"].lower()) for row in rows]
    assert len(set(asked)) == len(asked)


@pytest.mark.django_db(transaction=True)
def test_it_is_fitted_to_several_courses_and_measured_apart(course: Course, tmp_path: Path) -> None:
    both = (course, make_course(slug="git", title="Git"))
    for each in both:
        index(each, [Text("A volume keeps data.", "volumes", axis=0), Text("An image has layers.", "images", axis=1)])
    asked = [("what keeps data", True), ("what has layers", True), ("when is the exam", False), ("are classes recorded", False)]
    rows = [{"course": each.slug, "question": text, "answerable": yes} for each in both for text, yes in asked]
    questions, weights, out = tmp_path / "asked.jsonl", tmp_path / "weights.npz", StringIO()
    questions.write_text("\n".join(json.dumps(row) for row in rows))
    options = ("--beside", str(questions), "--fit", str(weights), "--fitted-to", "us", "--json")
    call_command("evaluate", "confidence", "--questions", str(questions), *options, stdout=out)
    result = json.loads(out.getvalue())
    assert result["auroc_apart"] == result["auroc_apart_beside"] == 1
    assert result["questions"] == 8
    assert (read(weights).fitted_to, read(weights).directions.shape[1]) == ("us", len(read(weights).weights))
    questions.write_text(json.dumps(rows[0]))
    with pytest.raises(CommandError, match="both kinds"):
        call_command("evaluate", "confidence", "--questions", str(questions), "--fit", str(weights), stdout=StringIO())
