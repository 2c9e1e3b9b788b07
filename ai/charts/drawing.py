"""From numbers to shapes on a field of 100 by 100, which the page stretches to its width. Colours and text are the page's.

Nothing here is text inside a picture: labels stand beside it in their own size, so they stay readable at any width.
"""

from collections.abc import Sequence
from dataclasses import dataclass

STEPS = (1, 2, 3, 4, 5, 6, 8, 10)  # of the upper half of an axis, times a power of ten
X_LABELS = 4  # at most under a long series: as many as fit a telephone
FILLED = 0.74  # of its place that a bar takes


@dataclass(frozen=True, slots=True)
class Bar:
    x: str
    y: str
    width: str
    height: str
    series: str
    label: str


@dataclass(frozen=True, slots=True)
class Line:
    path: str
    series: str


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    text: str
    anchor: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A field with an axis on the left (`top`, `middle`, 0) and labels below."""

    caption: str
    top: str
    middle: str
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...] = ()
    lines: tuple[Line, ...] = ()
    rule: str = ""  # where an upright line stands
    rule_label: str = ""


@dataclass(frozen=True, slots=True)
class Part:
    x: str
    width: str
    series: str
    label: str


@dataclass(frozen=True, slots=True)
class Row:
    """A lying bar with its name before and its number after it."""

    name: str
    url: str
    text: str
    parts: tuple[tuple[Part, ...], ...]  # one or two bars
    note: str = ""


@dataclass(frozen=True, slots=True)
class Interval:
    """A share from 0 to 100 with the range it may lie in."""

    name: str
    text: str
    low: str
    high: str
    at: str
    is_known: bool


@dataclass(frozen=True, slots=True)
class Piece:
    """One piece of a bar."""

    series: str
    value: float
    label: str


def fixed(number: float) -> str:
    """A coordinate: two digits are finer than any screen, and the point stays a point in every language."""
    return f"{number:.2f}".rstrip("0").rstrip(".")


def top_of(values: Sequence[float]) -> float:
    """The end of an axis that holds all values and has a round middle."""
    highest, power = max([*values, 1]), 1.0
    while 2 * STEPS[-1] * power < highest:
        power *= 10
    return next(2 * step * power for step in STEPS if 2 * step * power >= highest)


def fine_top_of(values: Sequence[float]) -> float:
    """The same where all values may be far below 1."""
    most, power = max(values, default=0.0), 1.0
    while 0 < most * power < 10:
        power *= 10
    return top_of([most * power]) / power


def ticks(labels: Sequence[str], *, most: int = X_LABELS) -> tuple[Tick, ...]:
    """Some of the labels, under the middle of their places; the outer ones kept inside."""
    count = len(labels)
    chosen = range(count) if count <= most else sorted({round(n * (count - 1) / (most - 1)) for n in range(most)})
    return tuple(_tick(number, count, labels[number], is_sparse=count > most) for number in chosen)


def bars(stacks: Sequence[Sequence[Piece]], top: float) -> tuple[Bar, ...]:
    """Upright bars, each a stack of pieces, the first one at the bottom."""
    place = 100 / max(len(stacks), 1)
    found: list[Bar] = []
    for number, stack in enumerate(stacks):
        x, reached = (number + (1 - FILLED) / 2) * place, 0.0
        for piece in stack:
            height = 100 * piece.value / top
            reached += height
            if height > 0:
                found.append(Bar(fixed(x), fixed(100 - reached), fixed(FILLED * place), fixed(height), piece.series, piece.label))
    return tuple(found)


def line(values: Sequence[float | None], top: float, series: str) -> Line:
    """A line through the values; where one is missing it breaks off, and one alone is a point."""
    place, path, is_drawing = 100 / max(len(values), 1), [], False
    for number, value in enumerate(values):
        if value is None:
            is_drawing = False
            continue
        at = f"{fixed((number + 0.5) * place)} {fixed(100 - 100 * value / top)}"
        path.append(f"L{at}" if is_drawing else f"M{at}h0")
        is_drawing = True
    return Line("".join(path), series)


def parts(pieces: Sequence[Piece], most: float) -> tuple[Part, ...]:
    """A lying bar; `most` is as long as the field is wide."""
    found, x = [], 0.0
    for piece in pieces:
        width = 100 * piece.value / most if most else 0.0
        if width > 0:
            found.append(Part(fixed(x), fixed(width), piece.series, piece.label))
        x += width
    return tuple(found)


def _tick(number: int, count: int, text: str, *, is_sparse: bool) -> Tick:
    if is_sparse and number == 0:
        return Tick("0%", text, "start")
    if is_sparse and number == count - 1:
        return Tick("100%", text, "end")
    return Tick(f"{fixed((number + 0.5) * 100 / count)}%", text, "middle")
