"""Rex tries prompts on learners: what they get, what is counted, what stops by itself, and what he may take back."""

import asyncio
import uuid
from datetime import timedelta

import pytest
from django.core import mail
from django.db import DatabaseError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from ai.models import Conversation, PromptVariant, VariantEvent
from ai.tasks import watch_variants
from ai.variants import changing
from ai.variants.changing import VariantRefused
from ai.variants.results import experiment
from coach.answering import answer_now
from coach.models import Escalation, Feedback, Query, Response
from courses.models import Course
from mentor.models import Chat
from tests.ai.rows import make_row
from tests.coach.conftest import answered, put, taught
from tests.conftest import enrol, make_person
from tests.fake_vendor import fake_vendor, fake_vendor_server
from tests.mentor.conftest import ask_now, thread_of
from tests.pages.conftest import signed_in

__all__ = ["fake_vendor", "fake_vendor_server", "taught"]
pytestmark = pytest.mark.django_db(transaction=True)
LIST, ADD = reverse("admin:ai_promptvariant_changelist"), reverse("admin:ai_promptvariant_add")
RESULTS, FILES = reverse("admin:ai_promptvariant_results"), reverse("admin:ai_promptvariant_files")


def add(rex: User, feature: str = "coach", version: str = "coach/v2", name: str = "shorter", weight: int = 1) -> PromptVariant:
    with acting_as(rex):
        return changing.add(feature=feature, name=name, version=version, weight=weight, actor=rex)


def rows(feature: str = "coach") -> dict[str, PromptVariant]:
    with acting_as(SYSTEM):
        return {row.name: row for row in PromptVariant.objects.filter(feature=feature)}


def events() -> list[str]:
    with acting_as(SYSTEM):
        return list(VariantEvent.objects.order_by("pk").values_list("action", flat=True))


def answer(
    learner: User, course: Course, variant: PromptVariant, *, helpful: bool | None = None, escalated: bool = False
) -> None:
    """One that a model gave; behind the system's door."""
    whose = {"learner": learner, "course": course}
    talk = Conversation.objects.create(user=learner, course=course)
    query = Query.objects.create(**whose, conversation=talk, question="Why?", client_key=uuid.uuid4())
    response = Response.objects.create(
        **whose, query=query, answer="So.", state="complete", provider="house", prompt_version=variant.version,
        prompt_variant=variant, notes={"tries": 1}, cost="0.002", timings={"total": 900},
    )  # fmt: skip
    if helpful is not None:
        Feedback.objects.create(**whose, response=response, rating="helpful" if helpful else "not_helpful")
    if escalated:
        Escalation.objects.create(**whose, query=query, original_question="Why?", reason="asked")


@pytest.fixture
def tried(rex: User, course: Course) -> tuple[PromptVariant, PromptVariant]:
    """A control and a variant, each with ten learners who asked three times; of the variant's answers most go to the trainer."""
    variant, control = add(rex), rows()["control"]
    learners = [make_person(f"Learner{n}") for n in range(20)]
    with acting_as(SYSTEM):
        PromptVariant.objects.update(started_at=timezone.now())
        for n, learner in enumerate(learners):
            enrol(learner, course)
            for turn in range(3):
                is_new = n % 2 == 0
                answer(learner, course, variant if is_new else control, helpful=turn != 2, escalated=is_new and turn != 0)
    return variant, control


def test_it_makes_a_control_beside_the_first(rex: User) -> None:
    add(rex)
    found = rows()
    assert (found["control"].version, found["control"].is_control) == ("coach/v1", True)
    assert (found["shorter"].version, found["shorter"].is_control) == ("coach/v2", False)
    assert events() == ["added", "added"]
    add(rex, "mentor", "mentor/v2", name="control")
    assert set(rows("mentor")) == {"control", "control 2"}


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"version": "coach/v99"}, "version"), ({"version": "mentor/v1"}, "version"), ({"version": "../../settings"}, "version")],
    ids=["not there", "of another feature", "outside"],
)
def test_it_says_which_files_there_are(rex: User, wrong: dict[str, str], field: str) -> None:
    with pytest.raises(VariantRefused) as refused:
        add(rex, **wrong)
    assert refused.value.field == field
    assert "coach/v1, coach/v2" in refused.value.message
    page = signed_in(rex).post(ADD, {"feature": "coach", "name": "x", "weight": 1, **wrong})
    assert page.status_code == 200
    assert rows() == {}


