"""The curve of readiness as shapes on a field of 100 by 100, which the page stretches; labels stand beside it."""

from dataclasses import dataclass
from datetime import date

from planning.study.readiness import Point, Readiness


@dataclass(frozen=True, slots=True)
class Curve:
    """Paths in SVG's words; `today` is where the upright line stands, in parts of 100."""

    past: str
    future: str
    today: str


def curve(readiness: Readiness, first: date, today: date, exam_date: date) -> Curve:
    span = max((exam_date - first).days, 1)
    here = min(max(today, first), exam_date)
    past = [point for point in readiness.curve if point.date <= here]
    future = [point for point in readiness.curve if point.date >= here]
    return Curve(_path(past, first, span), _path(future, first, span), _fixed(100 * (here - first).days / span))


def _path(points: list[Point], first: date, span: int) -> str:
    places = [f"{_fixed(100 * (point.date - first).days / span)} {_fixed(100 - 100 * point.share)}" for point in points]
    return f"M{places[0]}" + "".join(f"L{place}" for place in places[1:]) if len(places) > 1 else ""


def _fixed(number: float) -> str:
    return f"{number:.2f}".rstrip("0").rstrip(".")
