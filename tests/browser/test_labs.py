"""A learner in a lab, in a real browser: an offer that is taken, one that is refused, and the coach with its trainer's name."""

import pytest
from playwright.sync_api import expect

from accounts.door import acting_as
from coach.labs import judging, offering
from coach.persona import keeping
from coach.persona.extracting import Profile
from coach.persona.keeping import Wanted
from tests.browser.conftest import PHONE
from tests.labs.conftest import lab, lab_course

__all__ = ["lab", "lab_course"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

STEPS = ("Begin without a volume", "Add a volume")


def get_stuck(page, step: str) -> None:
    """Says three times that the step does not work, and lets the worker come by."""
    row = page.locator(".lab-steps li", has_text=step)
    for _time in range(3):
        with page.expect_response(lambda answer: answer.request.method == "POST"):
            row.get_by_role("button", name="Does not work").click()
        expect(row).to_contain_text("Noted")
    judging.judge_due()


def test_it_offers_help_and_obeys(at_browser, plain_site, lab, ada, tess, monkeypatch):
    with acting_as(tess):
        info = Profile(expertise=("Harbours",))
        keeping.keep(tess, None, Wanted(True, "", "warm", "Ahoy.", "name_only", "", info))
    reader = at_browser(plain_site, ada, viewport=PHONE)
    page = reader.open(f"/coach/{lab.course.slug}/")
    expect(page.get_by_role("heading", name="Tess's AI Coach")).to_be_visible()
    expect(page.get_by_text("Ahoy.")).to_be_visible()
    expect(page.get_by_text("Harbours")).to_have_count(0)
    page = reader.open(lab.get_absolute_url())
    offer = page.locator("#lab-offer")
    expect(offer).not_to_contain_text("Stuck")
    get_stuck(page, STEPS[0])
    expect(offer).to_contain_text("Stuck at step 1?")
    offer.get_by_role("button", name="No, thank you").click()
    expect(offer).to_contain_text("All right.")
    monkeypatch.setattr(offering, "REST", dict.fromkeys(offering.REST, offering.timedelta(0)))
    get_stuck(page, STEPS[1])
    expect(offer).to_contain_text("Stuck at step 2?")
    for name in ("Give me a hint", "Where do I look?", "What is the likely mistake?"):
        offer.get_by_role("button", name=name).click()
    expect(offer.locator(".hints > li")).to_have_count(3)
    expect(offer).not_to_contain_text("the-secret-answer")
    page.locator(".lab-steps li", has_text=STEPS[1]).get_by_role("button", name="Works", exact=False).first.click()
    expect(page.locator(".lab-steps li.done")).to_have_count(1)
    judging.judge_due()
    expect(offer).not_to_contain_text("Hints")
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
