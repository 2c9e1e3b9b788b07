"""A settled turn as plain values: for the command line and the API. Reads rows that the caller's door showed."""

from dataclasses import asdict, dataclass
from typing import Any

from coach.models import Query, Response
from learning.showing import place_url


@dataclass(frozen=True, slots=True)
class Report:
    """What was asked and what came of it. Cost in US dollars as text, null when unknown; timings in ms."""

    id: str
    question: str
    status: str
    answer: str
    intent: str | None
    confidence: float | None
    citations: list[dict[str, Any]]
    escalated: bool
    label: str
    provider: str
    model: str
    tokens: int
    cost: str | None
    timings: dict[str, int]

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def report(query: Query, *, slug: str) -> Report:
    """`query` is read with `with_answer()`."""
    response: Response | None = getattr(query, "response", None)
    return Report(
        id=str(query.pk),
        question=query.question,
        status=query.status,
        answer=response.answer if response else "",
        intent=query.intent,
        confidence=float(response.confidence_score) if response and response.confidence_score is not None else None,
        citations=[_citation(item, slug) for item in response.reference_locations] if response else [],
        escalated=getattr(query, "escalation", None) is not None,
        label=response.label if response else "",
        provider=response.provider if response else "",
        model=response.model_used if response else "",
        tokens=response.tokens_used if response else 0,
        cost=f"{response.cost:f}" if response and response.cost is not None else None,
        timings=response.timings if response else {},
    )


def _citation(item: dict[str, Any], slug: str) -> dict[str, Any]:
    kept = ("number", "chapter_id", "lab_id", "title", "heading_path", "anchor", "day", "score")
    return {**{name: item.get(name) for name in kept}, "url": place_url(slug, item)}
