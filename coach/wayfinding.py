"""Where something stands in the course, in words: the place that was named ("lab 2", "the next chapter"), or the one whose text
fits best. No model is asked: a place is a fact.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from django.utils.translation import gettext as _

from accounts.door import Statement
from ai.providers.words import stems
from learning.retrieval import Passage

NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
ORDINALS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
CHAPTER, LAB = r"(?:chapter|lesson)", r"(?:lab|exercise|practical)"
COUNT = rf"(?P<count>\d{{1,3}}|{'|'.join(NUMBERS)})"
NTH = rf"(?P<nth>{'|'.join(ORDINALS)}|last)"
BY_NUMBER = re.compile(rf"\b(?P<what>{CHAPTER}|{LAB}|day) (?:number |no\.? ?|#)?{COUNT}\b", re.IGNORECASE)
BY_ORDER = re.compile(rf"\b{NTH} (?P<what>{CHAPTER}|{LAB}|day)\b", re.IGNORECASE)
ONWARD = re.compile(
    rf"\b(?:next (?:{CHAPTER}|{LAB}|page|step)|(?:{CHAPTER}|{LAB}) after this|what comes next|where do i go from here)\b",
    re.IGNORECASE,
)
BACK = re.compile(rf"\b(?:(?:previous|last) page|previous (?:{CHAPTER}|{LAB})|(?:{CHAPTER}|{LAB}) before this)\b", re.IGNORECASE)
ABOUT = re.compile(r"\b(?:about|on|covers?|explains?|mentions?|with|titled|called|introduc\w+)\b", re.IGNORECASE)
WAY_WORDS = re.compile(
    r"\b(?:where|which|what|wich|wheres|find|found|open|take|bring|show|go|get|me|link|page|chapters?|lessons?|sections?|labs?"
    r"|exercises?|parts?|days?|course|about|stuff|thing|learn|learned|read|again|talk\w*|explain\w*|cover\w*|pls|please|point)\b",
    re.IGNORECASE,
)
LAB_WORD = re.compile(rf"\b{LAB}s?\b", re.IGNORECASE)
IN_TITLE = 0.5  # share of the question's own words that a title must hold
MOST = 2  # places that are named
ALSO = 0.85  # share of the best page's score from which a second page is named, too

OUTLINE = """
SELECT id, place_id, title, day, is_lab, row_number() OVER (PARTITION BY is_lab ORDER BY day, position) AS number
  FROM (SELECT id, chapter_id AS place_id, title, day, position, false AS is_lab FROM chapters
         WHERE course_id = %s AND removed_at IS NULL
         UNION ALL
        SELECT id, lab_id, title, day, position, true FROM labs WHERE course_id = %s AND removed_at IS NULL) AS places
 ORDER BY day, position, is_lab
