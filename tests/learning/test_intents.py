"""What kind of help a question asks for: the shipped head, held to examples of authors it has not seen."""

import json
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
from django.core.management import CommandError, call_command

from ai.embedding import default_embedder
from courses.models import Course
from learning.confidence import SPREAD, standing_out
from learning.evaluating.intending import measure, told_apart
from learning.evaluating.questions import examples
from learning.intents import kin
from learning.intents.head import shipped
from learning.intents.signs import INTENTS
from learning.intents.telling import judged, tell
from learning.intents.training import digest, train
from learning.management.commands.train_intents import EXAMPLES, KIN_EXAMPLES
from learning.searching import QuestionVector, vector_of
from tests.learning.retrieval_cast import Text, index

COVERED, FOREIGN = 0.9, 0.03  # how much a course may speak of a question
AHEAD = {COVERED: 0.45, FOREIGN: -0.13}  # how far its nearest passage stands out then


def told(question: str, *, relevance: float = COVERED, in_lab: bool = False) -> str:
    return tell(question, vector=vector_of(question), relevance=relevance, ahead=AHEAD[relevance], in_lab=in_lab).intent


@pytest.mark.parametrize(
    ("question", "relevance", "in_lab", "intent"),
    [
        ("hello!", COVERED, False, "out_of_scope"),
        ("Thank you", COVERED, True, "out_of_scope"),
        ("which chapter covers bind mounts?", COVERED, False, "navigation"),
        ("take me to the lab about volumes", FOREIGN, False, "navigation"),
        ("what is a layer", COVERED, False, "course_content"),
        ("what should I see after step 3?", COVERED, False, "lab_guidance"),
        ("is this right so far?", COVERED, True, "lab_guidance"),
        ("I have tried 5 times and step 2 keeps failing", COVERED, False, "lab_struggle"),
        ("still not working", COVERED, True, "lab_struggle"),
        ("what will the weather be like tomorrow", FOREIGN, False, "out_of_scope"),
        ("what is the interest on my account", COVERED, False, "course_content"),  # a course may be about banks
        ("can we get the slides of day 2 as pdf", COVERED, False, "course_content"),
        ("wie ist das Wetter morgen in Berlin?", FOREIGN, False, "course_content"),  # no example knows this language
        ("¿Cómo conservo los datos de la base?", FOREIGN, False, "course_content"),
        ("как сохранить данные", FOREIGN, False, "course_content"),
        ("how do I say “wo ist der Bahnhof” in Polish", FOREIGN, False, "out_of_scope"),
    ],
)
def test_it_tells_the_intent(question: str, relevance: float, in_lab: bool, intent: str) -> None:
    assert told(question, relevance=relevance, in_lab=in_lab) == intent


@pytest.mark.parametrize(
    ("question", "in_lab", "intent"),
    [("where is chapter 3", False, "navigation"), ("help", True, "lab_guidance"), ("why", False, "course_content")],
)
def test_it_goes_by_rules_without_a_vector_or_with_a_foreign_one(question: str, in_lab: bool, intent: str) -> None:
    foreign = QuestionVector(np.ones(8, np.float32), "another-model")
    for vector in (None, foreign):
        answer = tell(question, vector=vector, relevance=FOREIGN, ahead=0.0, in_lab=in_lab)
        assert (answer.intent, answer.is_sure) == (intent, False)


def test_it_takes_an_unsure_question_for_one_about_the_course() -> None:
    even = np.full(len(INTENTS), 1 / len(INTENTS))
    answer = judged(even, is_far=False)
    assert (answer.intent, answer.is_sure) == ("course_content", False)


