"""The dashboard's pages: who gets in, what it says of much, little and nothing, and the tables that leave it."""

import csv
import io

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.charts.shapes import Column, Table
from ai.charts.spreadsheet import written
from coach import rating
from coach.insights.page import CHARTS
from courses.models import Course
from learning.models import CorrectionEffect, Knowledge
from tests.conftest import make_course, make_person
from tests.insights.conftest import NOON, asked, folded
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db(transaction=True)

HOSTILE = '=HYPERLINK("http://evil.example","click") <script>alert(1)</script>'
PAGES = ["", *(f"{key}.csv" for key in CHARTS)]


def page_of(person: User, query: str = "") -> str:
    return signed_in(person).get(f"/desk/insights/{query}").content.decode()


@pytest.mark.parametrize("path", PAGES)
def test_it_is_not_there_for_learners_and_strangers(taught: Course, ada: User, path: str) -> None:
    assert signed_in(ada).get(f"/desk/insights/{path}").status_code == 404
    assert Client().get(f"/desk/insights/{path}").status_code == 302


@pytest.mark.parametrize("path", PAGES)
def test_it_is_there_for_trainers_and_admins(taught: Course, tess: User, rex: User, path: str) -> None:
    for person in (tess, rex):
        client = signed_in(person)
        assert client.get(f"/desk/insights/{path}").status_code == 200
        assert client.post(f"/desk/insights/{path}").status_code == 405


def test_it_shows_a_trainer_their_courses_only(course: Course, ada: User, tess: User, rex: User) -> None:
    other = make_course("other", "Another course")
    asked(ada, other)
    folded()
    assert signed_in(tess).get("/desk/insights/?course=other").status_code == 404
    assert "Another course" not in page_of(tess)
    assert "0 questions" in page_of(tess) or "Nothing has happened" in page_of(tess)
    assert "1 question was asked" in page_of(rex, "?course=other")
    assert signed_in(rex).get("/desk/insights/?course=nowhere").status_code == 404


def test_it_draws_what_happened(taught: Course, ada: User, ben: User, tess: User) -> None:
    first = asked(ada, taught, label="not_found", confidence=0.1)
    asked(ben, taught, days_ago=2)
    with acting_as(ada):
        rating.rate(response=first.response, learner=ada, rating="helpful")
    folded()
    page = page_of(tess, "?course=containers&period=7d")
    for words in (
        "2 questions were asked", "0 of 2 questions went to a trainer", "1 of 1 ratings says helpful",
        "Most are left open at “Volumes and bind mounts”: 1 of 2 questions.", "coach-v1", "Too few to tell a share",
    ):  # fmt: skip
        assert words in page, words
    assert page.count('<svg class="canvas"') >= 4
    assert "style=" not in page
    assert page.count('class="chart') == len(CHARTS) + 1  # and the box around them


@pytest.mark.parametrize("query", ["?period=odd", "?period=7d", "?period=52w", "?course=&period=12w", "?period=%00"])
def test_it_says_that_nothing_happened(taught: Course, tess: User, query: str) -> None:
    page = page_of(tess, query)
    assert "Nothing has happened in this time" in page
    assert "<figure" not in page


def test_it_tells_a_trainer_without_a_course(db: None) -> None:
    assert "You train no course yet" in page_of(make_person("Tim", "trainer"))


def test_it_asks_few_questions_of_the_database(taught: Course, ada: User, tess: User) -> None:
    for number in range(6):
        asked(ada, taught, days_ago=number, place=f"place-{number}")
    folded()
    client = signed_in(tess)
    with CaptureQueriesContext(
        connection,
    ) as seen:
        client.get("/desk/insights/")
    assert len(seen) <= 12, [query["sql"][:80] for query in seen]


def test_it_shows_hostile_text_as_text_and_defuses_it_for_spreadsheets(taught: Course, ada: User, tess: User) -> None:
    with acting_as(SYSTEM):
        made = Knowledge.objects.create(
            course=taught, content="So.", source="correction", entry_id=taught.pk, question=HOSTILE, verified_by_name="Tess"
        )
        CorrectionEffect.objects.create(course=taught, entry_id=made.entry_id, live_at=NOON, counted_from=NOON)
    page = page_of(tess)
    assert "<script>alert" not in page
    assert "HYPERLINK" in page
    rows = list(csv.reader(io.StringIO(signed_in(tess).get("/desk/insights/corrections.csv").content.decode("utf-8-sig"))))
    assert rows[1][0] == "'" + HOSTILE


def test_it_writes_the_table_of_its_chart(taught: Course, ada: User, tess: User) -> None:
    asked(ada, taught, days_ago=0)
    folded()
    sent = signed_in(tess).get("/desk/insights/questions.csv?course=containers&period=7d")
    assert sent["Content-Type"] == "text/csv; charset=utf-8"
    assert "insights-containers-questions-" in sent["Content-Disposition"]
    rows = list(csv.reader(io.StringIO(sent.content.decode("utf-8-sig"))))
    assert rows[0][:2] == ["Day", "Questions"]
    assert len(rows) == 8
    assert rows[-1][:2] == [NOON.date().isoformat(), "1"]
    assert signed_in(tess).get("/desk/insights/nothing.csv").status_code == 404


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", "\tx", "\rx", "  =1", "＝1"])
def test_it_defuses_formulas_and_leaves_numbers(text: str) -> None:
    table = Table((Column("a", "A"), Column("b", "B")), ((text, -3),))
    assert list(csv.reader(io.StringIO(written(table)[1:])))[1] == ["'" + text.replace("\r", "\r"), "-3"]


def test_it_is_linked_from_the_desk_and_from_the_administration(taught: Course, tess: User, rex: User) -> None:
    assert 'href="/desk/insights/"' in signed_in(tess).get("/desk/").content.decode()
    assert 'href="/desk/insights/"' in signed_in(rex).get("/admin/").content.decode()