"""


@dataclass(frozen=True, slots=True)
class Stop:
    """A chapter or lab in the order of the course; `number` counts each kind by itself."""

    id: UUID
    place_id: str
    title: str
    day: int
    is_lab: bool
    number: int

    @property
    def words(self) -> str:
        names = {"day": self.day, "number": self.number, "title": self.title}
        return (
            _("Day %(day)s, lab %(number)s, %(title)s") % names
            if self.is_lab
            else _("Day %(day)s, chapter %(number)s, %(title)s") % names
        )


@dataclass(frozen=True, slots=True)
class Way:
    """What to say, and the passages that it cites, as 1 and 2."""

    text: str
    passages: tuple[Passage, ...]


def outline(course_id: UUID) -> Statement:
    return OUTLINE, [course_id, course_id]


def stops(rows: Iterable[Sequence[Any]]) -> list[Stop]:
    return [Stop(*row) for row in rows]


def way(question: str, *, course: list[Stop], passages: Sequence[Passage], here: str, course_id: UUID) -> Way | None:
    """The way to what is looked for, None when there is no such place. `here` is the id of the place it was asked at."""
    named = named_stop(question, course, here)
    if named:
        return Way(_line(named, 1, ()), (_passage(named, passages, course_id),))
    titled = titled_stop(question, course)
    if titled:
        return Way(_line(titled, 1, ()), (_passage(titled, passages, course_id),))
    pages = _pages(passages)
    by_id = {stop.place_id: stop for stop in course}
    found = [(by_id[page.lab_id or page.chapter_id], page) for page in pages if (page.lab_id or page.chapter_id) in by_id]
    if not found:
        return None
    first, *more = (_line(stop, number, page.heading_path) for number, (stop, page) in enumerate(found[:MOST], start=1))
    text = " ".join([first, *(_("See also: %(place)s") % {"place": line} for line in more)])
    return Way(text, tuple(page for _stop, page in found[:MOST]))


def named_stop(question: str, course: Sequence[Stop], here: str) -> Stop | None:
    """The place that the question names by its number or by where it stands; None when it names none."""
    at = next((index for index, stop in enumerate(course) if stop.place_id == here), None)
    if ONWARD.search(question) and at is not None:
        return course[at + 1] if at + 1 < len(course) else None
    if BACK.search(question) and at is not None:
        return course[at - 1] if at else None
    match = BY_NUMBER.search(question) or BY_ORDER.search(question)
    if match is None or ABOUT.search(question[match.end() :]):
        return None
    return _counted(match, course)


def titled_stop(question: str, course: Sequence[Stop]) -> Stop | None:
    """The one place whose title is what the question is about, None when none or several are."""
    topic = stems(WAY_WORDS.sub(" ", question))
    shared = {stop: len(topic & stems(stop.title)) / max(len(topic), 1) for stop in course}
    best = max(shared.values(), default=0.0)
    fitting = [stop for stop, share in shared.items() if share == best and share >= IN_TITLE]
    if len(fitting) > 1:
        fitting = [stop for stop in fitting if stop.is_lab == bool(LAB_WORD.search(question))]
    return fitting[0] if len(fitting) == 1 else None


def _counted(match: re.Match[str], course: Sequence[Stop]) -> Stop | None:
    what, groups = match["what"].lower(), match.groupdict()
    number = _number(groups.get("count") or groups.get("nth") or "")
    if what == "day":
        days = sorted({stop.day for stop in course})
        day = days[-1] if number is None and days else number
        return next((stop for stop in course if stop.day == day), None)
    kind = [stop for stop in course if stop.is_lab == bool(re.fullmatch(LAB, what))]
    return (kind[-1] if kind else None) if number is None else next((stop for stop in kind if stop.number == number), None)


def _number(word: str) -> int | None:
    """None for the last one."""
    word = word.lower()
    if word.isdigit():
        return int(word)
    names = NUMBERS if word in NUMBERS else ORDINALS
    return names.index(word) + 1 if word in names else None


def _pages(passages: Sequence[Passage]) -> list[Passage]:
    """The best passage of each page, of those pages that come near the best one."""
    best: dict[str, Passage] = {}
    for passage in passages:
        if passage.kind == "course":
            best.setdefault(passage.lab_id or passage.chapter_id, passage)
    found = list(best.values())
    return [page for page in found if page.score >= ALSO * found[0].score]


def _line(stop: Stop, number: int, heading_path: Sequence[str]) -> str:
    under = [heading for heading in heading_path if heading != stop.title]
    place = f"**{_plain(stop.words)}**"
    words = _("%(place)s, under “%(heading)s”.") % {"place": place, "heading": _plain(under[-1])} if under else f"{place}."
    return f"{words} [{number}]"


def _plain(text: str) -> str:
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>" else sign for sign in text)


def _passage(stop: Stop, passages: Sequence[Passage], course_id: UUID) -> Passage:
    """A citation of the page as a whole."""
    ids = ("", stop.place_id) if stop.is_lab else (stop.place_id, None)
    whole = Passage(
        stop.id, course_id, ids[0], ids[1], stop.title, stop.day, (), "", "", "place", 1.0, None, None, None, None
    )  # fmt: skip
    return replace(whole, coverage=1.0)
