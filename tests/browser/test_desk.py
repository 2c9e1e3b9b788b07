"""Ada asks, Tess answers at the desk by keyboard, Ada reads the reply where she asked."""

import re

import pytest
from playwright.sync_api import expect

from accounts.door import SYSTEM, acting_as
from coach.models import Escalation
from tests.browser.conftest import PHONE
from tests.desk.conftest import UNKNOWN

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

REPLY = "Make the second server with `pg_basebackup`, **then** point it at the first."


def test_it_brings_a_reply_back_to_where_it_was_asked(at_browser, plain_site, lessons, ada, ben, tess):
    learner = at_browser(plain_site, ada)
    learner.open("/courses/containers/volumes/")
    learner.ask(UNKNOWN)
    turn = learner.page.locator(".turn").last
    expect(turn.locator(".passed .waiting")).to_contain_text("so your trainer has the question too")
    other = at_browser(plain_site, ben)
    other.open("/coach/containers/")
    other.ask(f"{UNKNOWN} Quickly!")
    expect(other.page.locator(".turn").last.locator(".passed")).to_be_visible()

    desk = at_browser(plain_site, tess)
    page = desk.open("/desk/")
    expect(page.locator(".counts")).to_contain_text("2 waiting")
    expect(page.locator(".case h2")).to_have_text(UNKNOWN)
    page.keyboard.press("j")
    expect(page.locator(".case h2")).to_contain_text("Quickly!")
    page.keyboard.press("k")
    expect(page.locator(".case h2")).to_have_text(UNKNOWN)
    page.keyboard.press("r")
    page.keyboard.type(REPLY)
    expect(page.locator("#holding")).to_have_text("Held by you")
    page.keyboard.press("Escape")
    page.keyboard.press("p")
    expect(page.locator("#preview strong")).to_have_text("then")
    page.get_by_label("Priority").select_option("high")
    page.get_by_role("button", name="Reply and next").click()
    expect(page.locator(".case .notice")).to_contain_text("Reply sent.")
    expect(page.locator(".case h2")).to_contain_text("Quickly!")
    expect(page.locator(".counts")).to_contain_text("1 waiting")

    expect(turn.locator(".trainer-said .label")).to_contain_text("Reply from Tess")
    expect(turn.locator(".trainer-said strong")).to_have_text("then")
    turn.get_by_role("button", name="Yes, thank you").click()
    expect(turn.locator(".passed")).to_contain_text("Settled.")
    with acting_as(SYSTEM):
        row = Escalation.objects.get(learner=ada)
    assert (row.status, row.teach, row.priority) == ("resolved", True, "high")
    assert row.seen_at is not None


def test_it_brings_new_questions_to_an_open_desk_without_a_reload(at_browser, plain_site, lessons, ada, tess):
    page = at_browser(plain_site, tess).open("/desk/")
    expect(page.get_by_text("Nobody is waiting.")).to_be_visible()
    learner = at_browser(plain_site, ada)
    learner.open("/coach/containers/")
    learner.ask(UNKNOWN)
    expect(page.locator("#tickets .ticket")).to_contain_text(UNKNOWN, timeout=20_000)
    expect(page.locator(".counts")).to_contain_text("1 waiting")


def test_it_fits_a_phone(at_browser, plain_site, lessons, ada, tess):
    learner = at_browser(plain_site, ada, viewport=PHONE)
    learner.open("/coach/containers/")
    learner.ask(f"{UNKNOWN} {'x' * 200}")
    expect(learner.page.locator(".passed")).to_be_visible()
    page = at_browser(plain_site, tess, viewport=PHONE).open("/desk/")
    page.locator("#tickets .ticket").first.click()
    expect(page.locator("#reply-text")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/desk/[0-9a-f-]{36}/"))
    for shown in (page, learner.page):
        assert shown.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.get_by_role("link", name="All questions").click()
    expect(page.locator("#tickets .ticket")).to_be_visible()


def test_it_loses_nothing_that_was_written(at_browser, plain_site, lessons, ada, tess):
    learner = at_browser(plain_site, ada)
    learner.open("/coach/containers/")
    learner.ask(UNKNOWN)
    expect(learner.page.locator(".passed")).to_be_visible()
    desk = at_browser(plain_site, tess)
    page = desk.open("/desk/")
    page.keyboard.press("r")
    page.keyboard.type(REPLY)
    expect(page.locator("#tickets .tags")).to_have_attribute("data-draft", "unsent reply")
    page.reload()
    expect(page.locator("#reply-text")).to_have_value(REPLY)
    expect(page.locator("#reply-kept")).to_have_text("What you had written here is back.")
    desk.context.set_offline(True)
    page.locator("#reply-text").press("Control+Enter")
    expect(page.locator("#toasts")).to_contain_text("What you wrote is kept")
    expect(page.locator("#reply-text")).to_have_value(REPLY)
    expect(page.locator("#lost")).to_be_visible()
    desk.context.set_offline(False)
    expect(page.locator("#lost")).to_be_hidden()
    desk.faults.clear()  # what htmx and the browser say of the lost connection
    page.locator("#reply-text").press("Control+Enter")
    expect(page.locator(".case .notice")).to_contain_text("Reply sent.")
    page.reload()
    assert page.evaluate("Object.keys(localStorage).filter((key) => key.startsWith('draft:desk')).length") == 0
    with acting_as(SYSTEM):
        assert Escalation.objects.get().reply == REPLY


def test_it_shows_what_is_new_and_searches_while_one_types(at_browser, plain_site, lessons, ada, tess):
    learner = at_browser(plain_site, ada)
    learner.open("/coach/containers/")
    for number, question in enumerate((UNKNOWN, "Which certificate do I get at the end?"), start=1):
        learner.ask(question)
        expect(learner.page.locator(".passed")).to_have_count(number)
    page = at_browser(plain_site, tess).open("/desk/")
    expect(page.locator(".ticket.new")).to_have_count(1)  # the open one is read
    page.keyboard.press("j")
    expect(page.locator(".ticket.new")).to_have_count(0)
    page.keyboard.press("e")
    expect(page.get_by_role("button", name="Close it")).to_be_focused()
    page.keyboard.press("/")
    page.keyboard.type("certif")
    expect(page.locator(".ticket")).to_have_count(1)
    expect(page).to_have_url(re.compile(r"/desk/\?q=certif"))
    page.reload()
    expect(page.locator(".ticket")).to_have_count(1)
    expect(page.locator(".ticket.new")).to_have_count(0)
