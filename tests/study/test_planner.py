"""The planner: what holds for every plan, and what it does with too little time."""

from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planning.study.days import DaysOff, practice_exam_days, study_days
from planning.study.planner import TOPICS_A_DAY, Planned, Topic, Wishes, interleaved, plan
from planning.study.schedule import ACTIVITIES, Schedule, before, entries, missed, moves
from planning.study.spacing import METHODS, Memory, Review, remembered

MONDAY = date(2028, 2, 21)  # the week before a leap day


def topics(number: int, parts: int = 3) -> list[Topic]:
    return [Topic(f"9708.{n % parts + 1}.{n // parts + 1}", f"9708.{n % parts + 1}") for n in range(number)]


def wishes_of(draw: st.DrawFn, codes: list[str]) -> Wishes:
    some = st.frozensets(st.sampled_from(codes), max_size=len(codes)) if codes else st.just(frozenset())
    off = DaysOff(
        draw(st.frozensets(st.integers(0, 6), max_size=6)),
        draw(st.frozensets(st.dates(MONDAY, MONDAY + timedelta(days=90)), max_size=20)),
    )
    exam = MONDAY + timedelta(days=draw(st.integers(1, 90)))
    hours = draw(st.floats(0.01, 24, allow_nan=False))
    return Wishes(exam, hours, off, draw(some), draw(some), draw(st.sampled_from(["sm2", "fsrs"])))


@st.composite
def cases(draw: st.DrawFn) -> tuple[list[Topic], dict[str, Memory], Wishes]:
    given_topics = topics(draw(st.integers(0, 40)))
    codes = [topic.code for topic in given_topics]
    wishes = wishes_of(draw, codes)
    memories = {}
    for code in codes:
        grades = draw(st.lists(st.integers(0, 5), max_size=2))
        memory = remembered(wishes.method, [Review(MONDAY - timedelta(days=n + 1), grade) for n, grade in enumerate(grades)])
        if memory:
            memories[code] = memory
    return given_topics, memories, wishes


@settings(max_examples=120, deadline=None)
@given(cases())
def test_it_keeps_its_word(case: tuple[list[Topic], dict[str, Memory], Wishes]) -> None:
    given_topics, memories, wishes = case
    planned = plan(topics=given_topics, memories=memories, start=MONDAY, wishes=wishes)
    dates = [day.date for day in planned.days]
    assert dates == sorted(set(dates))
    for day in planned.days:
        assert MONDAY <= day.date < wishes.exam_date
        assert day.date not in wishes.off
        assert 0 < day.hours <= wishes.hours_per_day
        codes = [topic.code for topic in day.topics]
        assert len(codes) == len(set(codes)) <= TOPICS_A_DAY
        assert not wishes.known & set(codes)
    new = [topic.code for day in planned.days for topic in day.topics if topic.is_new]
    expected = {topic.code for topic in given_topics} - wishes.known - set(memories)
    assert len(new) == len(set(new))
    assert set(new) | set(planned.lack.left_out) == expected
    assert not set(new) & set(planned.lack.left_out)
    well_shaped(entries(planned.days, MONDAY), wishes)


def well_shaped(schedule: Schedule, wishes: Wishes) -> None:
    for entry in schedule:
        assert list(entry) == ["day", "date", "topics", "interval", "activities", "hours_allocated", "ef", "completed"]
        assert MONDAY + timedelta(days=entry["day"] - 1) == date.fromisoformat(entry["date"])
        assert entry["interval"] >= 1
        assert set(entry["activities"]) <= set(ACTIVITIES)
        assert entry["activities"]
        assert 1.3 <= entry["ef"] <= 2.5
        assert entry["completed"] is False


def planned_for(number: int, days: int, hours: float, **more: object) -> Planned:
    wishes = Wishes(MONDAY + timedelta(days=days), hours, **more)  # type: ignore[arg-type]
    return plan(topics=topics(number), memories={}, start=MONDAY, wishes=wishes)


