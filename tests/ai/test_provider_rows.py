"""Rows of ai_providers: what stands in them, who is asked because of them, and what they say they have cost."""

import asyncio
import importlib
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from decimal import Decimal
from types import SimpleNamespace

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, connections

from accounts.door import SYSTEM, acting_as
from ai import request_log
from ai.models import AIProvider, AIRequestLog
from ai.providers import Attempt, configured, stream
from ai.providers.choosing import Candidate, line_for
from ai.providers.described import WrongConfig, describe
from tests.ai.asking import end, read, request
from tests.ai.rows import fake_row

TABLE = pytest.mark.django_db(transaction=True)
ROUTER = {"model": "m", "base_url": "http://127.0.0.1:8001/v1"}


@pytest.fixture(autouse=True)
def forgotten():
    configured.forget()
    yield
    configured._known.candidates = ()
    configured.forget()


def answered(**more):
    return end(asyncio.run(read(stream(replace(request(), **more), attempts=[])))).provider


@TABLE
def test_it_brings_the_default_rows():
    migration = importlib.import_module("ai.migrations.0003_default_providers")
    with acting_as(SYSTEM):
        migration.add(apps, SimpleNamespace(connection=connection))
        migration.add(apps, SimpleNamespace(connection=connection))
        rows = list(AIProvider.objects.in_order())
    assert [row.type for row in rows] == ["openai", "claude", "gemini", "mistral", "ollama", "extractive"]
    assert [row.name for row in rows if not row.enabled] == ["Ollama Llama 3.1"]
    for row in rows[:-1]:
        assert describe(row.type, row.config).is_connected is (row.type == "ollama")


@TABLE
def test_it_asks_the_rows_in_their_order(fake_vendor):
    with acting_as(SYSTEM):
        fake_row(fake_vendor, "later", priority=2)
        first = fake_row(fake_vendor, "sooner", priority=1)
    assert answered() == "sooner"
    with acting_as(SYSTEM):
        AIProvider.objects.filter(pk=first.pk).update(enabled=False)
    configured.forget()
    assert answered() == "later"


@TABLE
def test_it_leaves_out_who_has_no_key(fake_vendor, monkeypatch):
    with acting_as(SYSTEM):
        fake_row(fake_vendor, "locked", key="HOUSE_API_KEY")
    assert answered() == "extractive"
    assert fake_vendor.seen == []
    monkeypatch.setenv("HOUSE_API_KEY", "very-secret")
    configured.forget()
    assert answered() == "locked"


@TABLE
def test_it_asks_the_settings_model_before_the_rows(settings, fake_vendor):
    settings.LLM_BASE_URL, settings.LLM_MODEL, settings.LLM_NAME = fake_vendor.url, "fake-good", "quick"
    with acting_as(SYSTEM):
        fake_row(fake_vendor, "house")
    assert answered() == "quick"


@TABLE
def test_it_goes_on_with_what_it_knows_while_the_database_is_away(fake_vendor, monkeypatch):
    with acting_as(SYSTEM):
        fake_row(fake_vendor, "house")
    assert answered() == "house"

    async def away(*_):
        raise OSError

    monkeypatch.setattr(configured, "trip", away)
    configured.forget()
    assert answered() == "house"


@TABLE
def test_it_answers_without_models_when_told_to(fake_vendor):
    with acting_as(SYSTEM):
        fake_row(fake_vendor, "house")
    with configured.without_models():
        assert answered() == "extractive"
    assert answered() == "house"


def someone(name, priority=1, **config):
    return Candidate(SimpleNamespace(name=name), priority, describe("compatible", {**ROUTER, **config}))


@pytest.mark.parametrize(
    ("wanted", "names"),
    [
        ({}, ["general"]),
        ({"feature": "mentor"}, ["mentors", "general"]),
        ({"course": "c1"}, ["of c1", "general"]),
        ({"course": "c1", "feature": "mentor"}, ["of c1", "mentors", "general"]),
        ({"needs": frozenset({"images"})}, []),
    ],
)
def test_it_chooses_by_course_then_feature_then_place(wanted, names):
    everybody = [someone("general"), someone("mentors", 5, features=["mentor"]), someone("of c1", 9, courses=["c1"])]
    assert [one.provider.name for one in line_for(replace(request(), **wanted), everybody)] == names


