"""Questions from GIFT. HTML becomes Markdown, tags and categories that are codes of the syllabus become its points."""

import hashlib
import re
from collections.abc import Collection, Iterable
from typing import Any

from django.utils.text import slugify
from django.utils.translation import gettext as _

from courses.importing.olx_text import html_to_markdown
from planning.importing import keys
from planning.importing.drafts import LONGEST_NAME, LONGEST_TITLE, Draft, Kind, QuestionDraft
from planning.importing.faults import Fault
from planning.importing.gift import Choice, Item, Number, parse
from planning.importing.gift_text import Text

HTML = re.compile(r"<[a-zA-Z/!][^>]*>|&(?:[a-zA-Z]+|#\d+);")
FORMULA = re.compile(r"\$\$|\\\(|\\\[")
MARKDOWN_SIGN = re.compile(r"([\\`*_\[\]<>#|~!&])")
IMAGE = re.compile(r"<img\b", re.IGNORECASE)
KINDS = {
    "Essay": Kind.WRITTEN,
    "TF": Kind.TRUE_FALSE,
    "MC": Kind.MULTIPLE_CHOICE,
    "Short": Kind.SHORT,
    "Numerical": Kind.NUMERIC,
    "Matching": Kind.MATCHING,
}


def read_gift(source: str, point_codes: Collection[str]) -> Draft:
    """Raises BadQuestions."""
    questions: list[QuestionDraft] = []
    notes: list[Fault] = []
    points: tuple[str, ...] = ()
    taken: set[str] = set()
    for item in parse(source):
        if item.kind == "Category":
            points = _known([(item.title or "").rsplit("/", 1)[-1]], point_codes)
        elif item.kind == "Description":
            notes.append(Fault(item.line, _("A description asks nothing and is left out.")))
        else:
            question = _question(item, _code(item, taken), _known(item.tags, point_codes) or points)
            taken.add(question.code)
            questions.append(question)
            notes += [Fault(item.line, note) for note in _notes(item, question)]
    return Draft("GIFT", tuple(questions), notes=tuple(notes))


def _known(names: Iterable[str], point_codes: Collection[str]) -> tuple[str, ...]:
    return tuple(name.strip() for name in names if name.strip() in point_codes)


def _code(item: Item, taken: Collection[str]) -> str:
    """The id, else the title, else the question itself: the same on each import."""
    if item.id:
        return item.id[:LONGEST_NAME]
    words = slugify(item.title or "")[: LONGEST_NAME - 10]
    base = words or f"q-{hashlib.sha256(item.stem.text.encode()).hexdigest()[:12]}"
    return next(name for name in (base, *(f"{base}-{number}" for number in range(2, 10_000))) if name not in taken)


def _notes(item: Item, question: QuestionDraft) -> Iterable[str]:
    if any(IMAGE.search(text.text) for text in _texts(item)):
        yield _("Pictures are left out.")
    if question.kind == Kind.WRITTEN:
        yield _("There is no mark scheme in GIFT: add one, or a person marks every answer.")


def _question(item: Item, code: str, points: tuple[str, ...]) -> QuestionDraft:
    is_plain = all(_is_plain(text) for text in _texts(item))
    say = _plain if is_plain else _markdown
    choices, several, key = _key(item, say)
    return QuestionDraft(
        line=item.line,
        code=code,
        kind=KINDS[item.kind],
        title=(item.title or "")[:LONGEST_TITLE],
        text=say(item.stem),
        text_format="plain" if is_plain else "markdown",
        choices=choices,
        several=several,
        key=key,
        feedback=say(item.feedback),
        points=points,
    )


def _key(item: Item, say: Any) -> tuple[Any, bool, dict[str, Any]]:
    if item.kind == "TF":
        choices, key = keys.statement(bool(item.is_true), say(item.true_feedback), say(item.false_feedback))
        return choices, False, key
    if item.kind == "MC":
        answers = [_answer(choice, say) for choice in item.choices]
        choices, key = keys.chosen_from(answers)
        return choices, keys.several_right(answers), key
    if item.kind == "Matching":
        right = str if say is _plain else _escaped
        pairs, key = keys.matched([(say(pair.left), right(pair.right)) for pair in item.pairs])
        return pairs, False, key
    if item.kind == "Short":
        return [], False, keys.accepted(_accepted(choice, say) for choice in item.choices)
    if item.kind == "Numerical":
        found = [(choice, choice.text) for choice in item.choices]
        parts = [(text.low, text.high, _weight(one), say(one.feedback)) for one, text in found if isinstance(text, Number)]
        return [], False, keys.ranges(parts)
    return [], False, {}


def _answer(choice: Choice, say: Any) -> keys.Answer:
    return say(choice.text), _weight(choice), say(choice.feedback)


def _accepted(choice: Choice, say: Any) -> keys.Answer:
    """What is typed is compared with words, so their format does not count."""
    text = choice.text.text if isinstance(choice.text, Text) else ""
    return HTML.sub("", text).strip(), _weight(choice), say(choice.feedback)


def _weight(choice: Choice) -> str:
    return choice.weight if choice.weight is not None else "100" if choice.is_correct else "0"


def _texts(item: Item) -> list[Text]:
    said = [item.stem, item.feedback, item.true_feedback, item.false_feedback, *(pair.left for pair in item.pairs)]
    said += [choice.feedback for choice in item.choices]
    said += [choice.text for choice in item.choices if isinstance(choice.text, Text)] if item.kind == "MC" else []
    return [text for text in said if text is not None]


def _is_plain(text: Text) -> bool:
    return text.format == "plain" or (text.format == "moodle" and not HTML.search(text.text) and not FORMULA.search(text.text))


def _plain(text: Text | None) -> str:
    return text.text if text else ""


def _markdown(text: Text | None) -> str:
    if text is None or text.format == "markdown":
        return text.text if text else ""
    if text.format == "html" or (text.format == "moodle" and HTML.search(text.text)):
        return html_to_markdown(text.text).strip()
    return text.text if FORMULA.search(text.text) and text.format != "plain" else _escaped(text.text)


def _escaped(text: str) -> str:
    return MARKDOWN_SIGN.sub(r"\\\1", text)
