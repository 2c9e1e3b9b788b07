"""A learner with the mentor, in a real browser: a thread from its first question to the trainer and back."""

import re

import pytest
from playwright.sync_api import expect

from accounts.door import SYSTEM, acting_as
from coach.models import Escalation
from coach.picking_up import pick_up
from coach.replying import Reply, reply
from mentor.models import Chat
from tests.browser.conftest import PHONE

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHICH = "Should I use a volume or a bind mount for the files of a database?"


def test_it_walks_through_a_thread(at_browser, plain_site, lessons, ada, tess):
    reader = at_browser(plain_site, ada)
    page = reader.page
    page.get_by_role("link", name="Mentor").click()
    page.get_by_label("About").select_option(label=f"All of {lessons.title}")
    reader.ask(WHICH)
    expect(page).to_have_url(re.compile(r"/mentor/[0-9a-f-]{36}/$"))
    turn = page.locator(".turn").last
    expect(turn).to_have_attribute("data-state", "answered")
    expect(turn.locator(".label")).to_contain_text("Course text")
    reader.ask("and who owns the files?")
    expect(page.locator(".turn")).to_have_count(2)
    expect(page.locator(".turn").last).to_have_attribute("data-state", "answered")
    expect(reader.question).to_have_value("")
    first = page.locator(".turn").first
    first.get_by_role("button", name="Helpful: 5 of 5, very").click()
    expect(first.get_by_role("button", name="Helpful: 5 of 5, very")).to_have_attribute("aria-pressed", "true")
    first.get_by_text("Ask my trainer").click()
    first.get_by_label("What should your trainer know?").fill("It is for work.")
    first.get_by_role("button", name="Send to my trainer").click()
    expect(first.locator(".passed")).to_contain_text("Your trainer has this question")
    pick_up()
    with acting_as(tess):
        reply(Escalation.objects.get(), Reply("A volume."), tess)
    pick_up()
    expect(page.locator(".trainer-said")).to_contain_text("A volume.", timeout=25_000)


def test_it_streams_and_keeps_what_a_reload_interrupts(at_browser, model_site, fake_vendor, lessons, ada):
    fake_vendor.tell(pause=0.2)
    reader = at_browser(model_site, ada, viewport=PHONE)
    page = reader.open("/mentor/")
    reader.ask(WHICH)
    expect(page.locator(".live")).not_to_be_empty()
    page.reload()
    expect(page.locator(".turn").last).to_have_attribute("data-state", "answered")
    with acting_as(SYSTEM):
        chat = Chat.objects.get()
    assert (chat.status, chat.label, chat.model) == (Chat.Status.ANSWERED, "ai_draft", "fake-good")
    expect(page.locator(".answer-text")).to_have_count(1)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
