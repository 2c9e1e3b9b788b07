"""The whole loop with three people and no model: asked, passed on, answered, approved, applied, asked again in other words by
somebody else, taken back, and unanswered again. A real server, a real worker, a broker of their own, and no beat."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import Locator, expect

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import teaching
from coach.escalation_models import UNDO
from coach.models import Escalation
from courses.models import Course
from learning.models import AuditEntry, Knowledge, LearningItem
from tests.browser.conftest import Reader
from tests.learning.loop_parts import OwnRedis, soon

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

ASKED = "Which colour do the cables of the training rack have?"
PARAPHRASE = "What is the colour of the network cables in the training rack?"
REPLY = "The cables of the training rack are **purple**; grey ones belong to the office."
QUEUE = "/admin/learning/learningitem/"


def let_the_minute_pass(broker: OwnRedis) -> None:
    """The minute in which Tess may take her reply back ends now; her message to the worker was timed for its end."""
    with acting_as(SYSTEM):
        Escalation.objects.update(replied_at=timezone.now() - UNDO - timedelta(seconds=1))
    broker.send(teaching.TEACH_TASK)


def asked(reader: Reader, question: str) -> Locator:
    """The turn of a question that was asked on the coach's page and is finished."""
    reader.open("/coach/containers/")
    reader.ask(question)
    turn = reader.page.locator(".turn").last
    expect(turn.locator(".label").first).to_be_visible()
    return turn


def count(status: str) -> int:
    with acting_as(SYSTEM):
        return LearningItem.objects.filter(status=status).count()


def test_it_closes_the_loop(
    working_site: str,
    at_browser: Callable[..., Reader],
    broker: OwnRedis,
    lessons: Course,
    ada: User,
    ben: User,
    tess: User,
    rex: User,
) -> None:
    learner, trainer, admin = (at_browser(working_site, person) for person in (ada, tess, rex))
    turn = asked(learner, ASKED)
    expect(turn.locator(".passed .waiting")).to_contain_text("so your trainer has the question too")

    desk = trainer.open("/desk/")
    expect(desk.locator(".case h2")).to_have_text(ASKED)
    desk.keyboard.press("r")
    desk.keyboard.type(REPLY)
    desk.get_by_role("button", name="Reply and next").click()
    expect(desk.locator(".case .notice")).to_contain_text("Reply sent.")
    expect(turn.locator(".trainer-said strong")).to_have_text("purple")
    let_the_minute_pass(broker)
    assert soon(lambda: count("pending") == 1)

    queue = admin.open(QUEUE)
    queue.get_by_role("link", name=ASKED).click()
    expect(queue.locator("#proposal-text")).to_have_value(REPLY)
    queue.keyboard.press("a")
    expect(queue.get_by_text("1 item was approved.")).to_be_visible()
    assert soon(lambda: count("applied") == 1)

    other = at_browser(working_site, ben)
    better = asked(other, PARAPHRASE)
    expect(better.locator(".label").first).to_contain_text("Verified by Tess")
    expect(better.locator(".answer strong").first).to_have_text("purple")

    with acting_as(SYSTEM):
        item = LearningItem.objects.get()
    admin.open(f"{QUEUE}{item.pk}/change/")
    expect(queue.get_by_text("purple").first).to_be_visible()
    queue.keyboard.press("u")
    queue.get_by_label("Why? The answer leaves the search at once").fill("The rack was replaced.")
    queue.get_by_role("button", name="Take it back").click()
    expect(queue.get_by_text("The rack was replaced.").first).to_be_visible()

    again = asked(other, f"{PARAPHRASE} Please.")
    expect(again.locator(".label").first).to_contain_text("Not in the course")
    expect(again.locator(".passed .waiting")).to_contain_text("so your trainer has the question too")

    with acting_as(SYSTEM):
        assert not Knowledge.objects.live().exists()
        deeds = list(AuditEntry.objects.filter(row_id=item.pk).order_by("created_at").values_list("actor_role", "actor_id"))
    assert ("admin", rex.pk) in deeds
    assert len(item.receipt["questions"]) == 1
