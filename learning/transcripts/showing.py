"""What the pages show of a transcript: its lines with their times, and links into the course. Text goes out as text alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django.urls import NoReverseMatch, reverse

from accounts.models import User
from learning.models import LearningItem, VoiceTranscript
from learning.transcripts.cues import from_rows

LINES = 400  # of one page of a transcript
TONES = {"positive": "good", "negative": "low", "mixed": "waiting"}


@dataclass(frozen=True, slots=True)
class Line:
    """`number` names the line in addresses; `speaker` is empty when it is that of the line before."""

    number: int
    clock: str
    speaker: str
    text: str


@dataclass(frozen=True, slots=True)
class Page:
    """Some lines of a long transcript."""

    lines: tuple[Line, ...]
    number: int
    last: int

    @property
    def before(self) -> int:
        return self.number - 1

    @property
    def after(self) -> int:
        return self.number + 1 if self.number < self.last else 0


def page_of(transcript: VoiceTranscript, number: int) -> Page:
    """The n-th page, counted from 1; the nearest one for a number that is none."""
    cues = from_rows(transcript.cues)
    last = max(1, -(-len(cues) // LINES))
    number = min(max(number, 1), last)
    start = (number - 1) * LINES
    part = cues[start : start + LINES]
    speakers = ["", *(cue.speaker for cue in part)]
    lines = tuple(
        Line(start + place, clock(cue.seconds), cue.speaker if cue.speaker != speakers[place] else "", cue.text)
        for place, cue in enumerate(part)
    )
    return Page(lines, number, last)


def clock(seconds: int | None) -> str:
    """`1:02:03`, `2:03`, or nothing without a time."""
    if seconds is None:
        return ""
    hours, rest = divmod(seconds, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"{hours}:{minutes:02}:{seconds:02}" if hours else f"{minutes}:{seconds:02}"


def place_url(slug: str, place: Mapping[str, Any] | None) -> str:
    """The address of a place that a row names; empty for none."""
    place_id = (place or {}).get("lab_id") or (place or {}).get("chapter_id")
    if not place or not place_id:
        return ""
    address = reverse("place", args=[slug, place_id])
    return f"{address}#{quote(str(place['anchor']))}" if place.get("anchor") else address


def pointed(quoted: Mapping[str, Any]) -> dict[str, Any]:
    """A quotation with where it stands, as a time and as an address on this page."""
    cue = int(quoted.get("cue") or 0)
    return {**quoted, "clock": clock(quoted.get("at")), "address": f"?page={cue // LINES + 1}#c{cue}"}


def insights(transcript: VoiceTranscript) -> dict[str, Any]:
    """Quotations, questions and places, each with its addresses."""
    slug, found = transcript.course.slug, transcript.learning_insights
    quotes = found.get("quotes") or {}
    return {
        "asked": found.get("asked", 0),
        "weak": found.get("weak", 0),
        "questions": [
            {**pointed(each), "nearest_url": place_url(slug, each.get("nearest")), "percent": round(100 * each["confidence"])}
            for each in found.get("questions") or []
        ],
        "negative": [pointed(each) for each in quotes.get("negative") or []],
        "positive": [pointed(each) for each in quotes.get("positive") or []],
        "places": [{**pointed(each), "url": place_url(slug, each)} for each in transcript.entities.get("places") or []],
        "people": transcript.entities.get("people") or [],
        "terms": transcript.entities.get("terms") or [],
    }


def items_of(transcript: VoiceTranscript, person: User) -> list[dict[str, Any]]:
    """The learning items that came of it and that this person may see."""
    items = LearningItem.objects.filter(source_type=LearningItem.SourceType.TRANSCRIPT, source_id=transcript.pk)
    return [{"item": item, "url": _review_url(item, person)} for item in items.order_by("created_at")]


def _review_url(item: LearningItem, person: User) -> str:
    """Where the item is judged, for those who may."""
    if not (person.is_staff and person.has_perm("learning.view_learningitem")):
        return ""
    try:
        return reverse("admin:learning_learningitem_change", args=[item.pk])
    except NoReverseMatch:
        return ""
