"""Puts work on days: prerequisites first, never more on a day than it holds, whatever does not fit said by name.

Pure arithmetic. The order is topological (A. B. Kahn, Communications of the ACM 5, 1962) with the wished order between equals;
days are filled from the first one on, so that what comes later in the order never stands on an earlier day.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

LONGEST = 90  # minutes of one step
CRUMB = 10  # minutes, below which a step is not begun on a day unless that ends it


class Circle(ValueError):
    """Concepts that need each other."""


@dataclass(frozen=True, slots=True)
class Work:
    """Something to do for a concept. `pinned`: the day to which a person moved it."""

    concept: str
    source: str
    minutes: int
    pinned: date | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A piece of a work on a day; `order` counts the works of the whole plan."""

    work: Work
    day: date
    minutes: int
    order: int


@dataclass(frozen=True, slots=True)
class Scheduled:
    """What stands on days, in order, and the minutes of each work that found no place."""

    placed: tuple[Placed, ...]
    unfit: tuple[Work, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Room:
    """The minutes that days hold, from `first` to `last`. `weekly`: by weekday, Monday first; `taken`: minutes gone already."""

    first: date
    last: date
    weekly: tuple[int, ...]
    taken: Mapping[date, int]

    def on(self, day: date) -> int:
        return max(0, self.weekly[day.weekday()] - self.taken.get(day, 0))


def in_order(concepts: Sequence[str], needs: Mapping[str, Sequence[str]]) -> list[str]:
    """Each concept after those it needs, else as wished. Needs from outside do not count. Raises Circle."""
    left, ordered = list(dict.fromkeys(concepts)), []
    while left:
        ready = next((each for each in left if not set(needs.get(each, ())) & (set(left) - {each})), None)
        if ready is None:
            raise Circle(", ".join(left))
        left.remove(ready)
        ordered.append(ready)
    return ordered


def queue(works: Sequence[Work], order: Sequence[str], needs: Mapping[str, Sequence[str]], *, side_by_side: bool) -> list[Work]:
    """The order of all works. Side by side, concepts take turns, each once what it needs is through."""
    waiting = {concept: [work for work in works if work.concept == concept] for concept in order}
    if not side_by_side:
        return [work for concept in order for work in waiting[concept]]
    found: list[Work] = []
    while any(waiting.values()):
        ready = [
            each for each in order if waiting[each] and not any(waiting.get(need) for need in needs.get(each, ()) if need != each)
        ]
        for concept in ready:
            found.append(waiting[concept].pop(0))
    return found


def schedule(works: Sequence[Work], needs: Mapping[str, Sequence[str]], room: Room) -> Scheduled:
    """Works, in their order, on days. A pin that would break a rule is dropped, the last one first, until all of them hold."""
    while True:
        found = _fill(works, room)
        broken = _broken_pin(found, works, needs, room)
        if broken is None:
            return found
        works = [replace(work, pinned=None) if number == broken else work for number, work in enumerate(works)]


def _fill(works: Sequence[Work], room: Room) -> Scheduled:
    taken = dict(room.taken)
    placed = []
    for number, work in enumerate(works):
        if work.pinned:
            placed.append(Placed(work, work.pinned, work.minutes, number))
            taken[work.pinned] = taken.get(work.pinned, 0) + work.minutes
    free, day, unfit = replace(room, taken=taken), room.first, []
    for number, work in enumerate(works):
        if not work.pinned:
            pieces, day, left = _pieces(work, number, free, taken, day)
            placed += pieces
            unfit += [replace(work, minutes=left)] if left else []
    return Scheduled(tuple(sorted(placed, key=lambda piece: (piece.day, piece.order))), tuple(unfit))


def _pieces(work: Work, number: int, room: Room, taken: dict[date, int], day: date) -> tuple[list[Placed], date, int]:
    """The pieces of one work from `day` on, the day where it ends (past the last one when something is left), and what is left.

    `taken` is the room's own count and is written to.
    """
    pieces, left = [], work.minutes
    while left and day <= room.last:
        size = min(left, room.on(day), LONGEST)
        if not size or (size < left and size < CRUMB):
            day += timedelta(days=1)
            continue
        pieces.append(Placed(work, day, size, number))
        taken[day] = taken.get(day, 0) + size
        left -= size
    return pieces, day, left


def _broken_pin(found: Scheduled, works: Sequence[Work], needs: Mapping[str, Sequence[str]], room: Room) -> int | None:
    """The number of a pinned work that stands outside the room, or on the wrong side of what it needs or what needs it."""
    firsts, lasts = _spans(found)
    cut = {work.concept for work in found.unfit}
    for number in range(len(works) - 1, -1, -1):
        work = works[number]
        if work.pinned and (_is_outside(work.pinned, works, room) or _is_misplaced(work, needs, firsts, lasts, cut)):
            return number
    return None


def _is_outside(day: date, works: Sequence[Work], room: Room) -> bool:
    return not room.first <= day <= room.last or sum(each.minutes for each in works if each.pinned == day) > room.on(day)


def _is_misplaced(
    work: Work, needs: Mapping[str, Sequence[str]], firsts: Mapping[str, date], lasts: Mapping[str, date], cut: set[str]
) -> bool:
    day = work.pinned or date.max
    before, after = needed(work.concept, needs), {each for each in needs if work.concept in needed(each, needs)}
    late = any(lasts.get(need, day) > day or need in cut for need in before)
    return late or any(firsts.get(each, day) < day for each in after)


def needed(concept: str, needs: Mapping[str, Sequence[str]]) -> set[str]:
    """All that a concept needs, near and far."""
    found: set[str] = set()
    ahead = list(needs.get(concept, ()))
    while ahead:
        each = ahead.pop()
        if each not in found:
            found.add(each)
            ahead += needs.get(each, ())
    return found


def _spans(found: Scheduled) -> tuple[dict[str, date], dict[str, date]]:
    firsts: dict[str, date] = {}
    lasts: dict[str, date] = {}
    for piece in found.placed:
        firsts.setdefault(piece.work.concept, piece.day)
        lasts[piece.work.concept] = piece.day
    return firsts, lasts
