"""`manage.py evaluate retrieval|intents|duplicates|...`: how good search and judgements are, on known data."""

import json
from argparse import ArgumentParser, RawDescriptionHelpFormatter
from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby
from pathlib import Path
from typing import Any

import numpy as np
from django.core.management.base import BaseCommand, CommandError
from django.utils.translation import gettext as _

from accounts.door import SYSTEM, acting_as
from ai.embedding import EmbeddingUnavailable, default_embedder
from ai.providers.completing import has_model
from courses.models import Chapter, Course, Lab
from learning.evaluating import doubles, feelings, finding, intending, trusting
from learning.evaluating.kinds import further_kinds
from learning.evaluating.questions import Answerable, BrokenFile, Expectation, answerables, examples, expectations, pairs
from learning.evaluating.questions import feelings as lines_of_feelings
from learning.intents.signs import OFF_TOPIC
from learning.leaning.fitting import Asked, fitted
from learning.management.commands.train_intents import EXAMPLES, KIN_EXAMPLES
from learning.models import QualitySet
from learning.quality.completing import RunFailed, completed

RETRIEVAL_HELP = """
How often the right page is among the first 1, 3, 5 and 10 pages, the mean reciprocal rank within 5, and the time of the
search, for words alone (lexical), meaning alone (dense) and both (hybrid). A page counts once, by its best passage.

Each line of the file is one JSON object; any one of the expected chapters (or labs) is right:

    {"question": "Why is my volume empty?", "expected": ["05-volumes-and-bind-mounts"]}
"""
CONFIDENCE_HELP = """
How well the confidence tells questions that the course answers from those it does not: the area under the ROC curve, the
shares on either side of the course's threshold, the share of wrong answers among the most confident ones, and how true the
figures are: expected calibration error (ece, ten bins) and Brier score, as they are and as they would be after verdicts on such
answers (each fifth of the questions by a map that was fitted to the other four).

Each line of the file is one JSON object, with "answerable" or with the chapters that answer it, none for nothing:

    {"question": "When is the exam?", "answerable": false}
    {"question": "Why is my volume empty?", "expected": ["05-volumes-and-bind-mounts"]}

Lines of several courses name theirs ("course": its slug). Then auroc_apart says what a leaning that was fitted to the other
courses reaches in each, and --fit writes the leaning of all of them to a file (the product reads learning/leaning/weights.npz).
--beside names questions of courses that we wrote, to be learnt from as well (learning/leaning/written/questions.jsonl, whose
courses are the folders there, to be imported first); auroc_apart_beside says the same of these.
"""
DUPLICATES_HELP = """
How well the similarity of learning items tells those that ask for the same from those that only sound alike: precision and
recall at the threshold that the product uses (now), at the best one for these pairs, and in steps.

Each line of the file is one JSON object; a text is a question and its answer, with a line break between them:

    {"first": "When is the exam?\\nOn 12 June.", "second": "Exam date?\\nThe 12th of June.", "duplicate": true}
"""
QUALITY_HELP = """
Run the sets of questions that trainers keep at the desk, as the button there does: the same figures, kept as a run that the
desk shows, and what got better and worse since the run before.
"""
SENTIMENT_HELP = """
How well the mood of what people say is told: accuracy, the mean F1 of the four moods, and what was taken for what. Without a
model as the product does it on its own; with --model as the configured language model says it.

Each line of the file is one JSON object:

    {"text": "I lost my data again. This is really frustrating.", "expected": "negative"}

"expected" is one of positive, neutral, negative, mixed.
"""
INTENTS_HELP = """
How well the kind of help that a question asks for is told: accuracy, the mean F1 of the five intents, each one's F1, and what
was taken for what. Without --examples, our own are judged, each by a head that has seen nothing of its author. With --examples
the head of the product judges them, and with --course as well, what is off-topic is told with the search of that course, as in
the product.

Each line of the file is one JSON object; "author" (in whose manner it is written) and "lab" (asked beside one) may be missing:

    {"text": "hint for step 2 pls", "intent": "lab_guidance", "author": "texting", "lab": true}

"intent" is one of course_content, navigation, lab_guidance, lab_struggle, out_of_scope.
"""


