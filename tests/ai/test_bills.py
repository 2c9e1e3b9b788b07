"""What the log says answers cost is what the price list says of the tokens that vendors reported, to the last digit."""

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db.models import Sum
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai import costs
from ai.models import AIProvider, AIRequestLog
from ai.pricing import count_tokens
from ai.providers import configured
from courses.models import Course
from tests.ai.rows import QUICK
from tests.coach.conftest import taught
from tests.coach.test_faults import forget_failures
from tests.fake_vendor import Running, fake_vendor, fake_vendor_server, running
from tests.mentor.conftest import ask_now, thread_of

__all__ = ["fake_vendor", "fake_vendor_server", "taught"]
pytestmark = pytest.mark.django_db(transaction=True)
MILLION = 1_000_000
GEMINI = Decimal("0.30"), Decimal("2.50"), Decimal("0.03")  # dollars for a million: asked, said, asked again from the cache
CLAUDE = Decimal("3.00"), Decimal("15.00")
TRIES = AIRequestLog.objects.order_by("created_at", "pk")


def row(name: str, kind: str, model: str, vendor: Running, priority: int) -> None:
    said = {"model": model, "base_url": vendor.url, "key": "HOUSE_API_KEY", "timeouts": QUICK}
    AIProvider.objects.create(name=name, type=kind, priority=priority, enabled=True, config=said)


@pytest.fixture
def other(fake_vendor: Running, monkeypatch: pytest.MonkeyPatch) -> Iterator[Running]:
    """Two vendors with published prices; the second stands behind the first."""
    forget_failures()
    monkeypatch.setenv("HOUSE_API_KEY", "none")
    with running() as second:
        with acting_as(SYSTEM):
            row("Gemini", "gemini", "gemini-2.5-flash", fake_vendor, 1)
            row("Claude", "claude", "claude-sonnet-4-5", second, 2)
        configured.read_now()
        yield second
    forget_failures()
    configured._known.candidates = ()
    configured.forget()


def asked(vendor: Running) -> int:
    """The tokens of the last request, as the vendor counts them."""
    return sum(len(str(message["content"])) for message in vendor.seen[-1].messages) // 4


def test_it_bills_what_the_price_list_says(taught: Course, ada: User, fake_vendor: Running, other: Running) -> None:
    thread = thread_of(ada, taught)
    fake_vendor.tell("cached")
    cached = ask_now(ada, thread)
    with acting_as(SYSTEM):
        first = TRIES.get()
    half = asked(fake_vendor) // 2
    assert first.prompt_tokens == asked(fake_vendor)
    fresh = first.prompt_tokens - half
    assert first.cost == (fresh * GEMINI[0] + half * GEMINI[2] + first.completion_tokens * GEMINI[1]) / MILLION
    assert cached.cost_usd == first.cost
    fake_vendor.tell("half")
    broken = ask_now(ada, thread, "How do containers find each other by name?")
    with acting_as(SYSTEM):
        _first, cut, whole = TRIES.all()
        total = TRIES.aggregate(total=Sum("cost"))["total"]
        spent = sum(each.cost for each in costs.lines("model", timezone.now() - timedelta(days=1)))
    assert (cut.provider, cut.success, whole.provider, whole.success) == ("Gemini", False, "Claude", True)
    counted = sum(count_tokens(str(message["content"])) for message in fake_vendor.seen[-1].messages)
    assert cut.prompt_tokens == counted
    assert cut.cost == (cut.prompt_tokens * GEMINI[0] + cut.completion_tokens * GEMINI[1]) / MILLION
    assert whole.prompt_tokens == asked(other)
    assert whole.cost == (whole.prompt_tokens * CLAUDE[0] + whole.completion_tokens * CLAUDE[1]) / MILLION
    assert broken.cost_usd == cut.cost + whole.cost
    assert broken.conversation.total_cost == total == spent == first.cost + cut.cost + whole.cost
