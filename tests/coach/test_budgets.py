"""Beyond a budget nobody waits in silence: a sentence says so, and the course itself answers. No budget lets one more through."""

import asyncio
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.utils import ProgrammingError
from django.test import Client
from django.urls import reverse

from accounts.door import SYSTEM, acting_as, actor_for
from ai.models import Budget, BudgetDay
from ai.providers import configured
from coach import answering, claiming
from coach.showing import shown
from tests.ai.rows import fake_row
from tests.ai.test_provider_pages import signed_in
from tests.coach.conftest import answered, put
from tests.coach.test_faults import forget_failures
from tests.conftest import make_course
from tests.fake_vendor import fake_vendor, fake_vendor_server

__all__ = ["fake_vendor", "fake_vendor_server"]
pytestmark = pytest.mark.django_db(transaction=True)
QUESTION = "How do containers find each other?"
ALIKE = "By which name does a container reach another one on a network?"  # the same words would be answered from memory
THIRD = "Which DNS server do containers on one network ask for a name?"


@pytest.fixture(autouse=True)
def with_a_model(fake_vendor):
    with acting_as(SYSTEM):
        fake_row(fake_vendor, "house")
    yield
    forget_failures()
    configured._known.candidates = ()
    configured.forget()


def bound(scope, **bounds):
    with acting_as(SYSTEM):
        return Budget.objects.create(scope=scope, **bounds)


def ask_now(learner, course, question=QUESTION):
    query = put(learner, course, question)
    asyncio.run(answering.answer_now(query.pk, actor_for(learner)))
    return answered(learner, query)


def used(scope):
    with acting_as(SYSTEM):
        return BudgetDay.objects.get(scope=scope, day=datetime.now(UTC).date())


def test_it_asks_the_model_without_a_budget(taught, ada):
    assert ask_now(ada, taught).response.provider == "house"
    with acting_as(SYSTEM):
        assert not BudgetDay.objects.exists()


@pytest.mark.parametrize(
    ("scope", "words"),
    [("learner", "You have had"), ("course", "This course's share"), ("everybody", "The language model's budget")],
)
def test_it_answers_from_the_course_beyond_a_budget_and_says_so(taught, ada, fake_vendor, scope, words):
    bound(scope, answers_per_day=1)
    assert ask_now(ada, taught).response.provider == "house"
    query = ask_now(ada, taught, ALIKE)
    assert (query.response.provider, query.response.state) == ("extractive", "complete")
    assert "name" in query.response.answer
    assert any(mark.words.startswith(words) for mark in shown(query, slug=taught.slug).marks)
    assert len(fake_vendor.seen) == 1


def test_it_books_an_unknown_price_as_the_estimate(taught, ada):
    bound("learner", usd_per_day=Decimal("0.05"))
    providers = [ask_now(ada, taught, question).response.provider for question in (QUESTION, ALIKE, THIRD)]
    assert providers == ["house", "house", "extractive"]
    day = used("learner")
    assert (day.spent, day.reserved, day.answers) == (Decimal("0.04"), 0, 2)


def test_it_gives_the_share_back_when_no_model_answered(taught, ada, fake_vendor):
    fake_vendor.tell("401")
    bound("learner", answers_per_day=1)
    ask_now(ada, taught)
    assert (used("learner").answers, used("learner").spent, used("learner").reserved) == (0, 0, 0)


def test_it_lets_exactly_as_many_through_as_the_budget_holds(taught, ada, ben):
    bound("course", usd_per_day=Decimal("0.10"))
    queries = [(person, put(person, taught, QUESTION)) for person in (ada, ben) for _ in range(10)]

    async def claim_all():
        return await asyncio.gather(*(claiming.claim(query.pk, actor_for(person)) for person, query in queries))

    claimed = asyncio.run(claim_all())
    assert sum(not one.allowance.is_over for one in claimed) == 5
    assert used("course").reserved == Decimal("0.10")


def test_it_holds_a_course_to_its_own_row_first(taught, ada):
    bound("course", answers_per_day=0)
    bound("course", answers_per_day=5, course=taught)
    assert ask_now(ada, taught).response.provider == "house"


def test_it_lets_nobody_take_or_settle_for_another(ada, ben, taught):
    bound("learner", answers_per_day=5)
    for call in ("SELECT budget_reserve(%s, NULL)", "SELECT budget_settle(%s, NULL, current_date, 0, true)"):
        with pytest.raises(ProgrammingError), acting_as(ben), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(call, [ada.pk])


def test_it_keeps_budgets_in_admin(rex, taught):
    client = signed_in(rex)
    form = {"scope": "course", "course": str(make_course("other").pk), "usd_per_day": "2.5", "answers_per_day": ""}
    assert client.post(reverse("admin:ai_budget_add"), form).status_code == 302
    assert "$2.50" in client.get(reverse("admin:ai_budget_changelist")).content.decode()
    assert "for this already" in client.post(reverse("admin:ai_budget_add"), form).content.decode()
    empty = {"scope": "learner", "course": "", "usd_per_day": "", "answers_per_day": ""}
    assert "Give a number" in client.post(reverse("admin:ai_budget_add"), empty).content.decode()


def test_it_shows_budgets_to_admins_alone(ada):
    assert signed_in(ada).get(reverse("admin:ai_budget_changelist")).status_code == 404
    assert Client().get(reverse("admin:ai_budget_changelist")).status_code == 302
