"""What the page of one item shows: the question and who else asked it, the answer then, the proposal, its sources, what is near.

Behind an admin's door, a bounded number of queries, and of long texts only the beginning. Everything that people or models
wrote goes to the template as text, or through the one renderer.
"""

from dataclasses import dataclass
from datetime import datetime
from itertools import zip_longest
from typing import Any
from urllib.parse import quote
from uuid import UUID

from django.db.models import Q
from django.urls import NoReverseMatch, reverse
from django.utils.safestring import SafeString, mark_safe

from courses.markdown import render_message
from learning.approving import fingerprint
from learning.models import ContentChunk, ConversationMemory, Knowledge, LearningItem, OwnerCorrection
from learning.review.record import Deed, history
from learning.review.wording import Comparison, compare, marked, shortened, unseen
from learning.valuing import how_wrong, value

FOLLOWERS = 20  # items grouped under this one
NEAREST = 6  # near ones that are compared
VERSIONS = 10


@dataclass(frozen=True, slots=True)
class Text:
    """A text that somebody wrote: its beginning rendered, and what a reviewer has to know of it."""

    html: SafeString
    length: int
    left_out: int
    unseen: list[tuple[str, str, int]]

    @classmethod
    def of(cls, text: str, *, is_whole: bool = False) -> "Text":
        begin, left_out = (text, 0) if is_whole else shortened(text)
        html = mark_safe(render_message(marked(begin)))  # noqa: S308 (sanitised)
        return cls(html, len(text), left_out, unseen(text))


@dataclass(frozen=True, slots=True)
class Near:
    """Something that asks for nearly the same."""

    id: UUID
    item_id: UUID | None  # to open it, and to merge into it
    origin: str  # queue | knowledge
    question: str
    state: str
    percent: int
    is_duplicate: bool
    comparison: Comparison
    may_take: bool  # another item in


@dataclass(frozen=True, slots=True)
class Source:
    title: str
    path: str
    url: str
    text: str
    is_changed: bool  # the lesson holds another text now


@dataclass(frozen=True, slots=True)
class Version:
    row: Knowledge
    text: Text
    comparison: Comparison | None  # with the version before it


@dataclass(frozen=True, slots=True)
class ItemPage:
    item: LearningItem
    seen: str
    value: float
    wrong: float
    proposal: Text
    asked: Text
    answer: Text
    turn: ConversationMemory | None
    correction: OwnerCorrection | None
    changed: Comparison | None  # what was said, and what is proposed now
    followers: list[LearningItem]
    sources: list[Source]
    place: str
    place_url: str
    near: list[Near]
    versions: list[Version]
    history: list[Deed]


def item_page(item: LearningItem, now: datetime, *, is_whole: bool = False) -> ItemPage:
    """Everything on the page but the deeds."""
    turn = ConversationMemory.objects.defer("embedding").filter(pk=item.conversation_id).first() if item.conversation_id else None
    correction = _correction(item)
    versions = _versions(item)
    said = correction.corrected_answer if correction else item.proposed_content
    return ItemPage(
        item=item,
        seen=fingerprint(item),
        value=value(item.value_rank, now),
        wrong=how_wrong(item.source_type, item.metadata),
        proposal=Text.of(item.proposed_content, is_whole=is_whole),
        asked=Text.of(item.question, is_whole=is_whole),
        answer=Text.of(item.original_answer, is_whole=is_whole),
        turn=turn,
        correction=correction,
        changed=compare(said, item.proposed_content) if said != item.proposed_content else None,
        followers=list(_short(LearningItem.objects.filter(duplicate_of=item.pk).order_by("created_at"))[:FOLLOWERS]),
        sources=_sources(item, turn),
        place=" › ".join(str(part) for part in item.place.get("heading_path") or [item.place.get("title") or ""] if part),
        place_url=address(item.course.slug, item.place),
        near=_near(item),
        versions=versions,
        history=history([item.pk, *(version.row.pk for version in versions)]),
    )


