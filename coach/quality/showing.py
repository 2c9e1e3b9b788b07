"""Sets, their questions and their runs as the pages show them. Behind the trainer's door; a bounded number of queries each."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Count, OuterRef, Q, Subquery
from django.utils.formats import number_format
from django.utils.translation import gettext as _

from courses.models import Course
from learning.models import QualityQuestion, QualityResult, QualityRun, QualitySet
from learning.quality import keeping
from learning.quality.comparing import Compared, compared, is_stale, run_before, tally
from learning.quality.drafting import plain
from learning.quality.measuring import TOP, is_right
from learning.showing import place_url, place_words, rendered

PAGE = 50  # questions of a set
RUNS = 10  # of a set, the latest
RESULTS = 200  # of a run on one page, what got worse first
COMPLETED = QualityRun.State.COMPLETED


@dataclass(frozen=True, slots=True)
class Figure:
    """One figure of a run with the same one before; `change` is `up`, `down` or empty."""

    name: str
    now: str
    before: str
    change: str


def listed(courses: Sequence[Course]) -> list[dict[str, Any]]:
    """The sets of these courses with their newest completed run."""
    newest = QualityRun.objects.filter(set=OuterRef("pk"), state=COMPLETED).order_by("-pk")
    rows = (
        QualitySet.objects.kept()
        .filter(course__in=courses)
        .select_related("course")
        .annotate(count=Count("questions", filter=Q(questions__deleted_at=None)), newest=Subquery(newest.values("pk")[:1]))
        .order_by("course__title", "name")
    )
    runs = QualityRun.objects.in_bulk([row.newest for row in rows if row.newest])
    return [{"set": row, "run": runs.get(row.newest), "is_stale": is_stale(row, runs.get(row.newest))} for row in rows]


def set_page(chosen: QualitySet, after: UUID | None) -> dict[str, Any]:
    """The questions with what the newest run made of them, and the latest runs."""
    runs = list(QualityRun.objects.filter(set=chosen).order_by("-pk")[:RUNS])
    newest = next((run for run in runs if run.state == COMPLETED), None)
    kept = chosen.questions.kept().order_by("pk")
    rows = list((kept.filter(pk__gt=after) if after else kept)[: PAGE + 1])
    found = {one.question_id: one for one in QualityResult.objects.filter(run=newest, question_id__in=[row.pk for row in rows])}
    titles = keeping.place_titles(chosen.course)
    return {
        "chosen": chosen,
        "rows": [{"row": row, "places": _named(row, titles), **_last(found.get(row.pk))} for row in rows[:PAGE]],
        "more": rows[PAGE - 1].pk if len(rows) > PAGE else None,
        "is_first": after is None,
        "total": kept.count(),
        "runs": runs,
        "newest": newest,
        "open_run": next((run for run in runs if run.is_open), None),
        "is_stale": is_stale(chosen, newest),
    }


def run_page(run: QualityRun, wanted: str) -> dict[str, Any]:
    """A run with its figures beside those of the run before, and its questions, all or of one kind."""
    chosen = run.set
    about: dict[str, Any] = {"run": run, "chosen": chosen, "titles": keeping.place_titles(chosen.course)}
    if run.state != COMPLETED:
        return about
    before = run_before(run)
    rows = compared(run, before)
    counts = tally(rows)
    show = wanted if wanted in counts else ""
    shown = [row for row in rows if not show or row.verdict.kind == show]
    return about | {
        "before": before,
        "figures": figures(run, before),
        "counts": [(kind, name, counts[kind]) for kind, name in kinds() if counts[kind]],
        "show": show,
        "rows": [_question(row, about["titles"], chosen.course.slug) for row in shown[:RESULTS]],
        "hidden": max(0, len(shown) - RESULTS),
        "is_stale": is_stale(chosen, run),
    }


def kinds() -> list[tuple[str, str]]:
    return [("worse", _("Worse")), ("better", _("Better")), ("same", _("The same")), ("new", _("New"))]


def figures(run: QualityRun, before: QualityRun | None) -> list[Figure]:
    names = {
        "hit@1": _("Expected place first"),
        f"hit@{TOP}": _("Expected place among the first %d") % TOP,
        "fit": _("Words of the expected answer"),
        "answered": _("Answered"),
        "confidence": _("Confidence"),
    }
    old = before.figures if before else {}
    return [_figure(name, run.figures.get(key), old.get(key)) for key, name in names.items() if run.figures.get(key) is not None]


def _figure(name: str, now: float | None, before: float | None) -> Figure:
    moved = (now or 0.0) - before if before is not None else 0.0
    return Figure(name, _percent(now), _percent(before), "up" if moved > 0 else "down" if moved < 0 else "")


def _percent(value: float | None) -> str:
    return "" if value is None else _("%s %%") % number_format(100 * value, 0)


def _named(row: QualityQuestion | QualityResult, titles: dict[str, str]) -> list[str]:
    return [titles.get(each, each) for each in row.expected]


def _last(result: QualityResult | None) -> dict[str, Any]:
    return {"result": result, "is_right": result is not None and is_right(result)}


def _question(row: Compared, titles: dict[str, str], slug: str) -> dict[str, Any]:
    named = dict(kinds())
    return {
        "now": row.now,
        "before": row.before,
        "kind": row.verdict.kind,
        "word": named[row.verdict.kind],
        "is_right": is_right(row.now),
        "places": _named(row.now, titles),
        "sure": _percent(row.now.confidence),
        "sure_before": _percent(row.before.confidence) if row.before else "",
        "fit": _percent(row.now.fit),
        "fit_before": _percent(row.before.fit) if row.before else "",
        "answer": rendered(row.now.answer),
        "answer_before": rendered(row.before.answer) if row.before else "",
        "is_answer_new": row.before is not None and row.before.answer != row.now.answer,
        "passages": [_passage(one, row, slug) for one in row.passages],
    }


def _passage(one: dict[str, Any], row: Compared, slug: str) -> dict[str, Any]:
    found = one["passage"]
    about = {"text": plain(found["text"]), "place": place_words(found), "url": place_url(slug, found)}
    return {**one, **about, "move": _move(one, row)}


def _move(one: dict[str, Any], row: Compared) -> str:
    """What became of a passage since the run before."""
    now, before = one["now"], one["before"]
    if row.before is None or now == before:
        return ""
    if now is None:
        return _("gone, was %d") % before
    if before is None:
        return _("new")
    return _("was %d") % before