def test_it_reviews_at_the_intervals_of_sm2() -> None:
    planned = planned_for(3, 60, 3)
    days = [day.date for day in planned.days for topic in day.topics if topic.code == "9708.1.1"]
    assert [(day - MONDAY).days for day in days[:4]] == [0, 1, 7, 22]


def test_it_mixes_parts_of_the_syllabus() -> None:
    assert interleaved(topics(7)) == [f"9708.{part}.{n}" for n in (1, 2) for part in (1, 2, 3)] + ["9708.1.3"]
    mixed = [day for day in planned_for(12, 60, 3).days if len(day.topics) == 3]
    assert mixed
    several = [day for day in mixed if len({topic.code[:6] for topic in day.topics}) > 1]
    assert len(several) >= len(mixed) * 0.8


def test_it_brings_what_is_urgent_at_once() -> None:
    planned = planned_for(12, 60, 2, urgent=frozenset({"9708.3.4"}))
    assert planned.days[0].topics[0].code == "9708.3.4"
    memories = {"9708.2.2": remembered("sm2", [Review(MONDAY - timedelta(days=day), 5) for day in (8, 7, 1)])}
    wishes = Wishes(MONDAY + timedelta(days=60), 2, urgent=frozenset({"9708.2.2"}))
    first = plan(topics=topics(12), memories=memories, start=MONDAY, wishes=wishes).days[0]  # type: ignore[arg-type]
    assert first.topics[0].code == "9708.2.2"


def test_it_says_what_gives_when_time_is_short() -> None:
    roomy = planned_for(20, 60, 3)
    assert not roomy.lack
    tight = planned_for(20, 14, 1)
    assert tight.lack.study_hours < tight.lack.full_hours
    assert tight.lack.hours_short > 0
    hopeless = planned_for(40, 4, 1)
    assert len(hopeless.lack.left_out) >= 28
    assert not hopeless.lack.is_for_places
    assert planned_for(40, 4, 24).lack.is_for_places


def test_it_holds_practice_exams_before_the_date() -> None:
    days = study_days(MONDAY, MONDAY + timedelta(days=40), DaysOff())
    exams = practice_exam_days(days)
    assert len(exams) == 3
    assert max(exams) == days[-2]
    held = [day for day in planned_for(20, 40, 2).days if day.has_exam]
    assert [day.date for day in held] == sorted(exams)


def test_it_counts_the_leap_day() -> None:
    days = study_days(MONDAY, date(2028, 3, 2), DaysOff())
    assert date(2028, 2, 29) in days
    assert len(days) == 10


@pytest.mark.parametrize("method", ["sm2", "fsrs"])
def test_it_grows_intervals_with_good_grades_only(method: str) -> None:
    def interval(grades: list[int]) -> int:
        memory, day = None, MONDAY
        for grade in grades:
            memory = METHODS[method].after(memory, Review(day, grade))
            day = memory.due
        assert memory is not None
        return memory.interval

    assert interval([4, 4, 4]) > interval([4, 4]) > interval([4])
    assert interval([4, 4, 1]) < interval([4, 4])
    memory = remembered(method, [Review(MONDAY, 4), Review(MONDAY + timedelta(days=3), 4)])
    assert memory is not None
    assert METHODS[method].retention(memory, memory.due) == pytest.approx(0.9, abs=0.02)


def test_it_tells_where_missed_topics_went() -> None:
    old = entries(planned_for(9, 30, 3).days, MONDAY)
    today = MONDAY + timedelta(days=3)
    again = plan(topics=topics(9), memories={}, start=today, wishes=Wishes(MONDAY + timedelta(days=30), 3))
    new = before(old, today) + entries(again.days, MONDAY)
    gone = missed(old, MONDAY, today)
    moved = moves(gone, entries(again.days, MONDAY), [(old[0]["topics"][0], MONDAY + timedelta(days=2))])
    assert len(gone) == 3
    assert old[0]["topics"][0] not in [move.topic for move in moved]
    assert all(move.to is not None and move.to >= today > move.was for move in moved)
    assert new[:3] == old[:3]