def address(slug: str, place: dict[str, Any]) -> str:
    """Of a place in the course; empty when it names none."""
    place_id = str(place.get("lab_id") or place.get("chapter_id") or "")
    try:
        url = reverse("place", args=[slug, place_id]) if place_id else ""
    except NoReverseMatch:
        return ""
    return f"{url}#{quote(str(place['anchor']))}" if url and place.get("anchor") else url


def _short(rows: Any) -> Any:
    return rows.only("pk", "question", "status", "created_at", "asked_count", "source_type")


def _correction(item: LearningItem) -> OwnerCorrection | None:
    if item.source_type != LearningItem.SourceType.CORRECTION or item.source_id is None:
        return None
    return OwnerCorrection.objects.filter(pk=item.source_id).first()


def _sources(item: LearningItem, turn: ConversationMemory | None) -> list[Source]:
    """The passages that the answer stood on, with their text as the course has it today."""
    places = (turn.metadata.get("sources") if turn else None) or ([item.place] if item.place else [])
    places = [place for place in places if isinstance(place, dict)][:NEAREST]
    hashes = [place["content_hash"] for place in places if place.get("content_hash")]
    today = ContentChunk.objects.filter(
        course_id=item.course_id, generation=item.course.index_generation, content_hash__in=hashes
    )
    texts = dict(today.values_list("content_hash", "content"))
    return [_source(item.course.slug, place, texts) for place in places]


def _source(slug: str, place: dict[str, Any], texts: dict[str, str]) -> Source:
    known = str(place.get("content_hash") or "")
    path = " › ".join(str(part) for part in place.get("heading_path") or [])
    text = texts.get(known, "")
    return Source(str(place.get("title") or path), path, address(slug, place), text, bool(known) and not text)


def _near(item: LearningItem) -> list[Near]:
    """The near ones that are still there, as similar as they were when they were compared."""
    listed = [each for each in item.near if isinstance(each, dict)][:NEAREST]
    ids = [str(each["id"]) for each in listed if each.get("id")]
    items = LearningItem.objects.defer("embedding", "question_embedding", "receipt").in_bulk(ids)
    known = {row.pk: row for row in Knowledge.objects.defer("embedding", "question_embedding").filter(pk__in=ids)}
    found = []
    for each in listed:
        row_id = UUID(str(each["id"]))
        row: LearningItem | Knowledge | None = known.get(row_id) if each.get("origin") == "knowledge" else items.get(row_id)
        if row is not None and row.pk != item.pk:
            found.append(_neighbour(item, row, each))
    return found


def _neighbour(item: LearningItem, row: LearningItem | Knowledge, each: dict[str, Any]) -> Near:
    is_item = isinstance(row, LearningItem)
    text = row.proposed_content if isinstance(row, LearningItem) else row.content
    item_id = row.pk if is_item else row.item_id  # type: ignore[union-attr]  # mypy does not follow the flag
    return Near(
        id=row.pk,
        item_id=item_id,
        origin=each.get("origin", "queue"),
        question=row.question,
        state=row.get_status_display() if isinstance(row, LearningItem) else "",
        percent=round(100 * float(each.get("similarity") or 0)),
        is_duplicate=each.get("relation") == "duplicate",
        comparison=compare(marked(text), marked(item.proposed_content)),
        may_take=item_id not in {None, item.pk} and not (isinstance(row, LearningItem) and row.status == "rejected"),
    )


def _versions(item: LearningItem) -> list[Version]:
    """What the item became, or what it renews: the versions of its entry, the newest first."""
    of_entry = Q(item=item.pk) | (Q(entry_id=item.entry_id) if item.entry_id else Q())
    rows = list(
        Knowledge.objects.filter(of_entry, course=item.course_id)
        .defer("embedding", "question_embedding")
        .order_by("-version", "-id")[:VERSIONS]
    )
    pairs = zip_longest(rows, rows[1:])
    return [Version(row, Text.of(row.content), compare(old.content, row.content) if old else None) for row, old in pairs]
