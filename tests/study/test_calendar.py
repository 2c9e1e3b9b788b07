"""The calendar: its address, its times in every zone, and what it says to programs that have it already."""

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from django.test import Client
from icalendar import Calendar

from accounts.door import acting_as
from accounts.models import User
from planning.models import CalendarFeed, StudyPlan, Subject
from planning.study import calendar_feed
from planning.study.calendar_feed import calendar_of, events
from tests.study.conftest import plan_for, signed_in

pytestmark = pytest.mark.django_db


def made(learner: User) -> str:
    with acting_as(learner):
        return f"/plan/calendar/{calendar_feed.make(learner)}.ics"


def planned(zone: str, day: date, starts_at: time | None, hours: float = 2.0) -> Any:
    """The event of one planned day, without a database."""
    entry = {"day": 1, "date": day.isoformat(), "topics": ["9708.1.1"], "interval": 1, "activities": ["study", "practice"],
             "hours_allocated": hours, "ef": 2.5, "completed": False}  # fmt: skip
    plan = StudyPlan(
        schedule=[entry], exam_date=day + timedelta(days=9), time_zone=zone, starts_at=starts_at,
        subject=Subject(title="Economics"), updated_at=datetime.fromisoformat("2026-01-01T00:00:00+00:00"),
    )  # fmt: skip
    return next(iter(events(plan, {}, "http://testserver")))


def test_it_opens_with_nothing_but_the_address(ada: User, ben: User, plan: StudyPlan) -> None:
    address, other = made(ada), made(ben)
    answer = Client().get(address)
    calendar = Calendar.from_ical(answer.content)
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert len(calendar.events) == len(plan.schedule) + 1
    assert str(calendar.events[-1]["summary"]) == "Exam: Containers in theory"
    assert calendar.events[0]["uid"] != calendar.events[1]["uid"]
    assert Calendar.from_ical(Client().get(other).content).events == []
    assert Client().post(address).status_code == 405
    assert Client().get("/plan/calendar/guess.ics").status_code == 404


def test_it_keeps_a_hash_and_forgets_the_old_address(ada: User, plan: StudyPlan) -> None:
    first = made(ada)
    second = made(ada)
    with acting_as(ada):
        assert CalendarFeed.objects.get().digest not in second
    assert Client().get(first).status_code == 404
    assert Client().get(second).status_code == 200


def test_it_says_not_modified_until_something_changes(ada: User, plan: StudyPlan) -> None:
    address = made(ada)
    tag = Client().get(address).headers["ETag"]
    assert Client().get(address, HTTP_IF_NONE_MATCH=tag).status_code == 304
    with acting_as(ada):
        StudyPlan.objects.filter(pk=plan.pk).update(starts_at=time(18))
    assert Client().get(address, HTTP_IF_NONE_MATCH=tag).status_code == 200


def test_it_is_made_and_revoked_on_the_page(ada: User, ben: User, plan: StudyPlan) -> None:
    client = signed_in(ada)
    page = client.post("/plan/calendar/make").content.decode()
    address = page.split('id="calendar-address">')[1].split("<")[0]
    assert Client().get(address).status_code == 200
    assert address not in client.get("/plan/").content.decode()
    signed_in(ben).post("/plan/calendar/revoke")
    assert Client().get(address).status_code == 200
    assert client.post("/plan/calendar/revoke").status_code == 302
    assert Client().get(address).status_code == 404
    assert client.get("/plan/calendar/make").status_code == 405


@pytest.mark.parametrize(
    ("zone", "day", "utc"),
    [
        ("Europe/London", date(2027, 3, 27), "2027-03-27T18:00:00+00:00"),
        ("Europe/London", date(2027, 3, 28), "2027-03-28T17:00:00+00:00"),  # clocks went forward that night
        ("Pacific/Auckland", date(2028, 2, 29), "2028-02-29T05:00:00+00:00"),
        ("America/New_York", date(2027, 11, 7), "2027-11-07T23:00:00+00:00"),
        ("Asia/Kathmandu", date(2027, 6, 1), "2027-06-01T12:15:00+00:00"),
        ("nowhere", date(2027, 6, 1), "2027-06-01T18:00:00+00:00"),
    ],
)
def test_it_stands_at_the_learners_own_time(zone: str, day: date, utc: str) -> None:
    event = planned(zone, day, time(18))
    assert event.start == datetime.fromisoformat(utc)
    assert event.start.time() == time(18)
    assert event.end - event.start == timedelta(hours=2)


def test_it_lasts_as_long_while_clocks_change() -> None:
    event = planned("Europe/London", date(2027, 3, 28), time(0, 30))
    assert event.end.time() == time(3, 30)
    assert event.end.timestamp() - event.start.timestamp() == 2 * 3600


def test_it_fills_whole_days_without_a_time() -> None:
    event = planned("Pacific/Auckland", date(2028, 2, 29), None)
    assert (event.start, event.end) == (date(2028, 2, 29), date(2028, 3, 1))


def test_it_brings_the_rules_of_its_zone(ada: User, subject: Subject) -> None:
    plan = plan_for(ada, subject, starts_at=time(18))
    with acting_as(ada):
        StudyPlan.objects.filter(pk=plan.pk).update(time_zone="Europe/London")
        text = calendar_of(ada.pk, "http://testserver").decode()
    assert "BEGIN:VTIMEZONE" in text
    assert "DTSTART;TZID=Europe/London:" in text
