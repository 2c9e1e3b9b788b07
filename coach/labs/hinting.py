"""The ladder of hints for one step of a lab: a nudge, then where to look, then the likely mistake. Never the finished solution.

Composed from the lab and the course by rule, so it costs nothing and says nothing that the course does not. Blocks of code and
whatever stands below a heading such as "Solution" are left out of every hint.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from coach.labs.steps import ITEM, Step, trouble_of
from coach.search_view import excerpt
from courses.markdown import plain_text
from courses.markdown.plain import sentences
from courses.models import Course, Lab
from learning.retrieval import Passage
from learning.showing import place_url, place_words

SEARCHED = 8  # passages
MISTAKE_WORDS = re.compile(
    r"\b(not|never|cannot|can't|doesn't|don't|instead|mistake\w*|forg[eo]t\w*|missing|wrong\w*|fail\w*|error\w*|refus\w*|denied"
    r"|unless|otherwise|only|careful|beware|before|empty|lost|gone|must)\b",
    re.IGNORECASE,
)
STRONG_WORDS = re.compile(
    r"\b(mistake\w*|forg[eo]t\w*|wrong\w*|fail\w*|error\w*|instead|otherwise|unless|never)\b", re.IGNORECASE
)
KEPT_BACK = re.compile(r"\b(solution|answer key|answers?)\b", re.IGNORECASE)
# Blocks of code, and tables.
NO_WORDS = re.compile(r"(?ms)^\s*(```|~~~).*?^\s*\1\s*$|^(?: {4}|\t)[^\n]*$|^[ ]*\|[^\n]*$")
WORD = re.compile(r"\w{4,}")
SHORTEST, LONGEST = 30, 320  # characters of a sentence
FEWEST_SHARED = 2  # words that a warning and the step have in common


@dataclass(frozen=True, slots=True)
class Hint:
    """`words` is Markdown of ours and of the course; `place` and `url` lead to where it stands."""

    words: str
    place: str = ""
    url: str = ""
    passage: str = ""

    def as_row(self) -> dict[str, str]:
        return {"words": self.words, "place": self.place, "url": self.url, "passage": self.passage}


def question_about(lab: Lab, step: Step | None, asked: str = "") -> str:
    """What the course is searched for; `asked` is what the learner last asked beside the lab."""
    about = f"{step.title}. {step.text[:800]}" if step else _without_code(lab.body)[:600]
    return f"{lab.title}. {about} {asked[:300]}".strip()


def hint(level: int, course: Course, lab: Lab, step: Step | None, found: list[Passage], asked: str = "") -> Hint:
    """The hint of one rung, 1 to 3. `found` are passages this learner may read, best first."""
    useful = [passage for passage in found if _may_show(passage, lab)]
    if level == 1:
        return _nudge(step)
    if level == 2:
        return _where_to_look(course, useful)
    about = f"{step.title} {step.text} {step.check}" if step else ""
    return _likely_mistake(course, _warnings(_texts(lab, useful), frozenset(WORD.findall(f"{about} {asked}".lower()))))


def _may_show(passage: Passage, lab: Lab) -> bool:
    heads = " ".join([passage.title, *passage.heading_path])
    return bool(passage.chapter_id) and not passage.lab_id and not KEPT_BACK.search(heads) and "{solution}" not in passage.content


def _nudge(step: Step | None) -> Hint:
    if step is None:
        return Hint(_("Go back to the last thing that worked, and compare from there on, one line at a time."))
    parts = len([line for line in step.text.splitlines() if ITEM.match(line)])
    words = _("Read “%(title)s” once more, slowly, and say to yourself what each line is for.") % {"title": step.title}
    if parts > 1:
        words += " " + _("It has %(n)d parts: at which of them do you first see something you did not expect?") % {"n": parts}
    if step.check:
        words += " " + _("The check of this step tells you what to look for; look at it before you change anything.")
    return Hint(words)


def _where_to_look(course: Course, found: list[Passage]) -> Hint:
    telling = next((passage for passage in found if _sentences(passage.content)), None)
    if telling is None:
        return Hint(_("The course has no chapter about just this. The text of the step is all there is; ask your trainer."))
    words = _("This part of the course explains what the step needs.")
    return _at(course, telling, words, excerpt(_without_code(telling.content)))


def _likely_mistake(course: Course, warnings: list[tuple[str, Passage | None]]) -> Hint:
    if not warnings:
        words = _("The course names no usual mistake here. Most often it is something small: a name, a folder, a sign too much.")
        return Hint(words + " " + _("Compare what you typed with the step, letter by letter."))
    best, passage = warnings[0]
    words = _("What goes wrong here most often, in the words of the course:")
    if passage is None:
        return Hint(words, "", "", best)
    return _at(course, passage, words, best)


def _at(course: Course, passage: Passage, words: str, quoted: str) -> Hint:
    item = {
        "title": passage.title,
        "heading_path": list(passage.heading_path),
        "day": passage.day,
        "chapter_id": passage.chapter_id,
        "chunk_id": str(passage.chunk_id),
        "content_type": passage.content_type,
        "anchor": passage.anchor,
    }
    is_knowledge = passage.kind != "course"
    return Hint(words, "" if is_knowledge else place_words(item), "" if is_knowledge else place_url(course.slug, item), quoted)


def _texts(lab: Lab, found: list[Passage]) -> list[tuple[str, Passage | None]]:
    """What the lab says for those who are stuck comes first, then the course."""
    return [(trouble_of(lab), None), *((passage.content, passage) for passage in found)]


def _warnings(texts: list[tuple[str, Passage | None]], about: frozenset[str]) -> list[tuple[str, Passage | None]]:
    """Sentences that warn, those that share most words with the step and the question first."""
    scored = [
        (_weight(sentence, about) / (1 + 0.15 * rank), sentence, passage)
        for rank, (text, passage) in enumerate(texts)
        for sentence in _sentences(text)
        if MISTAKE_WORDS.search(sentence)
    ]
    return [(sentence, passage) for weight, sentence, passage in sorted(scored, key=lambda each: -each[0]) if weight > 0]


def _weight(sentence: str, about: frozenset[str]) -> float:
    words = set(WORD.findall(sentence.lower()))
    shared = len(words & about) if about else FEWEST_SHARED
    if shared < FEWEST_SHARED:
        return 0.0
    return shared * (2.0 if STRONG_WORDS.search(sentence) else 1.0) / (len(words) + 3)


@lru_cache(maxsize=256)
def _sentences(text: str) -> tuple[str, ...]:
    """A short paragraph or item of a list as it is, a long one sentence by sentence."""
    blocks = (" ".join(block.split()) for block in plain_text(_without_code(text)).split("\n\n"))
    parts = (part for block in blocks for part in ([block] if len(block) <= LONGEST else sentences(block)))
    return tuple(part for part in parts if SHORTEST <= len(part) <= LONGEST)


def _without_code(text: str) -> str:
    return NO_WORDS.sub("", text).strip()
