"""What an answer stands on, as providers get it and as rows keep it, and what may be said of its provenance."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Literal
from uuid import UUID

from django.utils.dateparse import parse_datetime

from ai.providers import Finished, Source
from learning.retrieval import Passage

EXTRACTIVE = "extractive"
UNANSWERED_AT_MOST = 0.15  # confidence of an answer that says it found nothing
CUT_AT_MOST = 0.3  # confidence of an answer that broke off


def source(number: int, passage: Passage) -> Source:
    """A passage as a provider gets it."""
    kind: Literal["course", "knowledge"] = "knowledge" if passage.kind == "knowledge" else "course"
    return Source(
        number=number,
        title=passage.title,
        text=passage.content,
        heading_path=tuple(passage.heading_path),
        kind=kind,
        is_lab=passage.lab_id is not None,
    )


def kept(number: int, passage: Passage, *, content: bool = True) -> dict[str, Any]:
    """A passage as the row keeps it; a citation is the same without the text."""
    values = {
        "number": number,
        "chunk_id": str(passage.chunk_id),
        "chapter_id": passage.chapter_id,
        "lab_id": passage.lab_id,
        "title": passage.title,
        "day": passage.day,
        "heading_path": list(passage.heading_path),
        "anchor": passage.anchor,
        "content_type": passage.content_type,
        "score": round(float(passage.score), 4),
        "dense": None if passage.dense is None else round(float(passage.dense), 4),
        "lexical": None if passage.lexical is None else round(float(passage.lexical), 4),
    }
    if passage.kind == "knowledge":
        values["verified_by"] = passage.verified_by
        values["verified_at"] = passage.verified_at.isoformat() if passage.verified_at else ""
    return {**values, "content": passage.content} if content else values


def cited(item: Mapping[str, Any]) -> dict[str, Any]:
    """What a citation says of a passage that a row kept."""
    return {name: value for name, value in item.items() if name != "content"}


def restored(item: Mapping[str, Any], course_id: UUID) -> Passage:
    """The passage that a row kept, as far as an answer needs it."""
    kind = "knowledge" if item["content_type"] == "knowledge" else "course"
    return Passage(
        UUID(item["chunk_id"]), course_id, item["chapter_id"], item["lab_id"], item["title"], item["day"],
        tuple(item["heading_path"]), item["anchor"], item.get("content", ""), item["content_type"], item["score"],
        item["dense"], item["lexical"], None, None, kind=kind, verified_by=item.get("verified_by", ""),
        verified_at=parse_datetime(str(item.get("verified_at") or "")),
    )  # fmt: skip


def provenance(finished: Finished, cited: Sequence[Passage]) -> str:
    """not_found, verified, course_text or ai_draft. Verified only when nothing but verified answers carries it."""
    if finished.reason == "unanswered":
        return "not_found"
    if cited and all(passage.kind == "knowledge" for passage in cited):
        return "verified"
    return "course_text" if finished.provider == EXTRACTIVE else "ai_draft"


def surety(found: float, finished: Finished) -> float:
    """How sure one may be of an answer, from how sure the search was and how the answer ended."""
    if finished.reason == "unanswered":
        return min(found, UNANSWERED_AT_MOST)
    return min(found, CUT_AT_MOST) if finished.reason == "cut" else found


def rounded(confidence: float) -> Decimal:
    return Decimal(str(round(min(max(confidence, 0.0), 1.0), 3)))
