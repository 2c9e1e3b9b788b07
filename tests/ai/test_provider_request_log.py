"""What a try leaves in `ai_request_logs`."""

from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.door import SYSTEM, acting_as
from ai import request_log
from ai.models import AIRequestLog
from ai.pricing import cost, count_tokens
from ai.providers import Attempt

FAILED = Attempt("first", "m1", False, "rate_limited", 0, 0, Decimal(0), None, 12, "status 429")
ANSWERED = Attempt("second", "m2", True, "", 100, 20, None, 340, 1200)


@pytest.mark.django_db
def test_it_writes_one_row_for_each_try(ada):
    query = uuid4()
    with acting_as(SYSTEM):
        request_log.save([FAILED, ANSWERED], user_id=ada.pk, feature="coach", query_id=query)
        first, second = AIRequestLog.objects.filter(query_id=query).order_by("provider")
    assert (first.success, first.error_class, first.error_message, first.response_time) == (
        False,
        "rate_limited",
        "status 429",
        12,
    )
    assert (second.success, second.total_tokens, second.first_token_ms, second.error_message) == (True, 120, 340, None)
    assert second.cost is None
    assert second.user_id == ada.pk


@pytest.mark.django_db
def test_it_writes_all_tries_in_one_statement(ada, django_assert_num_queries):
    with acting_as(SYSTEM), django_assert_num_queries(1):
        request_log.save([FAILED, ANSWERED, FAILED], user_id=ada.pk, feature="coach")


def test_it_prices_by_the_list():
    known = cost("gpt-4o-mini", 1_000_000, 1_000_000, vendor="openai")
    assert known == cost("gpt-4o-mini", 1_000_000, 1_000_000, base_url="https://api.openai.com/v1")
    assert known > 0


@pytest.mark.parametrize("where", [{"vendor": "openai"}, {"base_url": "http://127.0.0.1:8000/v1"}, {"base_url": ""}])
def test_it_does_not_guess_a_price(where):
    assert cost("a-model-nobody-sells", 1000, 1000, **where) is None


def test_it_does_not_price_an_unknown_host_by_the_name_of_its_model():
    assert cost("gpt-4o-mini", 1000, 1000, base_url="https://gateway.example.com/v1") is None


@pytest.mark.parametrize(("text", "tokens"), [("", 0), ("a", 1), ("abcd", 1), ("abcde", 2)])
def test_it_estimates_tokens(text, tokens):
    assert count_tokens(text) == tokens
