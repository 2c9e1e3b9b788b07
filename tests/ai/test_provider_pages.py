"""Rex connects, orders, switches and tests providers; nobody else knows that the pages exist."""

import asyncio

import pytest
from django.test import Client
from django.urls import reverse

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai import connecting
from ai.models import AIProvider, AIRequestLog
from ai.providers import configured, stream
from ai.tasks import look_at_providers
from tests.ai.asking import end, read, request
from tests.ai.rows import fake_row
from tests.conftest import PASSWORD

pytestmark = pytest.mark.django_db(transaction=True)
LIST, ADD = reverse("admin:ai_aiprovider_changelist"), reverse("admin:ai_aiprovider_add")
KEY = "very-secret-key"


def signed_in(person: User) -> Client:
    client = Client()
    client.post(reverse("sign-in"), {"username": person.email, "password": PASSWORD})
    return client


@pytest.fixture
def admin(rex: User) -> Client:
    return signed_in(rex)


@pytest.fixture
def row(fake_vendor, monkeypatch) -> AIProvider:
    monkeypatch.setenv("HOUSE_API_KEY", KEY)
    with acting_as(SYSTEM):
        AIProvider.objects.all().delete()
        return fake_row(fake_vendor, "house", key="HOUSE_API_KEY")


def now(row: AIProvider) -> AIProvider:
    with acting_as(SYSTEM):
        return AIProvider.objects.get(pk=row.pk)


def said_by(client: Client, deed: str, row: AIProvider) -> str:
    return client.post(reverse(f"admin:ai_aiprovider_{deed}", args=[row.pk]), follow=True).content.decode()


def test_it_connects_a_server_of_another_maker_by_its_form_alone(admin, fake_vendor):
    form = {
        "type": "compatible",
        "name": "Next door",
        "model": "fake-good",
        "base_url": fake_vendor.url,
        "enabled": "on",
        "priority": 1,
    }
    assert admin.post(ADD, form).status_code == 302
    assert end(asyncio.run(read(stream(request(), attempts=[])))).provider == "Next door"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"base_url": "https://evil.example/v1"}, "PROVIDER_HOSTS"),
        ({"base_url": "http://169.254.169.254/v1"}, "link-local"),
        ({"key": "sk-live-123"}, "must not stand here"),
        ({"model": ""}, "required"),
        ({"timeout_total": "0"}, "greater than or equal"),
    ],
)
def test_it_says_what_is_wrong_at_its_field(admin, fake_vendor, wrong, words):
    form = {"type": "compatible", "name": "x", "model": "m", "base_url": fake_vendor.url, "enabled": "on", "priority": 1, **wrong}
    page = admin.post(ADD, form)
    assert page.status_code == 200
    assert words in page.content.decode()


def test_it_shows_no_key(admin, row):
    for address in (LIST, reverse("admin:ai_aiprovider_change", args=[row.pk])):
        page = admin.get(address).content.decode()
        assert KEY not in page
    assert "HOUSE_API_KEY is set on this server" in page


def test_it_tests_the_connection_with_one_word(admin, row, rex):
    page = said_by(admin, "test", row)
    assert "It answers. Model fake-good" in page
    assert "cost of unknown price" in page
    assert KEY not in page
    assert now(row).health_status == "healthy"
    with acting_as(SYSTEM):
        log = AIRequestLog.objects.get(feature="test")
        assert (log.user_id, log.provider, log.cost, log.success) == (rex.pk, "house", None, True)


@pytest.mark.parametrize(
    ("mode", "words"),
    [
        ("401", "refuses the key"),
        ("402", "no credit"),
        ("404", "name is wrong"),
        ("429", "too many requests"),
        ("500", "a fault of its own"),
        ("html200", "not the OpenAI protocol"),
        ("empty", "without a single word"),
        ("refusal", "refused to answer"),
        ("half", "broke off"),
    ],
)
def test_it_says_why_a_test_failed(admin, row, fake_vendor, mode, words):
    fake_vendor.tell(mode)
    page = said_by(admin, "test", row)
    assert words in page
    assert now(row).health_status == "failing"
    assert "told to fail" not in page


def test_it_says_that_a_key_is_missing_and_asks_nobody(admin, row, fake_vendor, monkeypatch):
    monkeypatch.delenv("HOUSE_API_KEY")
    assert "not in the environment" in said_by(admin, "test", row)
    assert fake_vendor.seen == []
    assert now(row).health_status == "not_connected"


def test_it_moves_up_and_down_and_switches(admin, row, fake_vendor):
    with acting_as(SYSTEM):
        other = fake_row(fake_vendor, "other", priority=1)
        last = AIProvider.objects.create(name="extractive", type="extractive", priority=0)
    said_by(admin, "up", other)
    assert now(other).priority < now(row).priority
    said_by(admin, "up", other)
    said_by(admin, "up", last)
    assert now(last).priority == 0
    said_by(admin, "switch", other)
    said_by(admin, "switch", last)
    assert (now(other).enabled, now(last).enabled) == (False, True)
    configured.forget()
    assert end(asyncio.run(read(stream(request(), attempts=[])))).provider == "house"


@pytest.mark.parametrize("deed", ["up", "down", "switch", "test"])
def test_it_is_for_admins_who_post(row, admin, ada, deed):
    address = reverse(f"admin:ai_aiprovider_{deed}", args=[row.pk])
    assert admin.get(address).status_code == 405
    assert signed_in(ada).post(address).status_code == 404
    assert Client().post(address).status_code == 302
    assert now(row).last_health_check is None


def test_it_lists_with_few_queries(admin, row, fake_vendor, django_assert_max_num_queries):
    with acting_as(SYSTEM):
        for n in range(12):
            fake_row(fake_vendor, f"row {n}")
    with django_assert_max_num_queries(14):
        assert "row 11" in admin.get(LIST).content.decode()


def test_it_names_the_model_of_the_settings(admin, row, settings):
    assert "Before all of them" not in admin.get(LIST).content.decode()
    settings.LLM_NAME, settings.LLM_MODEL = "<quick>", "m"
    assert "Before all of them <strong>&lt;quick&gt; (m)</strong>" in admin.get(LIST).content.decode()


def test_it_looks_at_those_that_are_due_once(row, fake_vendor):
    with acting_as(SYSTEM):
        lost = fake_row(fake_vendor, "lost", key="LOST_API_KEY")
        off = fake_row(fake_vendor, "off", enabled=False)
    look_at_providers()
    assert (now(row).health_status, now(lost).health_status, now(off).health_status) == ("healthy", "not_connected", "unknown")
    assert now(row).health_ms is not None
    assert connecting.look_at_due() == 0


def test_it_notes_a_provider_that_is_gone(row):
    with acting_as(SYSTEM):
        AIProvider.objects.filter(pk=row.pk).update(config={"model": "m", "base_url": "http://127.0.0.1:9/v1"})
    look_at_providers()
    assert (now(row).health_status, now(row).health_detail) == ("failing", "unreachable")
