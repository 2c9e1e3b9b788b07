"""Help that is offered in a lab: once, quietly, obeying the learner; the ladder of hints; what became of it; the desk."""

import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import InternalError, ProgrammingError, transaction
from django.test import Client
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import replying, telling
from coach.counting import count_anew
from coach.labs import helping, judging, offering, trying, writing_to
from coach.labs.offering import OfferRefused
from coach.models import Escalation, LabOffer, LabStruggle, Query
from learning.insights import fold_insights
from learning.models import CourseFigures, PlaceFigures
from tests.labs.conftest import STEP_2, fail, offers_of, struggle_of
from tests.pages.conftest import signed_in

pytestmark = pytest.mark.django_db

STEP_1, STEP_3 = "at-step-1-begin-without-a-volume", "at-step-3-publish-the-port"
HTMX = {"HX-Request": "true"}


def later(learner: User, minutes: int = 60) -> None:
    """As if the offers so far were made a while ago."""
    with acting_as(SYSTEM), transaction.atomic():
        for offer in LabOffer.objects.filter(learner=learner):
            LabOffer.objects.filter(pk=offer.pk).delete()
            offer.offered_at -= timedelta(minutes=minutes)
            LabOffer.objects.bulk_create([offer])


def test_it_offers_once_for_a_step(ada, lab) -> None:
    fail(ada, lab, 2)
    assert offers_of(ada) == []
    fail(ada, lab, 1)
    (offer,) = offers_of(ada)
    assert (offer.step, offer.state) == (STEP_2, "open")
    with acting_as(ada):
        offering.answer(offer, "dismissed", timezone.now())
    later(ada)
    fail(ada, lab, 5)
    assert len(offers_of(ada)) == 1
    fail(ada, lab, 1, step=STEP_3)
    assert len(offers_of(ada)) == 2


@pytest.mark.parametrize(
    ("wish", "times", "offered"),
    [("off", 9, 0), ("less", 3, 0), ("less", 9, 1), ("usual", 3, 1), ("more", 2, 1), ("usual", 2, 0)],
    ids=str,
)
def test_it_is_as_present_as_is_wanted(ada, lab, wish: str, times: int, offered: int) -> None:
    with acting_as(ada):
        offering.set_wish(ada, lab.course, wish)
    fail(ada, lab, times)
    assert len(offers_of(ada)) == offered


def test_it_stops_when_offers_do_not_help(ada, lab) -> None:
    for step in (STEP_2, STEP_3):
        fail(ada, lab, 3, step=step)
        with acting_as(ada):
            offering.answer(offers_of(ada)[-1], "dismissed", timezone.now())
        later(ada)
    fail(ada, lab, 3, step=STEP_1)
    assert len(offers_of(ada)) == 2
    with acting_as(ada):
        offering.set_wish(ada, lab.course, "usual")
    fail(ada, lab, 1, step=STEP_1)
    assert len(offers_of(ada)) == 3


def test_it_stops_at_a_step_where_it_helps_nobody(ada, lab, monkeypatch) -> None:
    monkeypatch.setattr(offering, "TRIED_OFTEN", 2)
    from tests.conftest import enrol, make_person

    for name in ("Cleo", "Dora"):
        other = make_person(name)
        enrol(other, lab.course)
        fail(other, lab)
        with acting_as(other):
            offering.answer(offers_of(other)[0], "dismissed", timezone.now())
    fail(ada, lab)
    assert offers_of(ada) == []


def test_it_climbs_without_the_solution(ada, lab) -> None:
    fail(ada, lab)
    key = offers_of(ada)[0].pk
    offer = [helping.climb(ada, key) for _rung in range(3)][-1]
    nudge, place, mistake = offer.hints
    assert "Add a volume" in nudge["words"]
    assert place["url"].startswith(f"/courses/{lab.course.slug}/volumes/")
    assert mistake["words"]
    assert "the-secret-answer" not in str(offer.hints)
    with pytest.raises(OfferRefused):
        helping.climb(ada, key)


def test_it_knows_what_became_of_an_offer(ada, ben, lab) -> None:
    for learner in (ada, ben):
        fail(learner, lab)
        helping.climb(learner, offers_of(learner)[0].pk)
    with acting_as(ada):
        trying.tick(ada, lab, STEP_2)
    judging.judge_due()
    assert offers_of(ada)[0].state == "helped"
    with acting_as(SYSTEM):
        offering.settle_old(timezone.now() + timedelta(days=2))
    assert offers_of(ben)[0].state == "unhelpful"


