"""The marker without a model: every mark it gives can be read off a few figures and a sentence of the answer.

An answer's share of the marks is weighed from its figures against the model answers and against the points of the scheme that
it comes nearest to; the whole marks of that share then go to the points that are best covered. What it refuses: to read words
addressed to it, the question written out again, or an answer without words. What it cannot read as it should (another
language, the mark scheme itself, more than it reads) goes to a person. Pure but for the embedding it is given.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from learning.transcripts.languages import language_of
from planning.marking import confidence, wording
from planning.marking.features import (
    SAME_MATTER,
    Expected,
    Nearest,
    TextVectors,
    figures,
    nearest,
    nearest_by_words,
    texts_of,
    word_figures,
)
from planning.marking.lasting import LASTING, Embed
from planning.marking.marks import Mark, Point, PointMark, Task
from planning.marking.texts import Counted, counted, is_part_of
from planning.marking.weighing import BOTH, CURRENT, WORDS, Weights, weights_file

MARKER = f"transparent/{CURRENT}"


@dataclass(frozen=True, slots=True)
class _Prepared:
    """A task with its texts taken apart; texts that many answers share are taken apart once."""

    task: Task
    answer: Counted
    points: tuple[tuple[Point, tuple[Expected, ...]], ...]
    references: tuple[Expected, ...]
    scheme: Expected | None  # all points together, where a full answer needs them all

    @property
    def expected(self) -> list[Expected]:
        whole = [self.scheme] if self.scheme else []
        return [*self.references, *whole, *(each for _point, ways in self.points for each in ways)]


@dataclass(frozen=True, slots=True)
class _Judge:
    """Weights with vectors, or without where there are none. `known` are figures by the ids of what was compared."""

    weights: Weights
    vectors: TextVectors | None
    known: dict[tuple[int, int], dict[str, float]] = field(default_factory=dict)

    def figures(self, expected: Expected, answer: Counted) -> dict[str, float]:
        pair = id(expected), id(answer)
        if pair not in self.known:
            self.known[pair] = self._figures(expected, answer)
        return self.known[pair]

    def _figures(self, expected: Expected, answer: Counted) -> dict[str, float]:
        return figures(expected, answer, self.vectors) if self.vectors is not None else word_figures(expected, answer)

    def nearest(self, expected: Expected, answer: Counted) -> Nearest:
        return nearest(expected, answer, self.vectors) if self.vectors is not None else nearest_by_words(expected, answer)

    def speaks_of(self, ways: Sequence[Expected], answer: Counted) -> bool:
        """Whether some sentence of the answer is about the same thing."""
        return any(self.nearest(each, answer).cosine >= SAME_MATTER for each in ways)

    def share(self, expected: Expected, answer: Counted) -> float:
        return self.weights.share_of(self.figures(expected, answer))

    def best(self, ways: Sequence[Expected], answer: Counted) -> float:
        return max(self.share(each, answer) for each in ways)

    def error(self, expected: Expected, answer: Counted, share: float) -> float:
        return self.weights.error(self.figures(expected, answer), share)


def mark_all(tasks: Sequence[Task], embed: Embed | None) -> list[Mark]:
    """The marks of many answers, in their order; without `embed` by words alone."""
    made: dict[tuple[str, str], Expected] = {}
    prepared = [_prepare(task, made) for task in tasks]
    judge = _Judge(weights_file()[BOTH if embed else WORDS], _vectors(prepared, embed))
    return [_mark(each, judge) for each in prepared]


def _prepare(task: Task, made: dict[tuple[str, str], Expected]) -> _Prepared:
    def expected(text: str) -> Expected:
        return made.setdefault((task.question, text), Expected(text, task.question))

    ways = tuple((point, tuple(expected(text) for text in (point.text, *point.alternatives))) for point in task.points)
    together = "\n".join(point.text for point in task.points)
    needs_all = bool(together) and sum(point.marks for point in task.points) <= task.maximum
    references = tuple(expected(text) for text in task.references if text.strip())
    return _Prepared(task, counted(task.answer, task.question), ways, references, expected(together) if needs_all else None)


def _vectors(prepared: Sequence[_Prepared], embed: Embed | None) -> TextVectors | None:
    if embed is None:
        return None
    lasting = texts_of([each for one in prepared for each in one.expected], [])
    return LASTING.vectors(embed, lasting, texts_of([], [one.answer for one in prepared]))


def _mark(one: _Prepared, judge: _Judge) -> Mark:
    if one.answer.is_empty:
        return _nothing(one)
    if not one.expected:
        return _unknown(one)
    strengths = [judge.best(ways, one.answer) for _point, ways in one.points]
    shares = [(judge.share(each, one.answer), each) for each in one.references]
    whole = max(shares, key=lambda pair: pair[0], default=None)
    by_scheme = _by_scheme(one, judge, strengths)
    share = _mean([value for value in (whole[0] if whole else None, by_scheme) if value is not None])
    if judge.vectors is not None and one.points and not any(judge.speaks_of(ways, one.answer) for _point, ways in one.points):
        share = 0.0  # what is true of other things earns nothing, however near their words are
    error = judge.error(whole[1] if whole else _widest(one), one.answer, share)
    awarded = int(share * one.task.maximum + 0.5)
    notes = _notes(one)
    chance = judge.weights.within(error, confidence.tolerance(one.task.maximum))
    sure = confidence.as_score(chance, one.task.history)
    return Mark(
        awarded,
        one.task.maximum,
        share,
        min(sure, confidence.DOUBTED) if notes else sure,
        MARKER,
        wording.summary(awarded, one.task.maximum),
        _points(one, judge, strengths, awarded),
        notes,
        confidence.as_score(chance),
    )


def _by_scheme(one: _Prepared, judge: _Judge, strengths: Sequence[float]) -> float | None:
    """The share that the scheme's points say; of more points than can be had, those said best."""
    if one.scheme:
        return judge.share(one.scheme, one.answer)
    left, earned = one.task.maximum, 0.0
    for strength, (point, _ways) in sorted(zip(strengths, one.points, strict=True), key=lambda pair: -pair[0]):
        taken = min(left, point.marks)
        left, earned = left - taken, earned + strength * taken
    return earned / one.task.maximum if one.points else None