def test_it_records_the_prompt_on_each_answer(taught: Course, ada: User, rex: User, fake_vendor) -> None:
    with acting_as(SYSTEM):
        make_row("house", fake_vendor.url)
    changed = [add(rex), add(rex, "mentor", "mentor/v2")]
    with acting_as(rex):
        for variant in changed:
            changing.promote(variant_id=variant.pk, actor=rex)
    query = put(ada, taught, "How do containers find each other?")
    asyncio.run(answer_now(query.pk, SYSTEM))
    response, chat = answered(ada, query).response, ask_now(ada, thread_of(ada, taught))
    assert (response.prompt_variant_id, response.prompt_version) == (changed[0].pk, "coach/v2")
    assert (chat.prompt_variant_id, chat.prompt_version) == (changed[1].pk, "mentor/v2")
    assert response.notes["tries"] == chat.notes["tries"] == 1
    systems = [seen.body["messages"][0]["content"] for seen in fake_vendor.seen]
    assert "check whether they have understood" in systems[0]
    assert "a step further" in systems[1]


def test_it_counts_what_became_of_answers(tried, rex: User) -> None:
    with acting_as(rex):
        found = {outcome.variant.name: outcome for outcome in experiment("coach").outcomes}
    new, control = found["shorter"], found["control"]
    assert (new.answers, new.learners, control.answers) == (30, 10, 30)
    assert (new.figure("escalated").seen.value, control.figure("escalated").seen.value) == (pytest.approx(2 / 3), 0)
    assert new.figure("escalated").verdict == "worse"
    assert new.figure("helpful").seen.value == pytest.approx(2 / 3)
    assert new.figure("helpful").verdict == "even"
    assert new.figure("cost").seen.value == pytest.approx(0.002)
    assert new.figure("ms").seen.value == 900


def test_it_waits_until_there_is_enough(rex: User, ada: User, course: Course) -> None:
    variant = add(rex)
    with acting_as(SYSTEM):
        for _turn in range(40):
            answer(ada, course, variant, escalated=True)
    watch_variants()
    assert rows()["shorter"].is_active
    page = signed_in(rex).get(RESULTS).content.decode()
    assert "Not enough data yet." in page
    assert "A figure takes 30 answers of 10 learners" in page


def test_it_stops_harm_by_itself_and_tells_admins_once(tried, rex: User) -> None:
    watch_variants()
    watch_variants()
    stopped = rows()["shorter"]
    assert (stopped.is_active, stopped.stopped_by) == (False, "escalated")
    assert rows()["control"].is_active
    with acting_as(SYSTEM):
        event = VariantEvent.objects.get(action="stopped")
    assert event.actor_id is None
    assert event.figures["variant"]["total"] == 20
    assert [letter.to for letter in mail.outbox] == [[rex.email]]
    assert "stopped by itself" in mail.outbox[0].subject
    assert str(stopped.pk) in mail.outbox[0].body
    assert "more answers went to a trainer" in signed_in(rex).get(LIST).content.decode()


def test_it_leaves_the_control_and_what_does_no_harm(tried, rex: User) -> None:
    with acting_as(SYSTEM):
        Response.objects.update(created_at=timezone.now() - timedelta(days=9))  # of a time before both were tried
    watch_variants()
    assert all(row.is_active for row in rows().values())


def test_it_promotes_with_one_row_and_takes_it_back(tried, rex: User) -> None:
    page, before = signed_in(rex), {name: row.state for name, row in rows().items()}
    page.post(reverse("admin:ai_promptvariant_promote", args=[tried[0].pk]))
    after = rows()
    assert (after["shorter"].is_control, after["control"].stopped_by) == (True, "promotion")
    assert events()[2:] == ["promoted"]
    assert "was promoted" in page.get(RESULTS).content.decode()
    page.post(reverse("admin:ai_promptvariant_undo", args=["coach"]))
    assert {name: row.state for name, row in rows().items()} == before
    assert events()[2:] == ["promoted", "undone"]
    page.post(reverse("admin:ai_promptvariant_undo", args=["coach"]))
    assert events()[2:] == ["promoted", "undone"]


