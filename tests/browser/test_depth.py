"""The coach in depth, in a real browser and without a model: the five kinds of help under the trainer's name, and a chapter that
is edited while a trainer measures what that does."""

import time
from collections.abc import Callable

import pytest
from playwright.sync_api import Locator, Page, expect

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.models import Escalation, Query
from courses.models import Course, Lab
from tests.browser.conftest import Reader
from tests.labs.conftest import lab, lab_course

__all__ = ["lab", "lab_course"]
pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

UNTAUGHT = "What is the colour of the harbour crane?"
TAUGHT = "\n\nThe harbour crane is painted turquoise, a colour that no other crane has.\n"
PATIENCE = 20  # seconds from saving to being found, on a busy machine


def asked(reader: Reader, question: str) -> Locator:
    """The turn of a question that was asked on the open page and is finished."""
    turns = reader.page.locator(".turn")
    before = turns.count()
    reader.ask(question)
    expect(turns).to_have_count(before + 1)
    turn = turns.last
    expect(turn).to_have_attribute("data-state", "answered")
    return turn


def name_the_coach(reader: Reader) -> None:
    page = reader.open("/desk/coach/")
    page.get_by_label("Name of the coach").fill("Captain Tess")
    page.get_by_label("Greeting").fill("Ahoy, ask me anything.")
    page.get_by_role("button", name="Save").click()
    expect(page.locator(".persona-card").get_by_role("heading")).to_have_text("Captain Tess")


def test_it_gives_each_kind_of_help_under_its_trainers_name(
    at_browser: Callable[..., Reader], plain_site: str, lab: Lab, ada: User, tess: User
) -> None:
    name_the_coach(at_browser(plain_site, tess))
    reader = at_browser(plain_site, ada)
    page = reader.open(lab.get_absolute_url())
    expect(page.locator("#coach-name")).to_have_text("Captain Tess")
    expect(page.locator(".welcome")).to_contain_text("Ahoy, ask me anything.")

    content = asked(reader, "Should I use a volume or a bind mount for the files of a database?")
    expect(content.locator(".label")).to_contain_text("Course text")
    expect(content.locator(".answer-text")).to_contain_text("Use a volume")
    guidance = asked(reader, "hint for step 2 pls")
    expect(guidance.locator(".answer-text")).to_contain_text("Make a volume named")
    struggle = asked(reader, "I'm stuck at step 2, tried it 5 times and it still fails")
    expect(struggle.locator(".answer-text")).to_contain_text("ask your trainer")
    for turn in (guidance, struggle):
        expect(turn).not_to_contain_text("the-secret-answer")
    off = asked(reader, "what will the weather be like in Lisbon tomorrow?")
    expect(off.locator(".answer-text")).to_contain_text("I am here for the course")
    expect(off.locator(".passed .waiting")).to_have_count(0)
    way = asked(reader, "where is the chapter on networks?")
    expect(way.locator(".answer-text strong")).to_contain_text("Networks")
    way.locator(".sources a").first.click()
    expect(page.get_by_role("heading", name="Networks", level=1)).to_be_visible()
    expect(page.locator("#coach-name")).to_have_text("Captain Tess")

    with acting_as(SYSTEM):
        told = list(Query.objects.order_by("pk").values_list("intent", flat=True))
        assert not Escalation.objects.exists()
    assert told == ["course_content", "lab_guidance", "lab_struggle", "out_of_scope", "navigation"]


def quality_run(page: Page, right: str) -> None:
    """Press Run, follow its progress to the figures."""
    page.get_by_role("button", name="Run").click()
    expect(page.get_by_role("heading", name=right)).to_be_visible()


def test_it_answers_from_an_edited_chapter_and_shows_what_got_better(
    working_site: str, at_browser: Callable[..., Reader], lessons: Course, ada: User, tess: User, rex: User
) -> None:
    learner, trainer, admin = (at_browser(working_site, person) for person in (ada, tess, rex))
    desk = trainer.open("/desk/quality/")
    desk.get_by_label("Name").fill("Harbour")
    desk.get_by_role("button", name="Make it").click()
    desk.get_by_text("Write a question").click()
    desk.get_by_label("Question", exact=True).fill(UNTAUGHT)
    desk.get_by_label("Expected answer").fill("turquoise")
    desk.get_by_role("button", name="Add", exact=True).click()
    quality_run(desk, "0 of 1 right")

    learner.open(f"/coach/{lessons.slug}/")
    expect(asked(learner, UNTAUGHT).locator(".label").first).to_contain_text("Not in the course")

    with acting_as(SYSTEM):
        place = lessons.chapters.get(chapter_id="networks")
    page = admin.open(f"/admin/courses/chapter/{place.pk}/change/")
    page.locator("#id_body").fill(place.body + TAUGHT)
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("What changed is being indexed")).to_be_visible()
    saved = time.monotonic()
    turn = asked(learner, f"{UNTAUGHT} Please.")
    while "turquoise" not in turn.inner_text() and time.monotonic() < saved + PATIENCE:
        turn = asked(learner, f"{UNTAUGHT} Please, {time.monotonic():.1f}.")
    expect(turn.locator(".answer-text")).to_contain_text("turquoise")
    expect(turn.locator(".label").first).to_contain_text("Course text")

    desk.get_by_role("link", name="Harbour").click()
    expect(desk.get_by_text("The course has changed since the last run.")).to_be_visible()
    quality_run(desk, "1 of 1 right")
    expect(desk.locator(".quality-list .tag.good").first).to_have_text("Better")
    expect(desk.locator(".quality-tiles")).to_contain_text("up from")