@pytest.mark.parametrize(
    ("question", "ahead", "intent"),
    [
        ("how do I get candle wax out of a carpet", -0.15, "out_of_scope"),
        ("how do I get candle wax out of a carpet", 0.3, "course_content"),  # a course about cleaning
        ("Which colour do the cables of the training rack have?", -0.15, "course_content"),  # the course is silent: the trainer's
        ("what is the password of the training server", 0.05, "course_content"),
        ("do we get a certificate", -0.25, "course_content"),
        ("who set up the machines in our classroom", -0.15, "course_content"),
        ("wie bekomme ich kerzenwachs aus dem teppich", -0.15, "course_content"),  # no example is in German
        ('what does "wie bekomme ich kerzenwachs aus dem teppich" mean in english', -0.15, "out_of_scope"),
    ],
)
def test_it_leaves_to_the_trainer_what_only_the_course_misses(question: str, ahead: float, intent: str) -> None:
    assert tell(question, vector=vector_of(question), relevance=FOREIGN, ahead=ahead, in_lab=False).intent == intent


@dataclass
class Near:
    """A passage as the search found it, of a course with so many."""

    dense: float | None
    among: int
    kind: str = "course"
    score: float = 0.5
    lexical: float | None = None
    rank_dense: int | None = 1
    rank_lexical: int | None = None
    coverage: float = 0.0


def test_it_expects_less_of_few_passages() -> None:
    question = "what do I do when the oven smells of gas"
    vector = vector_of(question)
    told = [
        tell(question, vector=vector, relevance=FOREIGN, ahead=standing_out([Near(0.2, among)]), in_lab=False).intent
        for among in (10, 1000)
    ]
    assert told == ["course_content", "out_of_scope"]
    assert standing_out([Near(0.2, 1)]) == standing_out([Near(0.2, 0)]) == 0.2
    assert standing_out([]) == standing_out([Near(None, 10)]) == standing_out([Near(0.9, 10, kind="knowledge")]) == 0.0
    drawn = np.random.default_rng(7).normal(size=(400, 300)).max(axis=1).mean()
    assert -standing_out([Near(0.0, 300)]) / SPREAD == pytest.approx(drawn, rel=0.2)


def test_it_ships_the_weights_of_its_examples() -> None:
    read = examples(EXAMPLES)
    everything = [*read, *examples(KIN_EXAMPLES)]
    assert (shipped().examples, kin.shipped().examples) == (digest(read), digest(everything))
    assert (len(read) >= 500, len(everything) >= 2100) == (True, True)
    off = sum(each.intent == "out_of_scope" for each in everything)
    assert (len(kin.shipped().off), len(kin.shipped().ours)) == (off, len(everything) - off)
    assert {each.intent for each in read} == set(INTENTS)
    few = read[::12]
    vectors = default_embedder().embed([each.text for each in few])
    once, again = (train(few, vectors, "m").as_json() for _time in range(2))
    assert once == again


def test_it_holds_for_authors_it_has_not_seen() -> None:
    read = examples(EXAMPLES)
    vectors = default_embedder().embed([each.text for each in read])
    figures = measure(read, told_apart(read, vectors))
    assert figures["macro_f1"] >= 0.88, figures
    assert min(figures["by_author"].values()) >= 0.7, figures


def test_it_measures_intents_in_a_course(course: Course, tmp_path: Path) -> None:
    index(course, [Text("A volume keeps data.", "volumes", axis=0)])
    file = tmp_path / "asked.jsonl"
    rows = [{"text": "play some music", "intent": "out_of_scope"}, {"text": "where is chapter 2", "intent": "navigation"}]
    file.write_text("\n".join(json.dumps(row) for row in rows))
    out = StringIO()
    call_command("evaluate", "intents", "--examples", str(file), "--course", course.slug, "--json", stdout=out)
    result = json.loads(out.getvalue())
    assert (result["macro_f1"], result["off_topic_recall"], result["false_refusals"]) == (1, 1, 0)
    file.write_text('{"text": "a", "intent": "small talk"}')
    with pytest.raises(CommandError, match="line 1"):
        call_command("evaluate", "intents", "--examples", str(file))
