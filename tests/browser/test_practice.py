"""Practice in a real browser: words survive a dead connection and a crash, two windows, and the way to the result."""

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import PHONE
from tests.planning.conftest import bring, row_of, sit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def test_it_loses_no_words(at_browser, plain_site, course, ada):
    attempt = sit(ada, bring(), points=("C.2",), timed=True)
    position = row_of(attempt, "why").position
    reader = at_browser(plain_site, ada, viewport=PHONE)
    place = f"/practice/{attempt.pk}/?q={position}"
    page = reader.open(place)
    field = page.get_by_label("Your answer")
    field.press_sequentially("It outlives", delay=20)
    expect(page.locator("#saving")).to_have_text("Saved")
    assert row_of(attempt, "why").answer == "It outlives"
    expect(page.locator("[data-deadline]")).to_contain_text("left")

    page.route("**/answers/*", lambda route: route.abort())
    field.fill("It outlives the container 🐳")
    expect(page.locator("#saving")).to_contain_text("kept in this browser")
    page.unroute("**/answers/*")
    page.goto("about:blank")  # a crash: nothing was sent
    page = reader.open(place)
    if row_of(attempt, "why").answer == "It outlives":
        expect(page.locator("#kept-copy")).to_contain_text("It outlives the container 🐳")
        page.get_by_role("button", name="Put them in").click()
        expect(page.locator("#saving")).to_have_text("Saved")
    assert row_of(attempt, "why").answer == "It outlives the container 🐳"

    other = reader.context.new_page()
    other.goto(plain_site + place)
    other.get_by_label("Your answer").fill("From the other window")
    expect(other.locator("#saving")).to_have_text("Saved")
    page.get_by_label("Your answer").fill("From this window")
    expect(page.locator("#two-windows")).to_contain_text("From the other window")
    expect(page.get_by_label("Your answer")).to_have_value("From this window")
    page.get_by_role("button", name="Keep mine").click()
    expect(page.locator("#saving")).to_have_text("Saved")
    assert row_of(attempt, "why").answer == "From this window"
    other.close()

    page.locator(".task").get_by_role("button", name="Hand in").click()
    page.get_by_role("button", name="Hand in all the same").click()
    expect(page.get_by_text("1 answer is being marked")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    reader.faults[:] = [fault for fault in reader.faults if "Failed to load resource" not in fault]  # the cut, and the 409