def test_it_leaves_out_who_could_not_hold_the_request():
    small, large = someone("small", 1, context_length=900), someone("large", 2, context_length=100_000)
    assert [one.provider.name for one in line_for(request(), [small, large])] == ["large"]


@pytest.mark.parametrize(
    ("kind", "config", "part"),
    [
        ("openai", {}, "model"),
        ("openai", {"model": 7}, "model"),
        ("compatible", {"model": "m"}, "base_url"),
        ("compatible", {"model": "m", "base_url": "http://169.254.169.254/v1"}, "base_url"),
        ("compatible", {"model": "m", "base_url": "https://evil.example/v1"}, "base_url"),
        ("compatible", {**ROUTER, "key": "SECRET_KEY"}, "key"),
        ("compatible", {**ROUTER, "key": "sk-live-1234567890"}, "key"),
        ("compatible", {**ROUTER, "key": "OPENAI_API_KEY"}, "key"),
        ("claude", {"model": "m", "key": "OPENAI_API_KEY"}, "key"),
        ("openai", {"model": "m", "features": "coach"}, "features"),
        ("openai", {"model": "m", "courses": [1]}, "courses"),
        ("openai", {"model": "m", "context_length": -1}, "context_length"),
        ("openai", {"model": "m", "context_length": True}, "context_length"),
        ("openai", {"model": "m", "capabilities": ["magic"]}, "capabilities"),
        ("openai", {"model": "m", "timeouts": {"first_token": 0}}, "timeouts"),
        ("openai", {"model": "m", "timeouts": {"whenever": 3}}, "timeouts"),
        ("openai", {"model": "m", "hedge_after_ms": 1.5}, "hedge_after_ms"),
        ("openai", {"model": "m", "api_key": "sk-1"}, "config"),
        ("extractive", {}, "type"),
    ],
)
def test_it_refuses_a_wrong_config(kind, config, part):
    with pytest.raises(WrongConfig) as caught:
        describe(kind, config)
    assert caught.value.part == part


def test_it_takes_hosts_that_the_operator_allows(settings):
    settings.PROVIDER_HOSTS = ["gateway.example.com"]
    said = describe("compatible", {"model": "m", "base_url": "https://gateway.example.com/v1", "key": "GATEWAY_API_KEY"})
    assert said.key == "GATEWAY_API_KEY"
    assert not said.is_connected


TRIES = [
    Attempt("house", "m", True, "", 10, 5, Decimal("0.00012345"), 1, 2),
    Attempt("house", "m", False, "timeout", 0, 0, None, 1, 2),
]


@TABLE
def test_it_keeps_true_totals_while_many_write_at_once():
    with acting_as(SYSTEM):
        AIProvider.objects.create(name="house", type="ollama", config={"model": "m"})
        AIProvider.objects.create(name="other", type="ollama", config={"model": "m"})
    other = [replace(attempt, provider="other") for attempt in TRIES]

    def write(turn: int) -> None:
        try:
            with acting_as(SYSTEM):
                request_log.save(
                    [*TRIES, *other] if turn % 2 else [*other, *TRIES], user_id=None, feature="coach", query_id=uuid.uuid4()
                )
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(write, range(40)))
    with acting_as(SYSTEM):
        assert AIRequestLog.objects.count() == 160
        for row in AIProvider.objects.all():
            assert (row.total_requests, row.unpriced_requests, row.total_cost) == (80, 40, Decimal("0.00012345") * 40)


@TABLE
def test_it_never_switches_the_last_resort_off():
    with pytest.raises(IntegrityError), acting_as(SYSTEM):
        AIProvider.objects.create(name="extractive", type="extractive", enabled=False)
