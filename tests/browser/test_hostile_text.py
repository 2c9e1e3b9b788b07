"""What people and models write is shown, and never becomes part of the page."""

import json

import pytest
from playwright.sync_api import expect

from coach.models import QUESTION_LIMIT
from tests.conftest import ROOT

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
    reader.ask("Say something evil.")
    expect(page.locator(".turn").last).to_have_attribute("data-state", "answered")
    answer = page.locator(".answer-text")
    expect(answer).to_contain_text("<script>alert(1)</script>")
    assert answer.locator("script, img, [onerror], a[href^='javascript']").count() == 0
    assert [url for url in asked if not url.startswith(model_site)] == []


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
