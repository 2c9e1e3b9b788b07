"""What has become of the passages that answers stand on: whether the course still says so, and what it said then.

Asks behind the reader's door. A passage counts as unchanged while the same words stand at the same place in the index that is
read now; ids of passages are new in each index and say nothing.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import CharField, F, Func

from accounts.models import User
from coach.models import Query, Response
from courses.models import Course
from learning.models import ContentChunk


@dataclass(frozen=True, slots=True)
class Cited:
    """The words of a passage as they were when an answer cited them, and whether they still stand there."""

    content: str
    is_current: bool


def changed_since(course: Course, queries: Sequence[Query]) -> frozenset[UUID]:
    """The turns whose answers cite words that the course no longer holds, in one query; none for no citations."""
    cited = {query.pk: set(_cited(getattr(query, "response", None))) for query in queries}
    places = {chapter for one in cited.values() for chapter, _digest in one}
    if not places:
        return frozenset()
    there = _there(course, places)
    return frozenset(pk for pk, wanted in cited.items() if not wanted <= there)


def cited_passage(course: Course, chunk_id: UUID, reader: User) -> Cited | None:
    """The passage that a citation leads to: of the index, or of the reader's own answer once the index has moved on."""
    chunk = ContentChunk.objects.filter(pk=chunk_id, course=course).first()
    if chunk and chunk.generation == course.index_generation:
        return Cited(chunk.content, is_current=True)
    kept = _kept(course, chunk_id, reader) if chunk is None else {"chapter_id": chunk.chapter_id, "content": chunk.content}
    if kept is None:
        return None
    place, content = str(kept.get("chapter_id") or ""), str(kept.get("content") or "")
    return Cited(content, is_current=(place, _digest(content)) in _there(course, {place}))


def _kept(course: Course, chunk_id: UUID, reader: User) -> dict[str, Any] | None:
    own = Response.objects.filter(course=course, learner=reader, evidence__contains=[{"chunk_id": str(chunk_id)}])
    evidence = own.order_by("-pk").values_list("evidence", flat=True).first() or []
    return next((item for item in evidence if item.get("chunk_id") == str(chunk_id)), None)


def _there(course: Course, places: set[str]) -> set[tuple[str, str]]:
    rows = ContentChunk.objects.filter(course=course, generation=course.index_generation, chapter_id__in=places)
    digest = Func(F("content"), function="md5", output_field=CharField())
    return set(rows.annotate(digest=digest).values_list("chapter_id", "digest"))


def _cited(response: Response | None) -> Iterator[tuple[str, str]]:
    """Place and digest of each passage of the course that the answer cites."""
    if response is None:
        return
    numbers = {item.get("chunk_id") for item in response.reference_locations if item.get("content_type") != "knowledge"}
    for item in response.evidence:
        if item.get("chunk_id") in numbers and item.get("content"):
            yield str(item.get("chapter_id") or ""), _digest(str(item["content"]))


def _digest(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
