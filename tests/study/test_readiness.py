"""What is expected to be remembered on a day."""

from datetime import date, timedelta

import pytest

from planning.study.drawing import curve
from planning.study.planner import Topic, Wishes, plan
from planning.study.readiness import POINTS, Readiness, readiness
from planning.study.schedule import entries
from planning.study.spacing import Review

FIRST = date(2027, 1, 1)
EXAM = FIRST + timedelta(days=60)
TOPICS = [Topic(f"1.{n}", "1") for n in range(4)]


def ready(today: date = FIRST, reviews: dict[str, list[Review]] | None = None, **more: object) -> Readiness:
    schedule = entries(plan(topics=TOPICS, memories={}, start=today, wishes=Wishes(EXAM, 2.0)).days, FIRST)
    given: dict[str, object] = {"known": frozenset(), "schedule": schedule, "method": "sm2", **more}
    return readiness(topics=TOPICS, reviews=reviews or {}, first=FIRST, today=today, exam_date=EXAM, **given)  # type: ignore[arg-type]


def test_it_begins_with_nothing_and_promises_most() -> None:
    found = ready()
    assert found.if_stopped == 0.0
    assert found.at_exam > 0.85
    assert found.curve[0].date == FIRST
    assert found.curve[-1].date == EXAM
    assert len(found.curve) <= POINTS + 2


def test_it_fades_to_nine_in_ten_on_the_day_of_the_review() -> None:
    reviews = {"1.0": [Review(FIRST, 4), Review(FIRST + timedelta(days=1), 4)]}
    due = FIRST + timedelta(days=7)
    assert ready(due, reviews, schedule=[]).today == pytest.approx(0.9 / 4)
    assert ready(due + timedelta(days=6), reviews, schedule=[]).today == pytest.approx(0.81 / 4)


def test_it_counts_what_is_known() -> None:
    assert ready(known=frozenset({"1.0", "1.1"}), schedule=[]).today == pytest.approx(0.45)


def test_it_draws_past_and_future_apart() -> None:
    today = FIRST + timedelta(days=30)
    found = ready(today, {"1.0": [Review(FIRST, 5)]})
    drawn = curve(found, FIRST, today, EXAM)
    assert drawn.past.startswith("M0 ")
    assert drawn.future.endswith(f"L100 {100 - 100 * found.at_exam:.2f}".rstrip("0"))
    assert drawn.today == "50"


def test_it_needs_a_day() -> None:
    with pytest.raises(ValueError, match="at least one day"):
        readiness(
            topics=[], known=frozenset(), reviews={}, schedule=[], first=EXAM, today=EXAM, exam_date=EXAM, method="sm2"
        )  # fmt: skip