class Command(BaseCommand):
    help = "Measure retrieval, confidence, intents, duplicates or sentiment on known answers, or run a trainer's sets."

    def add_arguments(self, parser: ArgumentParser) -> None:
        kinds = parser.add_subparsers(dest="kind", required=True)
        for kind, text in (("retrieval", RETRIEVAL_HELP), ("confidence", CONFIDENCE_HELP)):
            sub = kinds.add_parser(kind, description=text, formatter_class=RawDescriptionHelpFormatter)
            sub.add_argument("--course", required=kind == "retrieval", metavar="SLUG", help="the course to search in")
            sub.add_argument("--questions", required=True, type=Path, metavar="FILE", help="lines of JSON as above")
            sub.add_argument("--limit", type=int, metavar="N", help="only the first N questions")
            sub.add_argument("--json", action="store_true", help="print one JSON object")
            if kind == "confidence":
                sub.add_argument("--fit", type=Path, metavar="FILE", help="write the leaning that was fitted to these answers")
                sub.add_argument("--beside", type=Path, metavar="FILE", help="questions of courses of ours to learn from as well")
                sub.add_argument("--fitted-to", default="", metavar="TEXT", help="what the file says that it was fitted to")
        sub = kinds.add_parser("quality", description=QUALITY_HELP, formatter_class=RawDescriptionHelpFormatter)
        sub.add_argument("--course", required=True, metavar="SLUG", help="the course whose sets are run")
        sub.add_argument("--set", metavar="NAME", help="only this set")
        sub.add_argument("--json", action="store_true", help="print one JSON object")
        sub = kinds.add_parser("duplicates", description=DUPLICATES_HELP, formatter_class=RawDescriptionHelpFormatter)
        sub.add_argument("--pairs", required=True, type=Path, metavar="FILE", help="lines of JSON as above")
        sub.add_argument("--limit", type=int, metavar="N", help="only the first N pairs")
        sub.add_argument("--json", action="store_true", help="print one JSON object")
        sub = kinds.add_parser("sentiment", description=SENTIMENT_HELP, formatter_class=RawDescriptionHelpFormatter)
        sub.add_argument("--file", required=True, type=Path, metavar="FILE", help="lines of JSON as above")
        sub.add_argument("--model", action="store_true", help="ask the language model")
        sub.add_argument("--limit", type=int, metavar="N", help="only the first N lines")
        sub.add_argument("--json", action="store_true", help="print one JSON object")
        for further in further_kinds().values():
            further.add_arguments(
                kinds.add_parser(further.name, description=further.text, formatter_class=RawDescriptionHelpFormatter)
            )

        sub = kinds.add_parser("intents", description=INTENTS_HELP, formatter_class=RawDescriptionHelpFormatter)
        sub.add_argument("--examples", type=Path, metavar="FILE", help="lines of JSON as above; ours by default")
        sub.add_argument("--course", metavar="SLUG", help="the course they are asked in")
        sub.add_argument("--limit", type=int, metavar="N", help="only the first N lines")
        sub.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *, kind: str, limit: int | None = None, **options: Any) -> None:
        if limit is not None and limit < 1:
            raise CommandError(_("--limit must be at least 1."))
        try:
            result = self._measured(kind, limit, options)
        except (BrokenFile, RunFailed) as error:
            raise CommandError(str(error)) from error
        self.stdout.write(json.dumps(result, indent=2) if options["json"] else _table(result))

    def _measured(self, kind: str, limit: int | None, options: dict[str, Any]) -> dict[str, Any]:
        if further := further_kinds().get(kind):
            return further.measure(options | {"limit": limit})
        if kind == "duplicates":
            return self._duplicates(options["pairs"], limit)
        if kind == "sentiment":
            return self._sentiment(options["file"], limit, with_model=options["model"])
        if kind == "intents":
            return self._intents(options["examples"], options["course"], limit)
        if kind == "quality":
            return self._quality(options["course"], options["set"])
        return self._retrieval(options, limit) if kind == "retrieval" else self._confidence(options, limit)

    def _duplicates(self, path: Path, limit: int | None) -> dict[str, Any]:
        read = pairs(path, limit)
        vectors = self._embed([*(pair.first for pair in read), *(pair.second for pair in read)])
        if vectors is None:
            raise CommandError(_("Duplicates are found by vectors, and there are none."))
        return {"course": path.name, "questions": len(read), **doubles.measure(read, vectors)}

    def _intents(self, path: Path | None, slug: str | None, limit: int | None) -> dict[str, Any]:
        read = examples(path or EXAMPLES, limit)
        vectors = self._embed([each.text for each in read])
        if vectors is None:
            raise CommandError(_("Intents are told by vectors, and there are none."))
        if slug:
            with acting_as(SYSTEM):
                told = intending.told_in(_course(slug).pk, read, vectors)
        else:
            told = intending.told_by_sound(read, vectors) if path else intending.told_apart(read, vectors)
        return {"course": slug or (path or EXAMPLES).name, "questions": len(read), **intending.measure(read, told)}

    def _sentiment(self, path: Path, limit: int | None, *, with_model: bool) -> dict[str, Any]:
        if with_model and not has_model():
            raise CommandError(_("There is no language model: none is connected, and LLM_MODEL is not set."))
        read = lines_of_feelings(path, limit)
        measured = feelings.measure(read, feelings.by_model if with_model else feelings.by_rule)
        return {"course": path.name, "questions": len(read), **measured}

    def _retrieval(self, options: dict[str, Any], limit: int | None) -> dict[str, Any]:
        slug, questions = options["course"], expectations(options["questions"], limit)
        vectors = self._embed([each.question for each in questions])
        with acting_as(SYSTEM):
            course = _course(slug)
            self._warn_of_strangers(course, questions)
            measured = finding.measure(course_id=course.pk, questions=questions, embeddings=vectors)
        legs = {leg: figures.as_dict() if figures else None for leg, figures in measured.items()}
        return {"course": slug, "questions": len(questions), **legs}

    def _confidence(self, options: dict[str, Any], limit: int | None) -> dict[str, Any]:
        judged, vectors, threshold = self._judged(options["questions"], options["course"] or "", limit)
        slugs = sorted({each.course for each in judged})
        result = {"course": ", ".join(slugs), "questions": len(judged)}
        result |= trusting.measure(judged, threshold=threshold).as_dict()
        if vectors is not None and (len(slugs) > 1 or options["fit"]):
            asked, courses = trusting.asked_of(judged, vectors, written=False)
            ours, rows, _threshold = self._judged(options["beside"], "", None) if options["beside"] else ([], None, 0.0)
            if rows is not None:
                asked, courses = trusting.together((asked, courses), trusting.asked_of(ours, rows, written=True))
            steady = self._embed(
                [each.text for each in (*examples(EXAMPLES), *examples(KIN_EXAMPLES)) if each.intent != OFF_TOPIC]
            )
            result["auroc_apart"] = trusting.apart(asked, courses, of_ours=False, steady=steady)
            if options["beside"]:
                result["auroc_apart_beside"] = trusting.apart(asked, courses, of_ours=True, steady=steady)
            if options["fit"]:
                _fit(options["fit"], options["fitted_to"], asked, steady)
        return result

    def _judged(self, path: Path, slug: str, limit: int | None) -> tuple[list[trusting.Judged], np.ndarray | None, float]:
        """The questions of a file by course, their vectors, and the threshold of the last course."""
        read = answerables(path, limit)
        questions = sorted((replace(each, course=each.course or slug) for each in read), key=_by_course)
        vectors = self._embed([each.question for each in questions])
        leaning = None if vectors is None else trusting.leaning_for(default_embedder().name)
        embed = None if vectors is None else default_embedder().embed
        judged: list[trusting.Judged] = []
        with acting_as(SYSTEM):
            for name, asked in groupby(questions, key=_by_course):
                course, lines = _course(name), list(asked)
                own = None if vectors is None else vectors[len(judged) : len(judged) + len(lines)]
                judged += trusting.judge(course_id=course.pk, questions=lines, embeddings=own, leaning=leaning, embed=embed)
                threshold = float(course.escalation_threshold)
        return judged, vectors, threshold

    def _quality(self, slug: str, name: str | None) -> dict[str, Any]:
        with acting_as(SYSTEM):
            rows = QualitySet.objects.kept().filter(course=_course(slug)).order_by("name")
            chosen = list(rows.filter(name=name) if name else rows)
        if not chosen:
            raise CommandError(_("The course has no such set of questions."))
        figures = {each.name: completed(each) for each in chosen}
        total = sum(int(each["questions"]) for each in figures.values())
        return {"course": slug, "questions": total, **figures}

    def _embed(self, texts: Sequence[str]) -> np.ndarray | None:
        try:
            return default_embedder().embed(texts)
        except EmbeddingUnavailable as error:
            self.stderr.write(_("No vectors, words alone are measured: %(reason)s") % {"reason": error})
            return None

    def _warn_of_strangers(self, course: Course, questions: Sequence[Expectation]) -> None:
        """Expected ids that the course does not have make every figure too low."""
        known = {*Chapter.objects.filter(course=course).values_list("chapter_id", flat=True)}
        known |= {*Lab.objects.filter(course=course).values_list("lab_id", flat=True)}
        strangers = sorted({each for question in questions for each in question.expected} - known)
        if strangers:
            some = ", ".join(strangers[:5])
            self.stderr.write(
                _("%(count)d of the expected chapters are not in this course: %(some)s") % {"count": len(strangers), "some": some}
            )


