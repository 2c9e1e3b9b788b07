"""Explanations as pages and programs get them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid5

from django.utils.safestring import SafeString

from accounts.models import User
from ai.models import Handover
from coach.explaining.checking import Checked
from coach.explaining.composing import Explanation
from coach.explaining.exam import Asked, asked_about
from coach.explaining.keeping import About
from coach.explanation_models import Level
from coach.sessions.showing import CITED
from learning.showing import LABEL_CLASSES, Source, label_words, rendered, sources_of
from planning.models import Question, SyllabusPoint


@dataclass(frozen=True, slots=True)
class Shown:
    html: SafeString
    label: str
    label_class: str
    model: str
    sources: tuple[Source, ...]
    ask: SafeString
    token: str
    asked: Asked | None


@dataclass(frozen=True, slots=True)
class ShownCheck:
    verdict: str
    words: str
    shows: SafeString
    source: Source | None


def shown(about: About, explanation: Explanation) -> Shown:
    """Behind the reader's door."""
    sources = cited_sources(about, explanation)
    return Shown(
        html=rendered(explanation.text, sources),
        label=label_words(explanation.label, list(explanation.sources)),
        label_class=LABEL_CLASSES.get(explanation.label, ""),
        model=explanation.model,
        sources=sources,
        ask=rendered(explanation.step.ask),
        token=explanation.token,
        asked=asked_about(about.point) if about.level == Level.EXAM else None,
    )


def shown_check(about: About, explanation: Explanation, checked: Checked) -> ShownCheck:
    source = next((one for one in _all_sources(about, explanation) if one.number == checked.source), None)
    return ShownCheck(str(checked.verdict), checked.words, rendered(checked.shows), source)


def cited_sources(about: About, explanation: Explanation) -> tuple[Source, ...]:
    """Those that the text names."""
    named = {int(number) for number in CITED.findall(explanation.text)}
    return tuple(source for source in _all_sources(about, explanation) if source.number in named)


def can_be_practised(point: SyllabusPoint) -> bool:
    return point.subject.active and Question.objects.filter(points=point, active=True, current__isnull=False).exists()


def request_id(person: User, point: SyllabusPoint) -> UUID:
    """Names what this person asked the trainer about this point: asking twice asks once."""
    return uuid5(person.pk, str(point.pk))


def handover_of(person: User, point: SyllabusPoint) -> Handover | None:
    return Handover.objects.filter(source_id=request_id(person, point)).first()


def _all_sources(about: About, explanation: Explanation) -> tuple[Source, ...]:
    rows: list[dict[str, Any]] = list(explanation.sources)
    return sources_of(rows, rows, slug=about.course.slug)
