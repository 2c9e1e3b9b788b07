"""What a learner does, in a real browser, from signing in to the trainer."""

import re

import pytest
from playwright.sync_api import expect

from accounts.door import SYSTEM, acting_as
from coach.models import Escalation, Feedback, Query
from tests.browser.conftest import PHONE
from tests.conftest import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

WHICH = "Should I use a volume or a bind mount for the files of a database?"


def turns(page):
    return page.locator(".turn")


def test_it_walks_from_signing_in_to_the_cited_place(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.page
    page.get_by_role("link", name=lessons.title).click()
    page.get_by_role("link", name="Networks").click()
    reader.ask(WHICH)
    turn = turns(page).last
    expect(turn).to_have_attribute("data-state", "answered")
    expect(turn.locator(".asked")).to_have_text(WHICH)
    expect(turn.locator(".label")).to_contain_text("Course text")
    expect(turn.locator(".sure")).to_contain_text(" %")
    expect(reader.question).to_have_value("")
    expect(page.locator("#voice")).not_to_be_empty()
    sentence = turn.locator(".answer-text p").first.inner_text().split(".")[0]
    turn.locator(".cite").first.click()
    expect(page).to_have_url(re.compile(r"/volumes/\?passage=[0-9a-f-]{36}"))
    expect(page.locator(".lesson .cited")).to_have_count(1)
    expect(page.locator(".lesson .cited")).to_contain_text(sentence)
    expect(page.locator(".lesson .cited")).to_be_in_viewport()


def test_it_marks_a_citation_of_the_open_page_without_loading_it_again(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/courses/containers/volumes/")
    reader.ask(WHICH)
    expect(turns(page).last).to_have_attribute("data-state", "answered")
    page.evaluate("window.stayed = true")
    turns(page).last.locator(".sources a").first.click()
    expect(page.locator(".lesson .cited").first).to_be_visible()
    assert page.evaluate("window.stayed") is True


def test_it_streams_and_keeps_what_a_reload_interrupts(at_browser, model_site, fake_vendor, lessons, ada):
    fake_vendor.tell(pause=0.2)
    reader = at_browser(model_site, ada)
    page = reader.open("/courses/containers/volumes/")
    reader.ask(WHICH)
    live = turns(page).last.locator(".live")
    expect(live).not_to_be_empty()
    page.wait_for_timeout(1300)
    before = live.inner_text()
    page.reload()
    expect(turns(page).last).to_have_attribute("data-state", "streaming")
    expect(live).to_contain_text(before[:20])
    fake_vendor.tell(pause=0.0)
    expect(turns(page)).to_have_count(1)
    expect(turns(page).last).to_have_attribute("data-state", "answered", timeout=30_000)
    with acting_as(SYSTEM):
        answer = Query.objects.with_answer().get().response.answer
    assert len(fake_vendor.seen) == 1, "a reload must not ask the provider again"
    assert answer.count(before[:20]) == 1


def test_it_stops_when_told_and_can_try_again(at_browser, model_site, fake_vendor, lessons, ada):
    fake_vendor.tell(pause=0.4)
    reader = at_browser(model_site, ada)
    page = reader.open("/courses/containers/volumes/")
    reader.ask(WHICH)
    expect(turns(page).last.locator(".live")).not_to_be_empty()
    turns(page).last.get_by_role("button", name="Stop").click()
    expect(turns(page).last.get_by_text("Stopped here.")).to_be_visible()
    fake_vendor.tell(pause=0.0)
    turns(page).last.get_by_role("button", name="Try again").click()
    expect(turns(page).last.locator(".label")).to_contain_text("AI draft")
    expect(turns(page).last.get_by_text("Stopped here.")).to_have_count(0)
    expect(turns(page)).to_have_count(1)
    expect(turns(page).last).to_have_attribute("data-state", "answered")  # nothing goes on behind the next test


def test_it_gives_two_tabs_one_answer(at_browser, model_site, fake_vendor, lessons, ada):
    fake_vendor.tell(pause=0.15)
    reader = at_browser(model_site, ada)
    page = reader.open("/coach/containers/")
    reader.ask(WHICH)
    expect(turns(page).last.locator(".live")).not_to_be_empty()
    second = reader.context.new_page()
    second.goto(f"{model_site}/coach/containers/")
    expect(turns(second).last).to_have_attribute("data-state", "streaming")
    fake_vendor.tell(pause=0.0)
    for tab in (page, second):
        expect(turns(tab).last).to_have_attribute("data-state", "answered", timeout=30_000)
    assert turns(page).last.locator(".answer-text").inner_text() == turns(second).last.locator(".answer-text").inner_text()
    assert len(fake_vendor.seen) == 1


def test_it_takes_an_opinion_with_its_reason_and_asks_the_trainer(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/courses/containers/volumes/")
    reader.ask(WHICH)
    turn = turns(page).last
    turn.get_by_role("button", name="Helpful").click()
    expect(turn.get_by_role("button", name="Helpful")).to_have_attribute("aria-pressed", "true")
    turn.get_by_role("button", name="Not quite").click()
    turn.get_by_label("What was wrong or missing?").fill("<b>which</b> one on a laptop?")
    turn.get_by_role("button", name="Send").click()
    expect(turn.get_by_text("You wrote: <b>which</b> one on a laptop?")).to_be_visible()
    turn.get_by_role("button", name="Ask my trainer").click()
    expect(turn.get_by_text("Your trainer has this question.")).to_be_visible()
    with acting_as(SYSTEM):
        assert Feedback.objects.get().rating == "not_helpful"
        assert Escalation.objects.get().trainer.name == "Tess"


def test_it_finds_old_questions(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/coach/containers/")
    for question in (WHICH, "How do containers find each other?"):
        reader.ask(question)
        expect(turns(page).last).to_have_attribute("data-state", "answered")
        expect(turns(page).last.locator(".asked")).to_have_text(question)
    tickets = page.locator(".history-list .ticket")
    expect(tickets).to_have_count(2)
    page.get_by_label("Search your questions and answers").fill("FIND each")
    expect(tickets).to_have_count(1)
    expect(tickets).to_contain_text("containers find each other")
    tickets.first.click()
    expect(page.locator(".turn:target .asked")).to_have_text("How do containers find each other?")


def test_it_fits_a_phone_with_the_coach_as_a_sheet(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada, viewport=PHONE, color_scheme="dark", has_touch=True)
    page = reader.open("/courses/containers/volumes/")
    coach = page.locator("#coach")
    expect(coach).to_be_hidden()
    page.get_by_role("button", name="Ask the coach").click()
    expect(page.get_by_role("dialog")).to_be_visible()
    for _step in range(12):  # the focus goes round inside
        page.keyboard.press("Tab")
        assert page.evaluate("!document.activeElement.closest('.reader, .bar, .outline')")
    reader.ask(WHICH)
    turns(page).last.locator(".cite").first.click()
    expect(coach).to_be_hidden()
    expect(page.locator(".lesson .cited").first).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.get_by_role("button", name="Outline").click()
    page.keyboard.press("Escape")
    expect(page.locator("#outline")).to_be_hidden()


def test_it_works_from_the_keyboard_alone(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/courses/containers/volumes/")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    page.keyboard.type("Who owns the files")
    page.keyboard.press("Shift+Enter")
    page.keyboard.type("that a container makes?")
    page.keyboard.press("Enter")
    expect(turns(page).last.locator(".asked")).to_have_text("Who owns the files\nthat a container makes?", use_inner_text=True)
    page.keyboard.press("Escape")
    page.keyboard.press("n")
    expect(page).to_have_url(re.compile("/networks/$"))
    page.keyboard.press("Control+k")
    page.keyboard.type("port reachable")
    page.keyboard.press("Enter")
    expect(page.locator(".hits a").first).to_have_text("Networks")


def test_it_keeps_a_draft_until_the_coach_has_it(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/courses/containers/volumes/")
    reader.question.fill("half a thou")
    page.reload()
    expect(reader.question).to_have_value("half a thou")
    reader.context.set_offline(True)
    reader.question.press("Enter")
    expect(page.locator(".toast")).to_contain_text("cannot be reached")
    expect(reader.question).to_have_value("half a thou")
    reader.context.set_offline(False)
    reader.faults.clear()  # the browser's own line about being offline
    reader.question.press("Enter")
    expect(turns(page).last).to_have_attribute("data-state", "answered")


def test_it_keeps_a_question_over_a_new_sign_in(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/courses/containers/volumes/")
    reader.context.clear_cookies(name="sessionid")
    reader.ask(WHICH)
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    page.get_by_label("E-mail").fill(ada.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_label("Password").press("Enter")
    expect(reader.question).to_have_value(WHICH)
    reader.question.press("Enter")
    expect(turns(page).last).to_have_attribute("data-state", "answered")


def test_it_works_without_script(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada, java_script_enabled=False)
    page = reader.open("/courses/containers/volumes/")
    reader.question.fill(WHICH)
    page.get_by_role("button", name="Ask", exact=True).click()
    expect(page).to_have_url(re.compile("/coach/containers/#turn-"))
    expect(turns(page).last.locator(".asked")).to_have_text(WHICH)
    page.goto(f"{plain_site}/courses/containers/volumes/")
    page.get_by_role("button", name="Done, go on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Networks")


def test_it_says_in_the_list_what_became_of_a_question(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/coach/containers/")
    reader.ask("Who won the football cup in Peru?")
    entry = page.locator("#history-list .ticket").first
    expect(entry).to_contain_text("football")
    expect(entry.locator(".tag")).not_to_have_text("being answered")
    reader.ask(WHICH)
    expect(turns(page)).to_have_count(2)
    expect(turns(page).last).to_have_attribute("data-state", "answered")
    expect(entry).to_contain_text("bind mount")
    expect(entry.locator(".tag")).to_have_count(0)
    turns(page).last.get_by_role("button", name="Helpful").click()
    expect(entry.locator(".tag")).to_have_text("helpful")
