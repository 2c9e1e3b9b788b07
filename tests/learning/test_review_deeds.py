"""What reviewers do on the pages: each deed with its right and its record, two at once, in bulk, and back again."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.applying import apply_learning, request_application
from learning.approving import ReviewRefused, approve, fingerprint, merge, reject, reopen
from learning.models import AuditEntry, Knowledge, LearningItem
from tests.learning.review_cast import (
    QUEUE,
    WROTE,
    admin_who_may,
    applied_item,
    approved_item,
    fresh,
    judge_of,
    page_of,
    put_item,
    signed_in,
)

pytestmark = pytest.mark.django_db

MAKE = {
    "approve": put_item,
    "reject": put_item,
    "merge": put_item,
    "reopen": approved_item,
    "apply": approved_item,
    "undo": applied_item,
}
RIGHT = {**{deed: deed for deed in MAKE}, "reopen": "approve"}
AFTER = {
    "approve": "approved",
    "reject": "rejected",
    "merge": "rejected",
    "reopen": "pending",
    "apply": "approved",
    "undo": "pending",
}


@pytest.fixture
def office(rex: User) -> Client:
    return signed_in(rex)


def item_for(deed: str, course: Course, rex: User) -> LearningItem:
    return put_item(course) if MAKE[deed] is put_item else MAKE[deed](course, rex)


def form_for(deed: str, course: Course) -> dict[str, str]:
    return {"deed": deed, "reason": "Because.", **({"into": str(put_item(course, "Another?").pk)} if deed == "merge" else {})}


def deeds_of(item: LearningItem) -> list[tuple[Any, str]]:
    with acting_as(SYSTEM):
        return list(AuditEntry.objects.filter(row_id=item.pk).order_by("created_at", "id").values_list("actor_id", "action"))


@pytest.mark.parametrize("deed", MAKE)
def test_it_does_each_deed_with_its_right_alone(course: Course, rex: User, deed: str) -> None:
    item, max_ = item_for(deed, course, rex), admin_who_may(RIGHT[deed])
    response = signed_in(max_).post(judge_of(item), form_for(deed, course))
    assert response.status_code == 302
    assert fresh(item).status == AFTER[deed]
    assert deeds_of(item)[-1] == (max_.pk, "ask_apply" if deed == "apply" else "update")


@pytest.mark.parametrize("deed", MAKE)
def test_it_refuses_each_deed_without_its_right(course: Course, rex: User, deed: str) -> None:
    item = item_for(deed, course, rex)
    others = [right for right in RIGHT.values() if right != RIGHT[deed]]
    client, form = signed_in(admin_who_may(*others)), form_for(deed, course)
    assert client.post(judge_of(item), form).status_code == 403
    assert client.post(QUEUE, {"action": deed, "_selected_action": [str(item.pk)], "reason": "x"}).status_code == 403
    assert (fresh(item).status, fresh(item).reason) == (item.status, item.reason)
    with acting_as(SYSTEM):
        assert not AuditEntry.objects.filter(actor_id=client.session["_auth_user_id"]).exists()


def test_it_approves_what_the_reviewer_made_of_it(office: Client, course: Course, rex: User) -> None:
    item = put_item(course, verified_by_name="Tess")
    form = {"deed": "approve", "seen": fingerprint(item), "content": "Publish it with `-p`.\r\nOnly then."}
    assert office.post(judge_of(item), form).status_code == 302
    item = fresh(item)
    assert (item.status, item.proposed_content, item.verified_by_id) == ("approved", "Publish it with `-p`.\nOnly then.", rex.pk)


def test_it_leaves_the_trainers_name_when_only_line_ends_differ(office: Client, course: Course, tess: User) -> None:
    item = put_item(course, proposed_content="One.\nTwo.", verified_by=tess, verified_by_name="Tess")
    office.post(judge_of(item), {"deed": "approve", "seen": fingerprint(item), "content": "One.\r\nTwo."})
    assert (fresh(item).verified_by_name, fresh(item).proposed_content) == ("Tess", "One.\nTwo.")


def test_it_goes_to_the_next_by_value_and_offers_to_undo(office: Client, course: Course) -> None:
    first, second, third = (put_item(course, f"Question {n}?", asked_count=9 - n) for n in range(3))
    response = office.post(judge_of(second), {"deed": "approve"})
    assert response.url.startswith(page_of(third))
    page = office.get(response.url)
    assert "1 item was approved." in page.content.decode()
    assert office.get(response.url).context["done"]["may_undo"]  # it survives a reload
    office.post(QUEUE, {"action": "reopen", "_selected_action": [str(second.pk)]})
    assert fresh(second).status == "pending"
    assert office.get(response.url).context["done"] is None
    assert office.post(judge_of(third), {"deed": "reject", "reason": "No."}).url.startswith(
        page_of(first)
    )  # from the end to the top


def test_it_stays_on_the_chosen_shelf(office: Client, course: Course) -> None:
    item = put_item(course, asked_count=9)
    put_item(course, "Unhappy?", source_type="feedback")
    other = put_item(course, "Other?")
    response = office.post(f"{judge_of(item)}?source=correction&course={course.pk}", {"deed": "approve"})
    assert str(other.pk) in response.url
    assert f"course={course.pk}" in response.url
    assert "source=correction" in response.url
    last = office.post(f"{judge_of(other)}?source=correction", {"deed": "approve"})
    assert last.url.startswith(f"{QUEUE}?source=correction")


@pytest.mark.parametrize(
    ("form", "code"),
    [
        ({"deed": "reject", "reason": "  "}, 422),
        ({"deed": "approve", "content": " \r\n"}, 422),
        ({"deed": "merge"}, 409),
        ({"deed": "merge", "other": "/admin/learning/learningitem/019b0000-0000-7000-8000-000000000000/change/"}, 409),
        ({"deed": "undo", "reason": "Because."}, 409),
        ({"deed": "dance"}, 422),
        ({}, 422),
    ],
)
def test_it_says_why_a_deed_cannot_be_done(office: Client, course: Course, form: dict[str, str], code: int) -> None:
    item = put_item(course)
    response = office.post(judge_of(item), form)
    assert response.status_code == code
    assert b'id="problem"' in response.content
    assert fresh(item).status == "pending"


def test_it_asks_for_a_reason_before_it_takes_back(office: Client, course: Course, rex: User) -> None:
    item = applied_item(course, rex)
    assert office.post(judge_of(item), {"deed": "undo", "reason": " "}).status_code == 422
    assert fresh(item).status == "applied"
    office.post(judge_of(item), {"deed": "undo", "reason": "It is out of date."})
    with acting_as(SYSTEM):
        assert not Knowledge.objects.live().exists()
        withdrawn = AuditEntry.objects.filter(table_name="knowledge_base_rag").latest("id")
    assert (withdrawn.actor_id, withdrawn.after["is_live"]) == (rex.pk, False)
    assert "It is out of date." in office.get(page_of(item)).content.decode()


# --- two at once ----------------------------------------------------------------------------------------------------
def test_it_tells_the_second_reviewer_and_keeps_what_they_wrote(course: Course, rex: User) -> None:
    item, max_ = put_item(course), admin_who_may("approve", "reject")
    signed_in(rex).post(judge_of(item), {"deed": "reject", "reason": "Not true."})
    late = signed_in(max_)
    response = late.post(judge_of(item), {"deed": "approve", "seen": fingerprint(item), "content": "My long text."})
    page = response.content.decode()
    assert response.status_code == 409
    assert "Rex was faster: this item is “Rejected” since" in page
    assert "My long text." in page
    assert "Not true." in page
    again = late.post(judge_of(item), {"deed": "reopen", "content": "My long text."})
    assert (again.status_code, fresh(item).status) == (200, "pending")
    assert 'name="content"' in again.content.decode()
    assert "My long text." in again.content.decode()


def test_it_names_the_first_reviewer_even_when_they_changed_the_text(course: Course, rex: User) -> None:
    item, late = put_item(course), signed_in(admin_who_may("approve"))
    signed_in(rex).post(judge_of(item), {"deed": "approve", "seen": fingerprint(item), "content": "His."})
    response = late.post(judge_of(item), {"deed": "approve", "seen": fingerprint(item), "content": "Mine."})
    assert (response.status_code, fresh(item).proposed_content) == (409, "His.")
    assert "Rex was faster: this item is “Approved” since" in response.content.decode()
    assert "Mine." in response.content.decode()


def test_it_refuses_to_approve_a_text_that_nobody_has_seen(office: Client, course: Course) -> None:
    item = put_item(course)
    seen = fingerprint(item)
    with acting_as(SYSTEM):
        LearningItem.objects.filter(pk=item.pk).update(proposed_content="Something else.")
    response = office.post(judge_of(item), {"deed": "approve", "seen": seen, "content": "Mine."})
    page = response.content.decode()
    assert (response.status_code, fresh(item).status) == (409, "pending")
    assert "has changed since you opened this page" in page
    assert "Something else." in page
    assert "Mine." in page


def test_it_keeps_the_reason_of_a_rejection_that_came_too_late(course: Course, rex: User) -> None:
    item = put_item(course)
    signed_in(rex).post(judge_of(item), {"deed": "approve"})
    with acting_as(SYSTEM):
        LearningItem.objects.filter(pk=item.pk).update(status="pending")
    assert signed_in(admin_who_may("reject")).post(judge_of(item), {"deed": "reject", "reason": "Mine."}).status_code == 302
    assert fresh(item).reason == "Mine."


# --- in bulk --------------------------------------------------------------------------------------------------------
def bulk(office: Client, deed: str, items: list[LearningItem], **more: str) -> Any:
    return office.post(QUEUE, {"action": deed, "_selected_action": [str(item.pk) for item in items], **more})


def test_it_approves_the_selected_and_names_what_it_could_not(office: Client, course: Course) -> None:
    good, empty = put_item(course), put_item(course, "Empty?", proposed_content="", source_type="feedback")
    page = office.get(bulk(office, "approve", [good, empty]).url).content.decode()
    assert (fresh(good).status, fresh(empty).status) == ("approved", "pending")
    assert "1 item was approved." in page
    assert "nothing to learn yet" in page


def test_it_asks_once_why_the_selected_are_rejected(office: Client, course: Course) -> None:
    items = [put_item(course, f"{n}?") for n in range(3)]
    asked = bulk(office, "reject", items)
    assert (asked.status_code, fresh(items[0]).status) == (200, "pending")
    assert b"Why should the coach not learn this?" in asked.content
    assert bulk(office, "reject", items, reason=" ").status_code == 422
    assert bulk(office, "reject", items, reason="Out of date.").status_code == 302
    assert {(fresh(item).status, fresh(item).reason) for item in items} == {("rejected", "Out of date.")}


def test_it_takes_the_selected_back(office: Client, course: Course, rex: User) -> None:
    items = [applied_item(course, rex, f"{n}?") for n in range(2)]
    assert bulk(office, "undo", items).status_code == 200
    bulk(office, "undo", items, reason="Wrong course.")
    assert {fresh(item).status for item in items} == {"pending"}


def test_it_needs_a_selection(office: Client, course: Course) -> None:
    put_item(course)
    page = office.get(bulk(office, "approve", []).url).content.decode()
    assert "Select at least one item." in page
    assert bulk(office, "approve", [], **{"_selected_action": "nothing"}).status_code == 302


# --- application ----------------------------------------------------------------------------------------------------
def test_it_applies_when_asked_and_shows_how_far_it_is(
    office: Client, course: Course, rex: User, django_capture_on_commit_callbacks: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[Any] = []
    monkeypatch.setattr("learning.waking.current_app.send_task", lambda name, args, **_: sent.append((name, args)))
    item, held = approved_item(course, rex), approved_item(course, rex, "Harmful?", held_reason="It would do harm.")
    with django_capture_on_commit_callbacks(execute=True):
        response = office.post(QUEUE, {"action": "apply"})
    assert sent == [("learning.apply_learning", ([str(item.pk)], str(rex.pk)))]
    page = office.get(response.url).content.decode()
    assert "0 of 1 done" in page
    assert 'data-over="no"' in page
    apply_learning(chosen=[item.pk, held.pk], asked_by=rex.pk)
    assert 'data-over="yes"' in office.get(response.url, {"part": "1"}).content.decode()
    assert (fresh(item).status, fresh(held).status) == ("applied", "approved")
    assert deeds_of(item)[-2:] == [(rex.pk, "ask_apply"), (rex.pk, "update")]
    history = office.get(page_of(item)).content.decode()
    assert "the system, for Rex" in history


def test_it_says_that_nothing_waits_to_be_applied(office: Client, course: Course) -> None:
    item = put_item(course)
    page = office.get(bulk(office, "apply", [item]).url).content.decode()
    assert "Nothing here waits to be applied." in page
    assert b"not asked for an application" in office.get(reverse("admin:learning_learningitem_applying")).content


def test_it_asks_for_an_application_only_with_the_right(course: Course, rex: User) -> None:
    approved_item(course, rex)
    assert signed_in(admin_who_may("approve")).post(QUEUE, {"action": "apply"}).status_code == 403


# --- the deeds themselves -------------------------------------------------------------------------------------------
def test_it_counts_a_grouped_item_once_when_it_is_merged(course: Course, rex: User) -> None:
    head = put_item(course, "Head?", asked_count=3)
    one, _two = (put_item(course, f"{n}?", duplicate_of=head) for n in range(2))
    other = put_item(course, "Other?")
    with acting_as(rex):
        merge(item_id=one.pk, into_id=head.pk, reviewer=rex)
        assert fresh(head).asked_count == 3  # it was counted already
        merge(item_id=head.pk, into_id=other.pk, reviewer=rex)
    assert fresh(other).asked_count == 4
    assert fresh(_two).duplicate_of_id == other.pk  # what was grouped goes along


def test_it_merges_a_head_into_one_of_its_own(course: Course, rex: User) -> None:
    head = put_item(course, "Head?", asked_count=2)
    one = put_item(course, "One?", duplicate_of=head)
    with acting_as(rex):
        merge(item_id=head.pk, into_id=one.pk, reviewer=rex)
    one = fresh(one)
    assert (one.asked_count, one.duplicate_of_id) == (2, None)
    assert fresh(head).duplicate_of_id == one.pk


def test_it_moves_the_count_from_one_group_to_another(course: Course, rex: User) -> None:
    head, other = put_item(course, "Head?", asked_count=2), put_item(course, "Other?")
    one = put_item(course, "One?", duplicate_of=head)
    with acting_as(rex):
        merge(item_id=one.pk, into_id=other.pk, reviewer=rex)
    assert (fresh(head).asked_count, fresh(other).asked_count) == (1, 2)


def test_it_takes_the_mark_of_a_recheck_away_once_somebody_looked(course: Course, rex: User) -> None:
    item = put_item(course, metadata={"priority": "normal", "recheck": {"old_hash": "x"}})
    with acting_as(rex):
        approve(item_id=item.pk, reviewer=rex)
    assert fresh(item).metadata == {"priority": "normal"}


def test_it_says_who_judged_and_when(course: Course, rex: User) -> None:
    item = put_item(course)
    with acting_as(rex):
        reject(item_id=item.pk, reviewer=rex, reason="No.")
        with pytest.raises(ReviewRefused, match=r"Rex was faster: this item is “Rejected” since \d"):
            approve(item_id=item.pk, reviewer=rex)
        reopen(item_id=item.pk, reviewer=rex)
        assert fresh(item).proposed_content == WROTE
        assert request_application(reviewer=rex, chosen=[item.pk]) == []
