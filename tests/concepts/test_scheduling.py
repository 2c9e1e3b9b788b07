"""Whatever is asked of it: no day holds more than it can, prerequisites come first, all is placed or said not to fit."""

from collections import Counter
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.learning_plans.scheduling import Circle, Room, Work, in_order, queue, schedule

MONDAY = date(2026, 11, 23)
NAMES = "abcdef"


@st.composite
def problems(draw):
    names = list(NAMES[: draw(st.integers(1, 6))])
    needs = {name: draw(st.lists(st.sampled_from(names[:at]), unique=True)) if at else [] for at, name in enumerate(names)}
    wished = draw(st.permutations(names))
    pin = st.one_of(st.none(), st.none(), st.integers(-2, 40).map(lambda days: MONDAY + timedelta(days=days)))
    work = st.tuples(st.sampled_from(names), st.integers(1, 400), pin)
    works = [Work(name, str(at), minutes, day) for at, (name, minutes, day) in enumerate(draw(st.lists(work, max_size=15)))]
    weekly = tuple(draw(st.lists(st.integers(0, 240), min_size=7, max_size=7)))
    taken = draw(st.dictionaries(st.integers(0, 9).map(lambda days: MONDAY + timedelta(days=days)), st.integers(0, 300)))
    last = MONDAY + timedelta(days=draw(st.integers(0, 60)))
    room = Room(first=MONDAY, last=last, weekly=weekly, taken=taken)
    order = in_order(wished, needs)
    return needs, queue(works, order, needs, side_by_side=draw(st.booleans())), room, works


@settings(max_examples=150, deadline=None)
@given(problems())
def test_it_holds_capacity_order_and_all_the_work(problem) -> None:
    needs, queued, room, works = problem
    assert Counter(work.source for work in queued) == Counter(work.source for work in works)
    found = schedule(queued, needs, room)
    on_day: Counter[date] = Counter()
    got: Counter[str] = Counter()
    for piece in found.placed:
        on_day[piece.day] += piece.minutes
        got[piece.work.source] += piece.minutes
    assert all(minutes <= room.on(day) and room.first <= day <= room.last for day, minutes in on_day.items())
    for work in found.unfit:
        got[work.source] += work.minutes
    assert got == Counter({work.source: work.minutes for work in works})
    days = {name: [piece.day for piece in found.placed if piece.work.concept == name] for name in needs}
    for name, before in needs.items():
        for need in before:
            assert not days[name] or not days[need] or max(days[need]) <= min(days[name])


def test_it_keeps_a_pin_that_breaks_nothing_and_drops_one_that_does() -> None:
    room = Room(first=MONDAY, last=MONDAY + timedelta(days=13), weekly=(60,) * 7, taken={})
    works = [Work("a", "1", 60), Work("a", "2", 60, MONDAY + timedelta(days=5)), Work("b", "3", 60, MONDAY)]
    kept = {piece.work.source: piece.day for piece in schedule(works[:2], {}, room).placed}
    assert kept == {"1": MONDAY, "2": MONDAY + timedelta(days=5)}
    dropped = {piece.work.source: piece.day for piece in schedule(works, {"b": ["a"]}, room).placed}
    assert dropped["3"] >= dropped["2"]


def test_it_takes_turns_side_by_side() -> None:
    works = [Work(name, f"{name}{n}", 30) for name in "ab" for n in (1, 2)] + [Work("c", "c1", 30)]
    queued = queue(works, ["a", "b", "c"], {"c": ["b"]}, side_by_side=True)
    assert [work.source for work in queued] == ["a1", "b1", "a2", "b2", "c1"]


def test_it_says_so_when_concepts_need_each_other() -> None:
    with pytest.raises(Circle):
        in_order(["a", "b"], {"a": ["b"], "b": ["a"]})
