"""What a try leaves in `ai_request_logs`."""

import asyncio
from decimal import Decimal
from uuid import uuid4

import pytest

from accounts.door import SYSTEM, acting_as
from ai import request_log
from ai.models import AIRequestLog
from ai.pricing import cost, count_tokens
from ai.providers import Attempt
from ai.providers.openai_compatible import Limits
from ai.providers.profiles import PROFILES
from ai.providers.routing import stream
from tests.ai.asking import read, request

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


BY_HAND = {  # dollars for a million tokens: of the prompt, of what was in the vendor's cache, of the answer
    "openai": {"gpt-4.1": ("2", "0.5", "8"), "gpt-4o-mini": ("0.15", "0.075", "0.6")},
    "claude": {"claude-sonnet-4-0": ("3", "0.3", "15")},
    "gemini": {"gemini-2.5-pro": ("1.25", "0.125", "10")},
    "mistral": {"mistral-large-latest": ("2", "2", "6")},
}
MODELS = [(kind, model) for kind, models in BY_HAND.items() for model in models]


@pytest.mark.django_db
@pytest.mark.parametrize("mode", ["good", "cached"])
@pytest.mark.parametrize(("kind", "model"), MODELS, ids=[model for _kind, model in MODELS])
def test_it_logs_each_answer_at_its_price(ada, vendor, fake_vendor, kind, model, mode):
    fake_vendor.tell(mode)
    attempts = []
    provider = vendor(model, profile=PROFILES[kind], limits=Limits())
    asyncio.run(read(stream(request(), attempts=attempts, providers=[provider])))
    with acting_as(SYSTEM):
        request_log.save(attempts, user_id=ada.pk, feature="coach")
        row = AIRequestLog.objects.get()
    whole, from_cache, said = map(Decimal, BY_HAND[kind][model])
    cached = row.prompt_tokens // 2 if mode == "cached" and PROFILES[kind].asks_for_usage else 0  # of Mistral tokens are counted
    price = whole * (row.prompt_tokens - cached) + from_cache * cached + said * row.completion_tokens
    assert row.prompt_tokens > 100
    assert abs(row.cost - price / 1_000_000) <= Decimal("1e-8")  # a cent is a million times as much
