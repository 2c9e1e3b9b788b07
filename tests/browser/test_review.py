"""Rex goes through the queue by keyboard: edits beside the preview, approves, undoes, rejects, merges; without a script too."""

import pytest
from playwright.sync_api import expect

from learning.models import LearningItem
from tests.browser.conftest import PHONE
from tests.learning.review_cast import fresh, put_item

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

HOSTILE = "<img src=x onerror=alert(1)><div x-data x-init='alert(2)' hx-get='/admin/' hx-trigger='load'>{{ 1 }} [a](javascript:x)"
QUEUE = "/admin/learning/learningitem/"


@pytest.fixture
def items(course) -> list[LearningItem]:
    return [put_item(course, f"Question {number}?", asked_count=9 - number) for number in range(4)]


def test_it_reviews_by_keyboard(at_browser, plain_site, items, rex):
    page = at_browser(plain_site, rex).open(QUEUE)
    expect(page.locator(".queue h2").first).to_have_text("Question 0?")
    page.keyboard.press("j")
    page.keyboard.press("j")
    expect(page.get_by_role("link", name="Question 1?")).to_be_focused()
    page.keyboard.press("k")
    page.keyboard.press("Enter")
    expect(page.locator(".asked")).to_have_text("Question 0?")

    page.keyboard.press("e")
    page.keyboard.press("Control+A")
    page.keyboard.type("Always **a** port.")  # j, k, a and r are letters here
    expect(page.locator("#preview strong")).to_have_text("a")
    expect(page.get_by_role("button", name="Save, approve and next")).to_be_visible()
    page.reload()
    expect(page.locator("#proposal-text")).to_have_value("Always **a** port.")
    page.keyboard.press("a")
    expect(page.locator(".asked")).to_have_text("Question 1?")
    expect(page.locator(".notice.success")).to_contain_text("1 item was approved.")
    assert (fresh(items[0]).status, fresh(items[0]).proposed_content) == ("approved", "Always **a** port.")
    page.keyboard.press("u")
    expect(page.get_by_text("1 item is back in review.")).to_be_visible()
    assert fresh(items[0]).status == "pending"

    page.goto(f"{plain_site}{QUEUE}{items[1].pk}/change/")
    page.keyboard.press("r")
    page.keyboard.type("Not about the course.")
    page.get_by_role("button", name="Reject and next").click()
    expect(page.locator(".asked")).to_have_text("Question 2?")
    assert fresh(items[1]).reason == "Not about the course."

    page.keyboard.press("m")
    page.get_by_label("Another: its id or address").fill(f"{plain_site}{QUEUE}{items[3].pk}/change/")
    page.get_by_role("button", name="Merge and next").click()
    expect(page.locator(".asked")).to_have_text("Question 3?")
    assert fresh(items[2]).duplicate_of_id == items[3].pk
    page.keyboard.press("?")
    expect(page.get_by_role("dialog", name="Keys")).to_be_visible()
    page.keyboard.press("Escape")
    page.keyboard.press("/")
    expect(page.locator("#review-search")).to_be_visible()


def test_it_runs_nothing_that_people_wrote(at_browser, plain_site, course, rex):
    item = put_item(course, HOSTILE, proposed_content=HOSTILE, original_answer=HOSTILE, metadata={"reason": HOSTILE})
    reader = at_browser(plain_site, rex)
    asked: list[str] = []
    page = reader.page
    page.on("dialog", lambda dialog: (asked.append(dialog.message), dialog.dismiss()))
    page.on("request", lambda request: asked.append(request.url) if request.url.endswith(("/x", "/admin/")) else None)
    for address in (QUEUE, f"{QUEUE}{item.pk}/change/"):
        reader.open(address)
        expect(page.get_by_text("onerror=alert(1)").first).to_be_visible()
    page.locator("#proposal-text").press_sequentially(HOSTILE)
    expect(page.locator("#preview")).to_contain_text("{{ 1 }}")
    page.wait_for_timeout(300)
    assert asked == []


def test_it_works_without_a_script(at_browser, plain_site, items, rex):
    signed = at_browser(plain_site, rex)
    plain = at_browser(plain_site, java_script_enabled=False)
    plain.context.add_cookies(signed.context.cookies())
    page = plain.open(QUEUE)
    page.get_by_role("link", name="Question 0?").click()
    page.get_by_label("Proposed text, in Markdown").fill("Without a script.")
    page.get_by_role("button", name="Approve and next").click()
    expect(page.locator(".asked")).to_have_text("Question 1?")
    assert fresh(items[0]).proposed_content == "Without a script."
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_text("1 item is back in review.")).to_be_visible()
    page.locator(".queue input[type=checkbox]").first.check()
    page.get_by_role("button", name="Reject…").click()
    page.get_by_label("Why should the coach not learn this?").fill("No.")
    page.get_by_role("button", name="Reject").click()
    expect(page.get_by_text("1 item was rejected.")).to_be_visible()


def test_it_fits_a_phone(at_browser, plain_site, course, rex):
    item = put_item(course, "x" * 300, proposed_content=f"`{'y' * 300}` {'z' * 300}\n\n| a | b |\n|-|-|\n| {'w' * 200} | c |")
    reader = at_browser(plain_site, rex, viewport=PHONE)
    for address in (QUEUE, f"{QUEUE}{item.pk}/change/"):
        page = reader.open(address)
        assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
