"""A provider dies in the middle of an answer, and the reader sees the answer completed, with a small mark."""

import threading

import pytest
from playwright.sync_api import expect

from accounts.door import SYSTEM, acting_as
from ai.models import AIRequestLog
from coach.models import Query
from tests.ai.rows import make_row
from tests.browser.conftest import PHONE
from tests.browser.test_walks import WHICH, turns
from tests.coach.test_faults import forget_failures
from tests.fake_vendor import running
from tests.live import serving

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

PATIENT = {"connect": 5, "first_token": 30, "between_tokens": 30, "total": 90}  # seconds; the machine may be busy


@pytest.fixture
def two_vendors(transactional_db):
    """Two servers as rows; the first can be killed."""
    forget_failures()
    with running(pause=0.25) as second:
        vendor = running(pause=0.25)
        first = vendor.__enter__()
        with acting_as(SYSTEM):
            make_row("First", first.url, priority=1, timeouts=PATIENT)
            make_row("Second", second.url, priority=2, timeouts=PATIENT)
        ended = threading.Event()

        def kill() -> None:
            if not ended.is_set():
                ended.set()
                vendor.__exit__(None, None, None)

        yield kill, second
        kill()


@pytest.fixture
def site(two_vendors):
    """Outlives the browsers, which go on looking for news."""
    with serving(LLM_MODEL="") as url:
        yield url


@pytest.mark.parametrize("viewport", [{"width": 1280, "height": 860}, PHONE], ids=["wide", "phone"])
def test_it_completes_an_answer_whose_provider_is_killed(site, at_browser, two_vendors, lessons, ada, viewport):
    kill, second = two_vendors
    reader = at_browser(site, ada, viewport=viewport)
    reader.open("/coach/containers/")
    reader.ask(WHICH)
    turn = turns(reader.page).last
    expect(turn.locator(".live")).not_to_be_empty()
    shown = turn.locator(".live").inner_text()
    kill()
    second.tell(pause=0.0)
    expect(turn).to_have_attribute("data-state", "answered", timeout=60_000)
    expect(turn.locator(".answer-text")).to_contain_text(shown[:15])
    expect(turn.locator(".aside")).to_contain_text(["Another model took over in the middle of this answer."])
    with acting_as(SYSTEM):
        response = Query.objects.with_answer().get().response
        tries = list(AIRequestLog.objects.order_by("created_at", "id").values_list("provider", "success", "error_class"))
    assert (response.state, response.provider, response.notes["switched"]) == ("complete", "First", ["Second"])
    assert tries[0][:2] == ("First", False)
    assert tries[-1] == ("Second", True, "")
    assert response.answer.endswith((".", "]")), response.answer