def test_it_undoes_nothing_that_was_changed_since(tried, rex: User) -> None:
    with acting_as(rex):
        changing.promote(variant_id=tried[0].pk, actor=rex)
        changing.start(variant_id=tried[1].pk, actor=rex)
        with pytest.raises(VariantRefused):
            changing.undo(feature="coach", actor=rex)


def test_it_stops_starts_and_weighs_in_admin(rex: User) -> None:
    variant, page = add(rex), signed_in(rex)
    page.post(reverse("admin:ai_promptvariant_stop", args=[variant.pk]))
    assert rows()["shorter"].stopped_by == "person"
    page.post(reverse("admin:ai_promptvariant_start", args=[variant.pk]))
    assert page.post(reverse("admin:ai_promptvariant_change", args=[variant.pk]), {"weight": 5}).status_code == 302
    assert (rows()["shorter"].is_active, rows()["shorter"].weight) == (True, 5)
    page.post(reverse("admin:ai_promptvariant_stop", args=[rows()["control"].pk]))
    assert rows()["control"].is_active
    assert events()[2:] == ["stopped", "started", "weighed"]


def test_it_adds_in_admin_and_shows_the_words(rex: User) -> None:
    page = signed_in(rex)
    form = {"feature": "mentor", "version": "mentor/v2", "name": "<b>step</b>", "weight": 3}
    assert page.post(ADD, form).status_code == 302
    shown = page.get(reverse("admin:ai_promptvariant_change", args=[rows("mentor")["<b>step</b>"].pk])).content.decode()
    assert "name it kindly before you answer" in shown
    assert "<ins>" in shown
    assert "<b>step</b>" not in shown
    files = page.get(FILES, {"file": "coach/v2", "beside": "coach/v1"}).content.decode()
    assert "<del>" in files
    assert page.get(FILES, {"file": "../../etc"}).status_code == 200
    assert page.get(RESULTS, {"csv": "mentor-rating"}).content.decode().startswith("\ufeffVariant,Prompt file")
    assert page.get(RESULTS, {"csv": "mentor-nothing"}).status_code == 404


def test_it_is_for_admins_alone(rex: User, ada: User, tess: User) -> None:
    variant = add(rex)
    pages = [LIST, ADD, RESULTS, FILES, reverse("admin:ai_variantevent_changelist")]
    deeds = [reverse(f"admin:ai_promptvariant_{deed}", args=[variant.pk]) for deed in ("stop", "start", "promote")]
    for person in (ada, tess):
        client = signed_in(person)
        assert {client.get(page).status_code for page in pages} == {404}
        assert {client.post(deed).status_code for deed in deeds} == {404}
    assert {Client().get(page).status_code for page in pages} == {302}
    assert {signed_in(rex).get(deed).status_code for deed in deeds} == {405}
    assert events() == ["added", "added"]


@pytest.mark.parametrize(
    "change",
    [{"version": "coach/v1"}, {"is_active": False}, {"stopped_by": "person"}, {"is_control": True}, {"weight": -1}],
    ids=lambda change: next(iter(change)),
)
def test_it_keeps_states_in_the_database(rex: User, change) -> None:
    add(rex)
    with pytest.raises(DatabaseError), acting_as(SYSTEM), transaction.atomic():
        PromptVariant.objects.filter(name="shorter").update(**change)


def test_it_keeps_the_record(rex: User) -> None:
    add(rex)
    with acting_as(rex):
        assert VariantEvent.objects.update(action="stopped") == 0
        assert VariantEvent.objects.all()._raw_delete("default") in (0, None)
        assert VariantEvent.objects.count() == 2


def test_it_lists_with_few_queries(tried, rex: User, django_assert_max_num_queries) -> None:
    page = signed_in(rex)
    page.get(LIST)
    with django_assert_max_num_queries(24):
        page.get(LIST)
    with django_assert_max_num_queries(26):
        page.get(RESULTS)


def test_it_keeps_a_learners_hands_off_the_prompt(taught: Course, ada: User, rex: User) -> None:
    variant, chat = add(rex, "mentor", "mentor/v2"), ask_now(ada, thread_of(ada, taught))
    with pytest.raises(Exception, match="not its reader"), acting_as(ada):
        Chat.objects.filter(pk=chat.pk).update(prompt_variant=None if chat.prompt_variant_id else variant)
