"""What people and models write is shown, and never becomes part of the page."""

import json

import pytest
from playwright.sync_api import expect

from accounts.door import SYSTEM, acting_as
from coach.models import QUESTION_LIMIT, Escalation, Query
from learning.applying import apply_learning
from tests.browser.conftest import PHONE
from tests.conftest import ROOT
from tests.learning.test_hostile_corrections import ATTACKS, SAYS
from tests.learning.test_learning_loop import ASKED, PARAPHRASE, corrected

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STRINGS = [text for text in json.loads((ROOT / "tests/courses/naughty.json").read_text()) if text.strip() and "\x00" not in text]


def test_it_shows_naughty_questions_exactly(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/coach/containers/")
    page.on("dialog", lambda dialog: reader.faults.append(f"a question opened a dialog: {dialog.message}"))
    worst = [text for text in STRINGS if "<" in text or "javascript" in text.lower()][:12]
    for number, text in enumerate(worst, start=1):
        reader.ask(text)
        expect(page.locator(".turn")).to_have_count(number)
        assert page.locator(".turn .asked").last.text_content() == text.strip()
    expect(page.locator(".turn[data-state=streaming]")).to_have_count(0)
    page.reload()
    assert page.locator(".turn .asked").all_text_contents() == [text.strip() for text in worst]


def test_it_shows_a_hostile_answer_as_text(at_browser, model_site, fake_vendor, lessons, ada):
    fake_vendor.tell("markup")
    reader = at_browser(model_site, ada)
    asked = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.page.on("dialog", lambda dialog: reader.faults.append("an answer opened a dialog"))
    page = reader.open("/coach/containers/")
    reader.ask("Should I use a volume or a bind mount for a database?")
    expect(page.locator(".turn").last).to_have_attribute("data-state", "answered")
    answer = page.locator(".answer-text")
    expect(answer).to_contain_text("<script>alert(1)</script>")
    assert answer.locator("script, img, [onerror], a[href^='javascript']").count() == 0
    assert [url for url in asked if not url.startswith(model_site)] == []


def test_it_shows_a_hostile_correction_as_text_to_learner_and_trainer(at_browser, plain_site, lessons, ada, ben, tess):
    first = at_browser(plain_site, ada)
    first.open("/coach/containers/")
    first.ask(ASKED)
    expect(first.page.locator(".turn").last).to_have_attribute("data-state", "answered")
    with acting_as(SYSTEM):
        query = Query.objects.get()
    corrected(query, tess, ATTACKS["markup"] + ATTACKS["links"], "urgent")
    assert len(apply_learning().applied) == 1
    learner, trainer, asked = at_browser(plain_site, ben, viewport=PHONE), at_browser(plain_site, tess), []
    for reader in (learner, trainer):
        reader.page.on("request", lambda request: asked.append(request.url))
        reader.page.on("dialog", lambda dialog, reader=reader: reader.faults.append("a correction opened a dialog"))
    page = learner.open("/coach/containers/")
    learner.ask(PARAPHRASE)
    answer = page.locator(".turn").last.locator(".answer-text")
    expect(answer).to_contain_text(SAYS)
    expect(answer).to_contain_text("<script>alert(1)</script>")
    expect(page.locator(".turn").last.locator(".label")).to_contain_text("Verified by Tess")
    assert answer.locator("script, img, form, input, iframe, style, [onerror], [hx-get], a[href^='javascript']").count() == 0
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    to_trainer = page.locator(".turn").last.get_by_role("button", name="Ask my trainer")
    to_trainer.click()
    expect(to_trainer).to_have_count(0)
    with acting_as(SYSTEM):
        case = Escalation.objects.get(learner=ben)
    desk = trainer.open(f"/desk/{case.pk}/")
    expect(desk.locator("body")).to_contain_text("<script>alert(1)</script>")
    assert (
        desk.locator("main").locator("iframe, [onerror], [hx-get^='/admin'], a[href^='javascript'], img[src*='evil']").count()
        == 0
    )
    assert [url for url in asked if not url.startswith(plain_site)] == []


def test_it_says_what_is_wrong_and_keeps_the_text(at_browser, plain_site, lessons, ada):
    reader = at_browser(plain_site, ada)
    page = reader.open("/coach/containers/")
    long = "why? " * 20_000
    reader.question.fill(long)
    expect(page.locator("[data-count]")).to_have_class("over")
    reader.question.press("Enter")
    expect(page.locator("#composer-problem")).to_contain_text(f"{100_000 - 1 - QUESTION_LIMIT} characters too long")
    expect(reader.question).to_have_value(long)
    expect(page.locator(".turn")).to_have_count(0)
    reader.faults.clear()  # the browser notes the 422 in its console
