"""The whole way of a learner to an exam, in a real browser and without a model: practise, read the marks, dispute one, have it
reviewed at the desk, work on what was weak, plan, miss three days, and be coached to the end of a session."""

import re
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections
from playwright.sync_api import Page, expect

from accounts.door import SYSTEM, acting_as
from coach.models import CoachingSession
from coach.sessions import leading
from courses.models import Chapter
from planning.marking import working
from planning.models import Attempt, ImprovementPlan, MarkDispute, StudyPlan, SyllabusPoint
from tests.browser.conftest import Reader
from tests.planning.conftest import bring
from tests.study.conftest import days_pass, today, wanted

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

ANSWER = "A volume outlives the container."
EXAM = """
{"subject": {"title": "Containers", "course": "containers"},
 "points": [{"code": "C.1", "title": "Volumes and bind mounts"}, {"code": "C.2", "title": "Containers on the same network"},
  {"code": "C.3", "title": "Publishing a port"}, {"code": "C.4", "title": "Permissions of files"}],
 "questions": [
  {"code": "why", "text": "Why use a volume?", "marks": 4, "points": ["C.1"],
   "scheme": [{"objective": "AO1", "marks": 1, "text": "A volume outlives the container"},
              {"objective": "AO2", "marks": 1, "text": "The files of a database belong into a volume"},
              {"objective": "AO3", "marks": 2, "text": "A bind mount is better for source code that is edited on the host"}]}]}
"""


def test_it_walks_to_the_exam(at_browser, plain_site, lessons, ada, tess):
    bring(EXAM)
    with acting_as(SYSTEM):
        SyllabusPoint.objects.filter(code="C.1").update(chapter=Chapter.objects.get(chapter_id="volumes"))
    learner, trainer = at_browser(plain_site, ada), at_browser(plain_site, tess)
    attempt = practise(learner)
    dispute(learner.page)
    decide(trainer, more := marks_of(attempt) + 1)
    improve(learner, more)
    plan = make_plan(learner.page)
    days_pass(plan, 3)
    miss_days(learner.page)
    be_coached(learner.page)


def practise(learner: Reader) -> Attempt:
    page = learner.page
    page.get_by_role("link", name="Practice", exact=True).click()
    page.get_by_role("link", name="Practise Containers").click()
    expect(page.get_by_role("link", name="Explain it Publishing a port")).to_be_visible()
    page.get_by_role("button", name="Begin").click()
    page.get_by_label("Your answer").fill(ANSWER)
    page.get_by_role("button", name="Hand in").click()
    page.get_by_role("button", name="Hand in").click()
    expect(page.get_by_text("1 answer is being marked")).to_be_visible()
    with acting_as(SYSTEM):
        attempt = Attempt.objects.get()
    as_the_worker(lambda: working.mark_attempt(attempt.pk))
    expect(page.get_by_text("The marker is")).to_be_visible()
    expect(page.locator(".reasons .given-point").first).to_contain_text("A volume outlives the container")
    expect(page.locator(".reasons li").last).to_contain_text("AO3")
    expect(page.get_by_role("link", name="Explain it Volumes and bind mounts")).to_be_visible()
    return attempt


def as_the_worker(deed: Callable[[], object]) -> None:
    """In a thread of its own: Playwright keeps an event loop in this one."""

    def work() -> None:
        try:
            deed()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        pool.submit(work).result()


def dispute(page: Page) -> None:
    page.get_by_text("I do not agree with these marks").click()
    page.get_by_label("Why?").fill("My answer means the files of a database as well.")
    page.get_by_role("button", name="Send it to a person").click()
    expect(page.get_by_text("A person will look at these marks.").last).to_be_visible()


def marks_of(attempt: Attempt) -> int:
    with acting_as(SYSTEM):
        marks = attempt.answers.get().marks_awarded
    assert marks
    return int(marks)


def decide(trainer: Reader, marks: int) -> None:
    page = trainer.open("/desk/marking/")
    expect(page.get_by_text("Disputed")).to_be_visible()
    page.get_by_role("link", name="Why use a volume?").click()
    expect(page.get_by_text("My answer means the files of a database as well.")).to_be_visible()
    page.get_by_label("A word to the learner").fill("Agreed, it can be read so.")
    page.get_by_role("button", name=f"{marks} marks").click()
    expect(page.get_by_text(f"Decided: {marks} of 4.")).to_be_visible()
    with acting_as(SYSTEM):
        assert MarkDispute.objects.get().state == "changed"


def improve(learner: Reader, marks: int) -> None:
    page = learner.open("/practice/")
    page.get_by_role("link", name=f"a person has changed your marks to {marks} of 4").click()
    expect(page.get_by_text("Agreed, it can be read so.")).to_be_visible()
    page.get_by_role("link", name="Open the improvement plan").click()
    expect(page.get_by_role("link", name="C.1 Volumes and bind mounts").first).to_have_attribute(
        "href", re.compile("/coach/explain/")
    )
    page.get_by_role("button", name="Done", exact=True).first.click()
    expect(page.get_by_text("1 of")).to_be_visible()
    with acting_as(SYSTEM):
        assert ImprovementPlan.objects.get().action_items[0]["completed"]
    page.get_by_role("link", name="Make a study plan").click()


def make_plan(page: Page) -> StudyPlan:
    page.get_by_label("exam").first.fill(wanted(days=20).exam_date.isoformat())
    page.get_by_label(re.compile("ours")).first.fill("2")
    page.get_by_role("button", name="Make the plan").click()
    expect(page.get_by_text("20 days to go")).to_be_visible()
    with acting_as(SYSTEM):
        return StudyPlan.objects.get()


def miss_days(page: Page) -> None:
    page.reload()
    expect(page.get_by_text("You missed 3 days, and the plan was made anew.")).to_be_visible()
    with acting_as(SYSTEM):
        assert StudyPlan.objects.get().planned_on == today()
    page.get_by_text("topics moved").click()
    expect(page.locator("#today .plan-task").first.get_by_role("link", name="Explain it")).to_be_visible()


def be_coached(page: Page) -> None:
    task = page.locator("#today .plan-task").first
    task.get_by_role("link", name="Talk it through with the coach").click()
    page.get_by_label("Where do you get stuck?").fill("I do not see why.")
    page.get_by_role("button", name="Begin").click()
    expect(page.locator(".turn")).to_have_count(2)
    while (session := only_session()).is_open:
        step = leading.read(session.lesson).step
        page.get_by_label("Your words").fill(step.term or step.expects)
        page.get_by_role("button", name="Send").click()
        expect(page.locator(".turn")).to_have_count(len(session.session_transcript) + 2)
    expect(page.get_by_role("heading", name="How it went")).to_be_visible()
    expect(page.get_by_role("link", name="Practise questions about it")).to_be_visible()
    assert session.outcome == CoachingSession.Outcome.RESOLVED


def only_session() -> CoachingSession:
    with acting_as(SYSTEM):
        return CoachingSession.objects.get()
