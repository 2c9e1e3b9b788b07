"""`manage.py evaluate marking`: marks answers that people marked, or fits the marker's weights to them."""

from argparse import ArgumentParser
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import CommandError
from django.utils.translation import gettext as _

from ai.embedding import EmbeddingUnavailable, default_embedder
from ai.providers.completing import has_model
from ai.providers.events import Attempt
from learning.evaluating.kinds import Kind
from planning.marking import confidence, fitting
from planning.marking.features import Expected, TextVectors, figures, texts_of
from planning.marking.lasting import Embed
from planning.marking.marked_answers import HELP, MarkedAnswer, read
from planning.marking.marks import Mark
from planning.marking.measuring import Proposed, measure
from planning.marking.rubric import checked, mark_with_model
from planning.marking.texts import Counted, counted
from planning.marking.transparent import mark_all
from planning.marking.weighing import BOTH, WORDS, written

AT_ONCE = 200  # answers marked together


def add_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("--answers", required=True, type=Path, metavar="FILE", help="lines of JSON as above")
    parser.add_argument("--model", action="store_true", help="ask the language model")
    parser.add_argument("--words", action="store_true", help="without vectors")
    parser.add_argument("--fit", type=Path, metavar="FILE", help="find the weights anew and write them here")
    parser.add_argument("--limit", type=int, metavar="N", help="only the first N lines")
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def evaluate(options: dict[str, Any]) -> dict[str, Any]:
    path: Path = options["answers"]
    answers = read(path, options["limit"])
    head = {"course": path.name, "questions": len(answers)}
    if options["fit"]:
        return head | _fit(answers, path, options["fit"])
    marks = (
        _by_model(answers)
        if options["model"]
        else mark_all([one.task for one in answers], None if options["words"] else _embed())
    )
    return head | measure(answers, [Proposed(mark.share, mark.confidence) for mark in marks])


def _embed() -> Embed:
    try:
        return default_embedder().embed
    except EmbeddingUnavailable as error:
        raise CommandError(_("There are no vectors: %(reason)s. Measure with --words.") % {"reason": error}) from error


def _by_model(answers: Sequence[MarkedAnswer]) -> list[Mark]:
    if not has_model():
        raise CommandError(_("There is no language model: none is connected, and LLM_MODEL is not set."))
    attempts: list[Attempt] = []
    embed = _embed()
    without = by_rule(answers, embed)
    asked = (mark_with_model(one.task, attempts=attempts) for one in answers)
    return [checked(mark, other) if mark else other for mark, other in zip(asked, without, strict=True)]


def by_rule(answers: Sequence[MarkedAnswer], embed: Embed | None) -> list[Mark]:
    """In parts, so that a large file needs no more memory than a small one."""
    parts = (answers[start : start + AT_ONCE] for start in range(0, len(answers), AT_ONCE))
    return [mark for part in parts for mark in mark_all([one.task for one in part], embed)]


def _fit(answers: Sequence[MarkedAnswer], path: Path, target: Path) -> dict[str, Any]:
    """Write the weights; the figures are of weights that had not seen the question."""
    seen = Judged(answers, _embed())
    if len({one.task.question for one in answers}) < 3:
        raise CommandError(_("A fit needs answers to at least three questions."))
    found = {way: fitting.fit(seen.samples, way) for way in (BOTH, WORDS)}
    measured = {way: measure(answers, seen.unseen(way)) for way in (BOTH, WORDS)}
    questions = len({one.task.question for one in answers})
    about = {
        "fitted": date.today().isoformat(),
        "answers": len(answers),
        "questions": questions,
        "on unseen questions": {
            way: {name: value for name, value in figures.items() if isinstance(value, float)} for way, figures in measured.items()
        },
    }
    target.write_text(written(found, about), encoding="utf-8")
    return measured[BOTH]


class Judged:
    """Answers with their figures; those of which nothing counts are marked by rule and stay out of the fit."""

    def __init__(self, answers: Sequence[MarkedAnswer], embed: Embed) -> None:
        self.answers = answers
        self.expected = {one.task.question: _expected(one) for one in answers}
        self.counted = [counted(one.task.answer, one.task.question) for one in answers]
        self.rows = [row for row, one in enumerate(self.counted) if not one.is_empty]
        self.vectors = _vectors(list(self.expected.values()), self.counted, embed)
        questions = [answers[row].task.question for row in self.rows]
        others = fitting.strangers(questions, lambda row, question: self._figures(question, self.counted[self.rows[row]]))
        self.samples = [*(self._sample(row) for row in self.rows), *others]

    def unseen(self, way: str) -> list[Proposed]:
        proposed = [Proposed(0.0, confidence.BLANK)] * len(self.answers)
        for row, sample, seen in zip(self.rows, self.samples, fitting.held_out(self.samples, way), strict=False):
            within = confidence.tolerance(self.answers[row].maximum)
            proposed[row] = Proposed(seen.share, confidence.as_score(seen.weights.chance(sample.figures, seen.share, within)))
        return proposed

    def _sample(self, row: int) -> fitting.Sample:
        one = self.answers[row]
        return fitting.Sample(self._figures(one.task.question, self.counted[row]), one.share, one.task.question)

    def _figures(self, question: str, answer: Counted) -> dict[str, float]:
        return figures(self.expected[question], answer, self.vectors)


def _vectors(expected: Sequence[Expected], answers: Sequence[Counted], embed: Embed) -> TextVectors:
    texts = texts_of(expected, answers)
    rows: np.ndarray = embed(texts)
    return dict(zip(texts, rows, strict=True))


def _expected(one: MarkedAnswer) -> Expected:
    """What the weights are fitted against: the first reference, else the scheme."""
    text = one.task.references[0] if one.task.references else "\n".join(point.text for point in one.task.points)
    return Expected(text, one.task.question)


KIND = Kind("marking", HELP, add_arguments, evaluate)