def _widest(one: _Prepared) -> Expected:
    return one.scheme or one.expected[0]


def _points(one: _Prepared, judge: _Judge, strengths: Sequence[float], awarded: int) -> tuple[PointMark, ...]:
    """Whole marks for the points, the best covered first, as many as the answer earned."""
    given = [0] * len(one.points)
    for _mark_number in range(awarded):
        open_points = [at for at, (point, _ways) in enumerate(one.points) if given[at] < point.marks]
        if not open_points:
            break
        at = max(open_points, key=lambda each: strengths[each] * one.points[each][0].marks - given[each])
        given[at] += 1
    return tuple(_point(one, judge, at, given[at], strengths[at]) for at in range(len(one.points)))


def _point(one: _Prepared, judge: _Judge, at: int, awarded: int, strength: float) -> PointMark:
    point, ways = one.points[at]
    best = max(ways, key=lambda each: judge.share(each, one.answer))
    near = judge.nearest(best, one.answer)
    is_near = near.cosine >= SAME_MATTER
    reason = wording.reason(point, awarded, best, near, is_near=is_near)
    return PointMark(point, awarded, reason, near.sentence if is_near else "")


def _nothing(one: _Prepared) -> Mark:
    """Nothing in the answer counts."""
    points = tuple(PointMark(point, 0, wording.not_said()) for point, _ways in one.points)
    return Mark(0, one.task.maximum, 0.0, confidence.BLANK, MARKER, wording.nothing(one.answer), points)


def _unknown(one: _Prepared) -> Mark:
    """Nobody has said what a good answer is, so only a person can tell."""
    return Mark(0, one.task.maximum, 0.0, confidence.LEAST, MARKER, wording.unknown(), (), (wording.unknown(),))


def _notes(one: _Prepared) -> tuple[str, ...]:
    """Why a person should look at it whatever the figures say."""
    answer, expected = one.answer, _widest(one)
    language = language_of(answer.text)
    found = [
        (answer.is_cut, wording.cut()),
        (answer.has_orders, wording.orders()),
        (is_part_of(answer.text, "\n".join(each.text for each in one.expected)), wording.scheme_itself()),
        (bool(language) and expected.language not in ("", language), wording.other_language()),
    ]
    return tuple(text for is_so, text in found if is_so)


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)
