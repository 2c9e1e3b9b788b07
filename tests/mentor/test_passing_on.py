"""From the mentor onto the trainers' desk and back, as rows: neither room knows the other."""

import pytest

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import Handover
from coach.models import Escalation, Query
from coach.picking_up import pick_up
from coach.replying import Reply, reply
from courses.models import Course
from tests.mentor.conftest import VOLUME, ask_now, now, put, signed_in, thread_of

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_reaches_the_desk_and_comes_back(taught: Course, ada: User, tess: User) -> None:
    thread = thread_of(ada, taught)
    ask_now(ada, thread, "How do containers find each other?")
    chat = ask_now(ada, thread)
    browser = signed_in(ada)
    page = browser.post(f"/mentor/chats/{chat.pk}/escalate", {"reason": "For work."}, headers={"HX-Request": "true"})
    assert "Your trainer has this question" in page.content.decode()
    passed = now(ada, chat)
    assert (passed.escalated_to_trainer, passed.escalation_reason, bool(passed.escalated_at)) == (True, "For work.", True)
    assert pick_up() == 1
    assert pick_up() == 0
    with acting_as(tess):
        escalation = Escalation.objects.get()
        assert (escalation.original_question, escalation.learner_note, escalation.trainer_id) == (VOLUME, "For work.", tess.pk)
        assert [turn["question"] for turn in escalation.conversation] == ["How do containers find each other?", VOLUME]
        assert escalation.ai_context[0]["chapter_id"] == "volumes"
    _reply(escalation, tess)
    pick_up()
    shown = browser.get(f"/mentor/{thread.pk}/").content.decode()
    assert "A <strong>volume</strong>, always." in shown
    assert "Reply from Tess" in shown


def _reply(escalation: Escalation, tess: User) -> None:
    with acting_as(tess):
        reply(escalation, Reply("A **volume**, always.", teach=False, priority="normal"), tess)


def test_it_passes_a_question_on_once(taught: Course, ada: User) -> None:
    chat = ask_now(ada, thread_of(ada, taught))
    browser = signed_in(ada)
    for _again in range(2):
        browser.post(f"/mentor/chats/{chat.pk}/escalate", {"reason": ""})
    pick_up()
    with acting_as(SYSTEM):
        assert Handover.objects.count() == Escalation.objects.count() == Query.objects.count() == 1


def test_it_waits_for_an_open_answer(taught: Course, ada: User) -> None:
    chat = put(ada, thread_of(ada, taught))
    answer = signed_in(ada).post(f"/mentor/chats/{chat.pk}/escalate", {}, headers={"HX-Request": "true"})
    assert answer.status_code == 422
    with acting_as(SYSTEM):
        assert not Handover.objects.exists()
