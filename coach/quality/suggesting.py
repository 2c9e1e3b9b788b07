"""Questions to choose from: drafted from the chapters, or really asked in the course. Nothing is kept that was not chosen."""

from collections.abc import Iterator
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from accounts.requests import PersonRequest
from coach.desk.views import at_desk
from coach.models import Query
from courses.models import Chapter, Lab
from learning.evaluating.questions import Expected
from learning.models import QualityQuestion, QualitySet
from learning.quality import keeping
from learning.quality.drafting import MOST, Draft, Page, drafts
from learning.quality.keeping import Refused
from learning.quality_models import LONGEST_ANSWER, LONGEST_QUESTION

LOOKED_AT = 200  # questions of learners, the latest ones
SOURCES = {"chapters": QualityQuestion.Source.DRAFTED, "asked": QualityQuestion.Source.ASKED}


@require_http_methods(["GET", "HEAD", "POST"])
@at_desk
def suggested(request: PersonRequest, set_id: UUID) -> HttpResponse:
    """Proposals with a box each; a POST adds the chosen ones as they were edited."""
    chosen = keeping.open_set(set_id)
    origin = "asked" if request.GET.get("from") == "asked" else "chapters"
    if request.method != "POST":
        return _page(request, chosen, origin)
    try:
        added = keeping.add(chosen, list(_picked(request.POST)), source=SOURCES[origin])
    except Refused as refused:
        messages.error(request, refused.message)
        return _page(request, chosen, origin, status=422)
    count = len(added)
    messages.success(request, ngettext("%(n)d question was added.", "%(n)d questions were added.", count) % {"n": count})
    return redirect("quality-set", set_id)


def _page(request: PersonRequest, chosen: QualitySet, origin: str, *, status: int = 200) -> HttpResponse:
    rows = _asked(chosen) if origin == "asked" else _drafted(chosen)
    places = keeping.place_titles(chosen.course)
    context = {"area": "quality", "chosen": chosen, "origin": origin, "rows": rows, "places": places}
    return render(request, "quality/suggested.html", context, status=status)


def _drafted(chosen: QualitySet) -> list[Draft]:
    chapters = Chapter.objects.filter(course=chosen.course).current().values_list("chapter_id", "title", "body")
    labs = Lab.objects.filter(course=chosen.course).current().values_list("lab_id", "title", "body")
    pages = [Page(*row) for row in [*chapters, *labs]]
    return drafts(pages, known=_known(chosen), language=chosen.course.language)


def _asked(chosen: QualitySet) -> list[Draft]:
    """What learners of the course asked lately, each once, with the first place that their answer cited."""
    rows = Query.objects.filter(course=chosen.course).order_by("-pk").values_list("question", "response__reference_locations")
    known, found = _known(chosen), dict[str, Draft]()
    for text, references in rows[:LOOKED_AT]:
        question = " ".join(text.split())[:LONGEST_QUESTION]
        if question and question not in known and question not in found and len(found) < MOST:
            found[question] = Draft(question, _cited(references or []))
    return list(found.values())


def _cited(references: list[dict[str, Any]]) -> str:
    first: dict[str, Any] = next(iter(references), {})
    return str(first.get("lab_id") or first.get("chapter_id") or "")


def _known(chosen: QualitySet) -> set[str]:
    return set(chosen.questions.kept().values_list("question", flat=True))


def _picked(given: QueryDict) -> Iterator[Expected]:
    for number in given.getlist("pick")[:MOST]:
        question = " ".join(given.get(f"question-{number}", "").replace("\x00", "").split())[:LONGEST_QUESTION]
        place = given.get(f"place-{number}", "")
        answer = given.get(f"answer-{number}", "").replace("\x00", "").strip()[:LONGEST_ANSWER]
        if question:
            yield Expected(question, (place,) if place else (), answer)
