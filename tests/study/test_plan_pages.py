"""The pages of a plan: made, looked at, graded, closed; and to nobody else."""

from datetime import timedelta

import pytest
from django.test import Client

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from planning.models import StudyPlan, StudyReview, Subject
from tests.study.conftest import days_pass, seen_by, signed_in, today

pytestmark = pytest.mark.django_db
PAGES = ("", "week/", "month/", "change/")
DEEDS = ("grade", "finish", "replan", "abandon", "complete")


def wish(**more: object) -> dict[str, object]:
    return {"exam_date": (today() + timedelta(days=40)).isoformat(), "hours_per_day": "2", "method": "sm2", **more}


def test_it_begins_empty_and_makes_a_plan(ada: User, subject: Subject) -> None:
    client = signed_in(ada)
    assert "No plan yet" in client.get("/plan/").content.decode()
    assert "9708.1.1 Topic 1.1" in client.get("/plan/new/").content.decode()
    made = client.post(
        "/plan/new/",
        wish(weekdays_off=[str((today().weekday() + 2) % 7)], dates_off=f"{today() + timedelta(days=3)}", known=["9708.1.2"]),
    )
    assert made.status_code == 302
    page = client.get(made.url).content.decode()
    assert "Topic 1.1" in page
    assert "40 days to go" in page
    assert "How did it go?" in page
    again = client.post("/plan/new/", wish())
    assert again.status_code == 409
    assert made.url in again.content.decode()


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"exam_date": "2020-01-01"}, "has to be in the future"),
        ({"exam_date": "2035-11-22"}, "two years ahead"),
        ({"exam_date": "2027-02-29"}, "Enter a valid date"),
        ({"hours_per_day": "0"}, "more than 0 hours"),
        ({"hours_per_day": "25"}, "24 hours"),
        ({"hours_per_day": "nan"}, "Enter a number"),
        ({"dates_off": "soon"}, "is no date"),
        ({"dates_off": "2026-12-25 to 2026-12-24"}, "is no span"),
        ({"weekdays_off": list("0123456")}, "No day is left"),
        ({"known": ["9708.9.9"]}, "not one of the available choices"),
    ],
)
def test_it_says_what_is_wrong(ada: User, subject: Subject, fields: dict[str, object], words: str) -> None:
    answer = signed_in(ada).post("/plan/new/", wish(**fields))
    assert answer.status_code == 422
    assert words in answer.content.decode()


def test_it_grades_from_the_page(ada: User, plan: StudyPlan) -> None:
    client, topic = signed_in(ada), plan.schedule[0]["topics"][0]
    assert client.post(f"/plan/{plan.pk}/grade", {"topic": topic, "grade": "4"}).status_code == 302
    page = client.get(f"/plan/{plan.pk}/").content.decode()
    assert "Right, after a moment." in page
    assert "Comes again from" in page
    client.post(f"/plan/{plan.pk}/grade", {"topic": topic, "grade": "9"})
    assert "A grade is 0 to 5" in client.get(f"/plan/{plan.pk}/").content.decode()


def test_it_says_what_missed_days_moved(ada: User, plan: StudyPlan) -> None:
    days_pass(plan, 3)
    page = signed_in(ada).get(f"/plan/{plan.pk}/").content.decode()
    assert "You missed 3 days" in page
    assert "Nothing you graded is lost" in page
    assert seen_by(ada, plan).planned_on == today()


def test_it_goes_along_when_the_learner_travels(ada: User, plan: StudyPlan) -> None:
    client, topic = signed_in(ada), plan.schedule[0]["topics"][0]
    client.post(f"/plan/{plan.pk}/grade", {"topic": topic, "grade": "4"})
    for zone in ("Pacific/Auckland", "Pacific/Honolulu"):  # the day after, and the day before
        with acting_as(SYSTEM):
            User.objects.filter(pk=ada.pk).update(time_zone=zone)
        assert client.get(f"/plan/{plan.pk}/").status_code == 200
        now = seen_by(ada, plan)
        assert (now.time_zone, now.status) == (zone, "active")
        with acting_as(ada):
            assert StudyReview.objects.get().topic == topic


def test_it_shows_week_and_month(ada: User, plan: StudyPlan) -> None:
    client = signed_in(ada)
    assert "Topic 1.1" in client.get(f"/plan/{plan.pk}/week/").content.decode()
    month = f"{plan.exam_date:%Y-%m}"
    assert plan.exam_date.strftime("%B %Y") in client.get(f"/plan/{plan.pk}/month/?month={month}").content.decode()
    assert client.get(f"/plan/{plan.pk}/month/?month=soon").status_code == 404
    assert "The exam" in client.get(f"/plan/{plan.pk}/week/?from=9999-12-31").content.decode()


def test_it_changes_and_closes_a_plan(ada: User, plan: StudyPlan) -> None:
    client = signed_in(ada)
    assert (
        client.post(f"/plan/{plan.pk}/change/", wish(hours_per_day="0.5", exam_date=today() + timedelta(days=5))).status_code
        == 302
    )
    assert seen_by(ada, plan).hours_per_day == 0.5
    assert "not enough time" in client.get(f"/plan/{plan.pk}/").content.decode()
    client.post(f"/plan/{plan.pk}/abandon")
    assert seen_by(ada, plan).status == "abandoned"
    assert "This plan is closed" in client.get(f"/plan/{plan.pk}/").content.decode()
    assert client.get(f"/plan/{plan.pk}/change/").status_code == 404


@pytest.mark.parametrize("place", PAGES)
def test_it_is_a_404_to_others(ben: User, rex: User, plan: StudyPlan, place: str) -> None:
    for person in (ben, rex):
        assert signed_in(person).get(f"/plan/{plan.pk}/{place}").status_code == 404
    assert Client().get(f"/plan/{plan.pk}/{place}").url.startswith("/account/sign-in/")


@pytest.mark.parametrize("deed", DEEDS)
def test_it_takes_deeds_of_its_learner_only(ada: User, ben: User, plan: StudyPlan, deed: str) -> None:
    assert signed_in(ben).post(f"/plan/{plan.pk}/{deed}").status_code == 404
    assert signed_in(ada).get(f"/plan/{plan.pk}/{deed}").status_code == 405
    assert seen_by(ada, plan).is_active


def test_it_asks_a_bounded_number_of_queries(ada: User, plan: StudyPlan, django_assert_max_num_queries: object) -> None:
    client = signed_in(ada)
    for place, most in (("/plan/", 12), (f"/plan/{plan.pk}/", 14), (f"/plan/{plan.pk}/month/", 14)):
        with django_assert_max_num_queries(most):  # type: ignore[operator]
            assert client.get(place).status_code == 200