def test_it_takes_silence_for_an_answer(ada, lab) -> None:
    fail(ada, lab)
    with acting_as(ada):
        offering.see(offers_of(ada)[0], timezone.now())
    with acting_as(SYSTEM):
        offering.settle_old(timezone.now() + timedelta(minutes=10))
        assert LabOffer.objects.get().state == "open"
        offering.settle_old(timezone.now() + timedelta(minutes=30))
        assert LabOffer.objects.get().state == "ignored"


def test_it_withdraws_what_is_not_needed_any_more(ada, lab) -> None:
    fail(ada, lab)
    with acting_as(ada):
        trying.tick(ada, lab, STEP_2)
    judging.judge_due()
    assert offers_of(ada)[0].state == "unneeded"


def test_it_keeps_offers_as_they_were(ada, ben, lab) -> None:
    fail(ada, lab)
    with acting_as(ada), pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        LabOffer.objects.update(step="another")
    with acting_as(ada), pytest.raises((InternalError, ProgrammingError)), transaction.atomic():
        LabOffer.objects.update(state="helped")
    with acting_as(ben):
        assert not LabOffer.objects.update(level=1)


def test_it_walks_through_the_page(ada, lab, django_assert_max_num_queries) -> None:
    browser, base = signed_in(ada), f"/coach/{lab.course.slug}/labs/{lab.lab_id}"
    with django_assert_max_num_queries(32):
        page = browser.get(lab.get_absolute_url()).content.decode()
    assert "Your steps" in page
    assert "Stuck at step" not in page
    for _time in range(3):
        assert browser.post(f"{base}/step", {"step": STEP_2, "said": "fails"}, headers=HTMX).status_code == 200
    judging.judge_due()
    shown = browser.get(f"{base}/offer?stamp=none", headers=HTMX)
    assert b"Stuck at step 2?" in shown.content
    (offer,) = offers_of(ada)
    assert offer.shown_at is not None
    assert browser.get(f"{base}/offer?stamp={offer.pk}:0", headers=HTMX).status_code == 204
    for words in (b"Where do I look?", b"What is the likely mistake?", b"Ask my trainer"):
        assert words in browser.post(f"/coach/offers/{offer.pk}/hint", headers=HTMX).content
    assert browser.post(f"{base}/trainer", {"step": STEP_2}).status_code == 302
    with acting_as(SYSTEM):
        assert Escalation.objects.get().original_question.endswith("at “Step 2: Add a volume”.")
    assert b"There is no answer" not in browser.get(f"/coach/{lab.course.slug}/").content
    assert b"Good. On you go." in browser.post(f"/coach/offers/{offer.pk}/answer", {"said": "helped"}, headers=HTMX).content
    assert browser.post(f"{base}/presence", {"wish": "off"}, headers=HTMX).status_code == 200
    assert browser.post(f"{base}/presence", {"wish": "loud"}, headers=HTMX).status_code == 422
    assert browser.post(f"{base}/beat").status_code == 204


POSTS = ("labs/lab-volumes/step", "labs/lab-volumes/beat", "labs/lab-volumes/presence", "labs/lab-volumes/trainer")


def test_it_lets_nobody_else_in(ada, ben, tess, lab) -> None:
    from tests.conftest import make_person

    fail(ada, lab)
    offer, base = offers_of(ada)[0], f"/coach/{lab.course.slug}"
    stranger, other = signed_in(make_person("Olga")), signed_in(ben)
    for path in POSTS:
        assert Client().post(f"{base}/{path}").status_code == 302
        assert stranger.post(f"{base}/{path}").status_code == 404
        assert other.get(f"{base}/{path}").status_code == 405
        assert other.post(f"{base}/{path.replace('lab-volumes', 'volumes')}").status_code == 404
    for path in ("hint", "answer"):
        assert other.post(f"/coach/offers/{offer.pk}/{path}", {"said": "dismissed"}).status_code == 404
    assert offers_of(ada)[0].state == "open"


def test_it_says_at_the_desk_who_struggles(ada, ben, tess, lab, django_assert_max_num_queries) -> None:
    fail(ada, lab)
    fail(ben, lab, 1)
    desk = signed_in(tess)
    with django_assert_max_num_queries(14):
        page = desk.get("/desk/struggles/").content.decode()
    assert "Ada" in page
    assert "Ben" not in page
    assert "Step 2: Step 2: Add a volume" not in page
    row = struggle_of(ada)
    assert desk.post(f"/desk/struggles/{row.pk}/acknowledge").status_code == 302
    fail(ada, lab, 2)
    assert "Nobody is stuck" in desk.get("/desk/struggles/").content.decode()
    assert "Ada" in desk.get("/desk/struggles/?tab=acknowledged").content.decode()