def _by_course(asked: Answerable) -> str:
    return asked.course


def _fit(path: Path, told: str, asked: Asked, steady: np.ndarray | None) -> None:
    if asked.answerable.all() or not asked.answerable.any():
        raise CommandError(_("A leaning is fitted to questions of both kinds."))
    fitted(asked, steady=steady, embedder=default_embedder().name, fitted_to=told).save(path)


def _course(slug: str) -> Course:
    course = Course.objects.filter(slug=slug).first()
    if course is None:
        raise CommandError(_("There is no course %(slug)s.") % {"slug": slug})
    return course


def _table(result: dict[str, Any]) -> str:
    """Rows for the legs, or one row for each figure."""
    legs = {leg: result[leg] for leg in finding.LEGS if result.get(leg)}
    head = f"{result['course']}: {result['questions']} {_('questions')}"
    if not legs:
        return "\n".join([head, *(f"{name:<28}{_cell(value)}" for name, value in list(result.items())[2:])])
    names = list(next(iter(legs.values())))
    rows = [f"{'':<9}" + "".join(f"{name:>9}" for name in names)]
    rows += [f"{leg:<9}" + "".join(f"{figures[name]:>9}" for name in names) for leg, figures in legs.items()]
    return "\n".join([head, *rows])


def _cell(value: Any) -> str:
    return f"{value:>9}" if not isinstance(value, dict) else "  ".join(f"{k}: {v}" for k, v in value.items())
