"""Drafts questions from a course's own pages: what a sentence defines is asked for, and what a heading names.

Pure and without a model: a draft is a proposal that a trainer reads before it counts. Definitions are read in English courses
alone; headings in any language.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST = 40  # drafts shown at once
OF_A_PAGE = 3
LONGEST = 300  # characters of a sentence that can be the expected answer
FENCED = re.compile(r"^(```|~~~).*?^\1", re.MULTILINE | re.DOTALL)
HEADING = re.compile(r"^#{2,4} +(.+?)[ #]*$", re.MULTILINE)
SENTENCE = re.compile(r"(?<=[.!?])\s+")
MARKS = re.compile(r"[*_`]|!?\[([^\]]*)\]\([^)]*\)")
DEFINES = re.compile(r"^(?P<subject>An? [\w-]+(?: [\w-]+)?|[A-Z][\w-]+) (?P<verb>is|are) (?:an? |the |not )?\w[^:]*[.!]$")
POINTING = frozenset("it this that these those there he she they we you i here what which who all each both one so if".split())


@dataclass(frozen=True, slots=True)
class Page:
    place_id: str
    title: str
    body: str


@dataclass(frozen=True, slots=True)
class Draft:
    """A proposed question, where its answer stands, and the sentence that answers it, if one was found."""

    question: str
    place_id: str
    answer: str = ""


def drafts(pages: Iterable[Page], *, known: set[str], language: str = "english") -> list[Draft]:
    """At most a few for each page, and none that is known already."""
    found: dict[str, Draft] = {}
    for page in pages:
        new = [one for one in _of_page(page, language) if one.question not in known and one.question not in found]
        found |= {one.question: one for one in new[:OF_A_PAGE]}
    return list(found.values())[:MOST]


def _of_page(page: Page, language: str) -> Iterator[Draft]:
    text = FENCED.sub("", page.body)
    if language == "english":
        yield from _definitions(page.place_id, text)
    for heading in HEADING.findall(text):
        name = plain(heading)
        yield Draft(name if name.endswith("?") else _("What does the course say about “%s”?") % name, page.place_id)


def _definitions(place_id: str, text: str) -> Iterator[Draft]:
    for paragraph in text.split("\n\n"):
        if paragraph.lstrip().startswith(("#", "|", "-", "*", ">", "1.", "!", "<")):
            continue
        for sentence in SENTENCE.split(plain(paragraph)):
            match = DEFINES.match(sentence)
            if match and len(sentence) <= LONGEST and not POINTING & set(match["subject"].lower().split()):
                yield Draft(f"What {match['verb']} {_lower(match['subject'])}?", place_id, sentence)


def _lower(subject: str) -> str:
    """`A volume` stands as `a volume` within a question; a name stays as it is."""
    first, _space, rest = subject.partition(" ")
    return f"{first.lower()} {rest}" if rest and first in {"A", "An"} else subject


def plain(text: str) -> str:
    """The words of Markdown on one line, without its marks."""
    return " ".join(MARKS.sub(lambda found: found[1] or "", text).split())