def test_it_asks_again_with_a_new_episode(ada, tess, lab) -> None:
    fail(ada, lab)
    with acting_as(tess):
        row = LabStruggle.objects.of_labs().get()
        row.acknowledged = True
        row.save(update_fields=["acknowledged"])
    with acting_as(ada):
        trying.note(ada, lab.course, trying.Try(lab.lab_id, passed=True))
    judging.judge_due()
    fail(ada, lab)
    row = struggle_of(ada)
    assert (row.episode, row.acknowledged) == (2, False)


def test_it_lets_a_trainer_write(ada, ben, tess, lab) -> None:
    fail(ada, lab)
    row, desk, key = struggle_of(ada), signed_in(tess), str(uuid.uuid4())
    assert b"Write to Ada" in desk.get(f"/desk/struggles/{row.pk}/").content
    assert desk.post(f"/desk/struggles/{row.pk}/write", {"text": " "}).status_code == 422
    for _twice in range(2):
        form = {"text": "Look at the **mount point**.", "key": key}
        assert desk.post(f"/desk/struggles/{row.pk}/write", form).status_code == 302
    with acting_as(SYSTEM):
        escalation = Escalation.objects.get()
        Escalation.objects.update(mail_due_at=timezone.now())
    assert (escalation.signed, escalation.status) == ("Tess", "responded")
    assert struggle_of(ada).acknowledged
    page = signed_in(ada).get(f"/coach/{lab.course.slug}/").content.decode()
    assert "Your trainer wrote to you." in page
    assert "<strong>mount point</strong>" in page
    assert "1 new reply" in page
    assert telling.tell_learners() == 1
    assert mail.outbox[-1].to == [ada.email]
    assert "about the lab “Keep the database”" in mail.outbox[-1].body
    assert "mount point" not in signed_in(ben).get(f"/coach/{lab.course.slug}/").content.decode()
    with acting_as(SYSTEM):
        assert Query.objects.count() == 1
    case = desk.get(f"/desk/{escalation.pk}/").content.decode()
    assert "The trainer wrote first. The coach was not asked." in case
    assert "The coach has said nothing." not in case
    assert "What the coach read" not in case


def test_it_counts_no_words_past_the_coach(ada, tess, lab) -> None:
    fail(ada, lab)
    sent = writing_to.write(struggle_of(ada), lab, "Look at the mount point.", tess, uuid.uuid4())
    with acting_as(ada):
        writing_to.ask_trainer(ada, lab, STEP_2, uuid.uuid4())
    with acting_as(tess):
        replying.edit(sent, replying.Reply("Look at its path.", teach=False), tess)
        asked = Escalation.objects.exclude(pk=sent.pk).get()
        replying.reply(asked, replying.Reply("Show me.", teach=False), tess)
    page = signed_in(tess).get(f"/desk/{asked.pk}/").content.decode()
    assert "The learner wrote to the trainer. The coach was not asked." in page
    for _again in range(2):
        fold_insights()
        with acting_as(SYSTEM):
            (day,) = CourseFigures.objects.filter(span="day")
            assert (day.asked, day.escalated, sum(day.reply_times)) == (0, 0, 1)  # the learner has waited for that one
            assert not PlaceFigures.objects.exists()
        count_anew(lab.course_id)


def test_it_shows_the_desk_to_trainers_only(ada, tess, lab) -> None:
    from tests.conftest import make_person

    fail(ada, lab)
    row, other = struggle_of(ada), signed_in(make_person("Olaf", "trainer"))
    for path, method in (("", "get"), (f"{row.pk}/", "get"), (f"{row.pk}/write", "post"), (f"{row.pk}/acknowledge", "post")):
        assert getattr(Client(), method)(f"/desk/struggles/{path}").status_code == 302
        assert getattr(signed_in(ada), method)(f"/desk/struggles/{path}").status_code == 404
        assert getattr(other, method)(f"/desk/struggles/{path}", {"text": "x"}).status_code == (404 if path else 200)
        wrong = {"get": "post", "post": "get"}[method]
        assert getattr(signed_in(tess), wrong)(f"/desk/struggles/{path}").status_code == 405
