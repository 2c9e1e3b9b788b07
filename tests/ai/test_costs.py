"""The page of costs: sums are the log's sums, an unknown price is not zero, and a spreadsheet holds no formula."""

import csv
import io
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from ai import costs, request_log
from ai.models import AIRequestLog
from ai.providers import Attempt
from courses.models import Course
from tests.ai.test_provider_pages import signed_in

pytestmark = pytest.mark.django_db(transaction=True)
PAGE = reverse("admin:ai_costs")
MONTH = timedelta(days=30)


def tried(provider="OpenAI", model="gpt-4.1", *, price=Decimal("0.01"), kind="", first=100):
    return Attempt(provider, model, not kind, kind, 1000, 200, price, first if not kind else None, 900)


@pytest.fixture
def logged(ada, course):
    with acting_as(SYSTEM):
        Course.objects.filter(pk=course.pk).update(title="=HYPERLINK(1)")
        tries = [
            tried(),
            tried(price=None),
            tried(kind="timeout", price=None),
            tried("Claude", "c", price=Decimal("0.5"), first=900),
        ]
        request_log.save(tries, user_id=ada.pk, feature="coach", course_id=course.pk)
        request_log.save([tried(kind="outrun")], user_id=ada.pk, feature="mentor")
        old = AIRequestLog.objects.filter(feature="mentor")
        assert old.count() == 1


def test_it_adds_up_what_the_log_holds(logged):
    with acting_as(SYSTEM):
        claude, openai = costs.lines("model", timezone.now() - MONTH)
        (reason,) = costs.reasons(timezone.now() - MONTH)
        features = {line.name: line.cost for line in costs.lines("feature", timezone.now() - MONTH)}
    assert (claude.name, claude.cost, claude.first_p95) == ("Claude · c", Decimal("0.5"), 900)
    assert (openai.requests, openai.failed, openai.unpriced, openai.cost) == (4, 1, 2, Decimal("0.02"))
    assert (reason.provider, reason.kind, reason.times) == ("OpenAI", "timeout", 1)
    assert features == {"coach": Decimal("0.51"), "mentor": Decimal("0.01")}


def test_it_shows_admins_the_page(logged, rex, django_assert_max_num_queries):
    client = signed_in(rex)
    with django_assert_max_num_queries(12):
        page = client.get(PAGE).content.decode()
    assert "$0.5200" in page
    assert "2 of unknown price" in page
    assert "did not begin to answer in time" in page
    assert client.get(f"{PAGE}?days=oops").status_code == 200
    assert client.post(PAGE).status_code == 405


def test_it_gives_a_spreadsheet_without_formulas(logged, rex):
    client = signed_in(rex)
    answer = client.get(f"{PAGE}?csv=course")
    rows = list(csv.reader(io.StringIO(answer.content.decode())))
    assert answer["Content-Type"].startswith("text/csv")
    assert rows[0][0] == "course"
    assert rows[1][:5] == ["'=HYPERLINK(1)", "4", "1", "0.51000000", "2"]
    assert client.get(f"{PAGE}?csv=users").status_code == 404


def test_it_takes_no_unknown_price_for_zero(ada, rex):
    with acting_as(SYSTEM):
        request_log.save([tried("House", "own", price=None)], user_id=ada.pk, feature="coach")
    client = signed_in(rex)
    rows = list(csv.reader(io.StringIO(client.get(f"{PAGE}?csv=model").content.decode())))
    assert rows[1][:5] == ["House · own", "1", "0", "", "1"]
    page = client.get(PAGE).content.decode()
    assert ">unknown<" in page.replace("\n", "")
    assert "No course" in page


def test_it_is_empty_before_the_first_request(rex):
    assert "No model was asked" in signed_in(rex).get(PAGE).content.decode()


def test_it_is_for_admins_alone(ada):
    assert signed_in(ada).get(PAGE).status_code == 404
    assert Client().get(PAGE).status_code == 302
