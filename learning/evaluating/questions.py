"""Reads files of questions, one JSON object a line, and says which line is wrong and why. Nothing of a broken file is used."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from learning.intents.signs import INTENTS
from learning.intents.training import Example

T = TypeVar("T")
SENTIMENTS = ("positive", "neutral", "negative", "mixed")


class BrokenFile(Exception):
    """The file cannot be used; the message names the file, the line and the reason."""


@dataclass(frozen=True, slots=True)
class Expectation:
    """A question and the ids of the chapters or labs of which any one answers it."""

    question: str
    expected: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Expected(Expectation):
    """The same, or with the answer that should come of it; one of both is there."""

    answer: str = ""


@dataclass(frozen=True, slots=True)
class Answerable:
    """A question and whether the course answers it; the course is named where lines of several stand in one file."""

    question: str
    answerable: bool
    course: str = ""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two texts and whether they ask for the same."""

    first: str
    second: str
    duplicate: bool


@dataclass(frozen=True, slots=True)
class Felt:
    """What somebody said, and how it feels."""

    text: str
    expected: str


def feelings(path: Path, limit: int | None = None) -> list[Felt]:
    """Lines `{"text": text, "expected": a sentiment}`; raises BrokenFile."""
    return read_all(path, limit, _felt)


def examples(path: Path, limit: int | None = None) -> list[Example]:
    """Lines `{"text": text, "intent": an intent, "author": a manner, "lab": true or false}`; raises BrokenFile."""
    return read_all(path, limit, _example)


def pairs(path: Path, limit: int | None = None) -> list[Pair]:
    """Lines `{"first": text, "second": text, "duplicate": true or false}`; raises BrokenFile."""
    return read_all(path, limit, _pair)


def expectations(path: Path, limit: int | None = None) -> list[Expectation]:
    """Lines `{"question": text, "expected": [ids]}`; raises BrokenFile. Other keys are left alone."""
    return read_all(path, limit, _expectation)


def answerables(path: Path, limit: int | None = None) -> list[Answerable]:
    """Lines `{"question": text, "answerable": true or false}`, or with `"expected": [ids]`, empty for none, and `"course": slug`
    where it is not said otherwise; raises BrokenFile."""
    return read_all(path, limit, _answerable)


def whole_expectations(data: bytes) -> list[Expected]:
    """Lines of `expectations`, where `"answer": text` may stand beside or instead of the ids; raises BrokenFile."""
    name = _("The file")
    return _found(name, _numbered(name, data), None, _expected)


def _pair(line: dict[str, Any]) -> Pair:
    first, second, duplicate = (line.get(name) for name in ("first", "second", "duplicate"))
    if not isinstance(first, str) or not isinstance(second, str) or not isinstance(duplicate, bool):
        raise ValueError(_("it needs the texts “first” and “second”, and “duplicate” true or false"))
    return Pair(first, second, duplicate)


def _felt(line: dict[str, Any]) -> Felt:
    text, expected = line.get("text"), line.get("expected")
    if not isinstance(text, str) or not text.strip() or expected not in SENTIMENTS:
        raise ValueError(_("it needs a “text”, and “expected”: positive, neutral, negative or mixed"))
    return Felt(text, str(expected))


def _example(line: dict[str, Any]) -> Example:
    text, intent, author, lab = (line.get(name) for name in ("text", "intent", "author", "lab"))
    if not isinstance(text, str) or not text.strip() or intent not in INTENTS:
        raise ValueError(_("it needs a “text”, and an “intent”: %(intents)s") % {"intents": ", ".join(INTENTS)})
    if not isinstance(author or "", str) or not isinstance(lab or False, bool):
        raise ValueError(_("“author” must be a text, and “lab” true or false"))
    return Example(text, str(intent), str(author or ""), bool(lab))


def read_all(path: Path, limit: int | None, parse: Callable[[dict[str, Any]], T]) -> list[T]:
    """Each line as `parse` makes it, which raises ValueError with what is wrong; raises BrokenFile."""
    return _found(str(path), _lines(path), limit, parse)


def _found(name: str, lines: Iterator[tuple[int, str]], limit: int | None, parse: Callable[[dict[str, Any]], T]) -> list[T]:
    found: list[T] = []
    for number, line in lines:
        if limit is not None and len(found) >= limit:
            break
        try:
            found.append(parse(_object(line)))
        except ValueError as error:
            raise BrokenFile(_("%(path)s, line %(number)d: %(reason)s") % _place(name, number, error)) from error
    if not found:
        raise BrokenFile(_("%(path)s holds no questions.") % {"path": name})
    return found


def _lines(path: Path) -> Iterator[tuple[int, str]]:
    try:
        return _numbered(str(path), path.read_bytes())
    except OSError as error:
        raise BrokenFile(_("%(path)s cannot be read: %(reason)s.") % {"path": path, "reason": error.strerror}) from error


def _numbered(name: str, data: bytes) -> Iterator[tuple[int, str]]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise BrokenFile(_("%(path)s, line %(number)d: not UTF-8 text.") % {"path": name, "number": line}) from error
    return ((number, line) for number, line in enumerate(text.split("\n"), start=1) if line.strip())


def _object(line: str) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except json.JSONDecodeError as error:
        raise ValueError(_("not JSON (%(reason)s).") % {"reason": error}) from error
    except RecursionError as error:
        raise ValueError(_("not JSON (nested too deep).")) from error
    if not isinstance(value, dict):
        raise ValueError(_("an object in braces was expected."))
    return value


def _expectation(value: dict[str, Any]) -> Expectation:
    expected = _ids(value)
    if not expected:
        raise ValueError(_('"expected" names no chapter.'))
    return Expectation(_question(value), expected)


def _expected(value: dict[str, Any]) -> Expected:
    answer = value.get("answer", "")
    if not isinstance(answer, str) or "\x00" in answer:
        raise ValueError(_('"answer" must be a text.'))
    expected = _ids(value) if "expected" in value else ()
    if not expected and not answer.strip():
        raise ValueError(_('it needs "expected" with chapters, or "answer".'))
    return Expected(_question(value).replace("\x00", " "), expected, answer.strip())


def _answerable(value: dict[str, Any]) -> Answerable:
    course = value.get("course", "")
    if not isinstance(course, str):
        raise ValueError(_('"course" must be a text.'))
    if "answerable" not in value:
        return Answerable(_question(value), bool(_ids(value)), course)
    if not isinstance(value["answerable"], bool):
        raise ValueError(_('"answerable" must be true or false.'))
    return Answerable(_question(value), value["answerable"], course)


def _question(value: dict[str, Any]) -> str:
    question = value.get("question")
    if not isinstance(question, str) or not question.strip():
        raise ValueError(_('"question" must be a text that is not empty.'))
    return question


def _ids(value: dict[str, Any]) -> tuple[str, ...]:
    ids = value.get("expected")
    if not isinstance(ids, list) or not all(isinstance(each, str) and each for each in ids):
        raise ValueError(_('"expected" must be a list of chapter ids.'))
    return tuple(ids)


def _place(name: str, number: int, error: ValueError) -> dict[str, Any]:
    return {"path": name, "number": number, "reason": error}
