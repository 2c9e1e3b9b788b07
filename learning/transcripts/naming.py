"""Who and what of the course a transcript names, without a model: its speakers, and the course's own titles, headings and terms.

A title counts with its words in their order; its part after a colon counts for itself, and so does `Lab 3` where a title begins
so. A single word counts when it is named twice. What several pages are called is no place. A term is a topic of the course or a
piece of code of its text.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from ai.providers.sentences import CODE_SPAN
from courses.models import Course, ModuleTopic
from learning.models import ContentChunk
from learning.transcripts.cues import Said

VERSION = "names/v1"
MOST_WORDS = 7  # of a title
MOST_PLACES, MOST_TERMS, MOST_PEOPLE = 20, 30, 40
MOST_PASSAGES = 5_000  # read for the terms of a course
SAME_NAME = 2  # places that may share a name
WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*|--?[a-z][\w-]*", re.IGNORECASE)
NUMBERED = re.compile(r"^(?:lab|chapter|part|day|unit|week|module|lesson|session) \d+\b", re.IGNORECASE)
LONGEST_CODE = 40  # characters


@dataclass(frozen=True, slots=True)
class Place:
    """A page of the course, or a heading on it."""

    chapter_id: str
    lab_id: str | None
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class Names:
    """What a course calls its places and its subjects: the words of each name, folded."""

    places: dict[tuple[str, ...], Place]
    terms: dict[tuple[str, ...], str]


def names_of(course_id: UUID) -> Names:
    """The names of the course's live index. Needs the door open."""
    course = Course.objects.get(pk=course_id)
    passages = ContentChunk.objects.filter(course=course, generation=course.index_generation).order_by("position")
    rows = passages.values_list("chapter_id", "lab_id", "title", "heading_path", "anchor", "content")[:MOST_PASSAGES]
    called: dict[tuple[str, ...], set[Place]] = defaultdict(set)
    terms = {words(name): name for name in ModuleTopic.objects.filter(course=course).values_list("name", flat=True)}
    for chapter_id, lab_id, title, path, anchor, content in rows:
        for key in _variants(title):
            called[key].add(Place(chapter_id, lab_id, "", title))
        for key in _variants(path[-1] if path else ""):
            called[key].add(Place(chapter_id, lab_id, anchor, path[-1]))
        terms |= {words(code): code for code in _codes(content)}
    places = {key: min(found, key=lambda one: len(one.anchor)) for key, found in called.items() if len(found) <= SAME_NAME}
    return Names(places, {key: name for key, name in terms.items() if _tells(key) and key not in places})


def named(sentences: Sequence[Said], names: Names) -> dict[str, list[Any]]:
    """The entities of the transcript, the most often named first; each place with the moment of its first mention."""
    places, terms = Counter[Place](), Counter[str]()
    first: dict[Place, Said] = {}
    in_full: set[Place] = set()
    for one in sentences:
        for key in _runs(words(one.text)):
            if key in names.terms:
                terms[names.terms[key]] += 1
            if place := names.places.get(key):
                places[place] += 1
                first.setdefault(place, one)
                in_full |= {place} if len(key) > 1 else set()
    meant = [(place, count) for place, count in places.most_common() if count > 1 or place in in_full]
    return {
        "people": list(dict.fromkeys(one.speaker for one in sentences if one.speaker))[:MOST_PEOPLE],
        "places": [_shown(place, count, first[place]) for place, count in meant[:MOST_PLACES]],
        "terms": [name for name, count in terms.most_common(MOST_TERMS) if count > 1 or " " in name or "-" in name],
    }


def words(text: str) -> tuple[str, ...]:
    """Lower case, without the plural's s."""
    found = (word.lower() for word in WORD.findall(text))
    return tuple(word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word for word in found)


def _codes(content: str) -> Iterator[str]:
    for match in CODE_SPAN.finditer(content):
        if len(code := match[0].strip("` ")) <= LONGEST_CODE and "\n" not in code:
            yield code


def _variants(title: str) -> Iterator[tuple[str, ...]]:
    _start, _colon, rest = title.partition(":")
    numbered = NUMBERED.match(title)
    for part in {title, rest.strip(), numbered[0] if numbered else ""} - {""}:
        key = words(part)
        if _tells(key) and len(key) <= MOST_WORDS:
            yield key


def _tells(key: tuple[str, ...]) -> bool:
    """A single word must be more than an abbreviation."""
    return len(key) > 1 or bool(key and len(key[0]) > 3)


def _runs(found: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for start in range(len(found)):
        for size in range(1, min(MOST_WORDS, len(found) - start) + 1):
            yield found[start : start + size]


def _shown(place: Place, count: int, one: Said) -> dict[str, Any]:
    return {
        "chapter_id": place.chapter_id,
        "lab_id": place.lab_id,
        "anchor": place.anchor,
        "title": place.title,
        "count": count,
        "at": one.at,
        "cue": one.cue,
    }


def found_in(candidates: Iterable[str], text: str) -> list[str]:
    """Those that stand in the text: a model may not name what nobody said."""
    lower = f" {' '.join(words(text))} "
    return [name for name in dict.fromkeys(candidates) if (key := words(name)) and f" {' '.join(key)} " in lower]
