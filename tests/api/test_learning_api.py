"""Corrections, the queue and the knowledge through the API: the same rights and deeds as the pages, and who was faster."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.models import Query
from courses.models import Course
from learning.models import Knowledge, LearningItem, OwnerCorrection
from tests.api.conftest import Program, ask_and_answer
from tests.conftest import make_person
from tests.desk.conftest import theo

__all__ = ["theo"]

pytestmark = pytest.mark.django_db(transaction=True)

ASKED = "Which colour do the cables of the training rack have?"
PARAPHRASE = "What is the colour of the network cables in the training rack?"
REPLY = "The cables of the training rack are purple; grey ones belong to the office."


@pytest.fixture
def asked(taught: Course, ada: User) -> Query:
    return ask_and_answer(ada, taught, ASKED)


def correct(caller: User, query: Query, **said: Any) -> dict[str, Any]:
    made = Program(caller).send("POST", f"queries/{query.pk}/corrections", {"corrected_answer": REPLY, **said})
    assert made.status_code == 201, made.content
    return made.json()


def verified(taught: Course, learner: User, question: str = PARAPHRASE) -> dict[str, Any]:
    return Program(learner).send("GET", f"queries/{ask_and_answer(learner, taught, question).pk}").json()["answer"]


def test_it_walks_from_the_correction_to_the_answer_and_back(
    taught: Course, asked: Query, ben: User, tess: User, rex: User
) -> None:
    made = correct(tess, asked, correction_context="In the training room.")
    assert (made["state"], made["signed"], made["query"], made["applied_at"]) == ("pending", "Tess", str(asked.pk), None)
    review, path = Program(rex), f"queue/{made['item']}"
    assert review.send("GET", path).json()["proposed_content"] == REPLY
    approved = review.send("POST", f"{path}/approve", {"content": REPLY + " Ask **Tess**.", "category": "rack"}).json()
    assert (approved["status"], approved["receipt"], approved["verified_by"]) == ("approved", None, "Rex")
    assert review.send("POST", "queue/apply", {"dry_run": True}).json()["waiting"] == [made["item"]]
    assert review.send("POST", "queue/apply", {}).json() == {"applied": [made["item"]], "held": [], "waiting": []}
    item = review.send("GET", path).json()
    assert (item["status"], item["receipt_due"]) == ("applied", False)
    assert item["receipt"]["questions"][0]["after"]["answer"].startswith(REPLY)
    assert [line["after"]["status"] for line in item["history"] if "status" in (line["after"] or {})][:2] == [
        "applied",
        "approved",
    ]
    assert verified(taught, ben)["label"] == "verified"
    undone = review.send("POST", f"{path}/undo", {"reason": "They were painted."}).json()
    assert (undone["status"], undone["reason"]) == ("pending", "They were painted.")
    assert verified(taught, ben)["label"] == "not_found"


def test_it_saves_a_correction_once_that_is_sent_twice(asked: Query, tess: User, taught: Course, ada: User) -> None:
    key = str(uuid.uuid4())
    first, second = correct(tess, asked, key=key), correct(tess, asked, key=key)
    assert first["id"] == second["id"]
    other = ask_and_answer(ada, taught, PARAPHRASE)
    reused = Program(tess).send("POST", f"queries/{other.pk}/corrections", {"corrected_answer": "x", "key": key})
    assert reused.status_code == 409
    with acting_as(SYSTEM):
        assert OwnerCorrection.objects.count() == LearningItem.objects.count() == 1


def test_it_takes_two_that_come_at_once_as_one(asked: Query, tess: User) -> None:
    key, caller = str(uuid.uuid4()), Program(tess)

    def send(_time: int) -> str:
        try:
            said = {"corrected_answer": REPLY, "key": key}
            return str(caller.send("POST", f"queries/{asked.pk}/corrections", said).json()["id"])
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert len(set(pool.map(send, range(2)))) == 1


def test_it_lets_only_trainers_of_the_learner_correct(asked: Query, ada: User, ben: User, theo: User, rex: User) -> None:
    body, path = {"corrected_answer": "Mine."}, f"queries/{asked.pk}/corrections"
    for person in (ada, ben, theo):
        assert Program(person).send("POST", path, body).status_code == 404
    assert Program().send("POST", path, body).status_code == 401
    assert correct(rex, asked)["signed"] == "Rex"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "corrected_answer"),
        ({"corrected_answer": ""}, "corrected_answer"),
        ({"corrected_answer": " \n\t"}, "corrected_answer"),
        ({"corrected_answer": "a\x00b"}, "corrected_answer"),
        ({"corrected_answer": ["a"]}, "corrected_answer"),
        ({"corrected_answer": "x" * 1_200_000}, "corrected_answer"),
        ({"corrected_answer": "x", "priority": "huge"}, "priority"),
        ({"corrected_answer": "x", "key": "1"}, "key"),
        ({"corrected_answer": "x", "correction_context": "x" * 5_000}, "correction_context"),
    ],
    ids=lambda value: str(value)[:40],
)
def test_it_says_what_is_wrong_with_a_correction(asked: Query, tess: User, body: dict[str, Any], field: str) -> None:
    refused = Program(tess).send("POST", f"queries/{asked.pk}/corrections", body)
    assert refused.status_code == 400
    assert list(refused.json()["error"]["fields"]) == [field]


@pytest.mark.parametrize("body", [b"", b"{", b"\xff", b"[" * 50_000, b'{"corrected_answer": "' + b"x" * 2_200_000 + b'"}'])
def test_it_survives_broken_and_huge_bodies(asked: Query, tess: User, rex: User, body: bytes) -> None:
    item = correct(tess, asked)["item"]
    addresses = [f"queries/{asked.pk}/corrections", f"queue/{item}/reject", f"queue/{item}/merge", "queue/apply"]
    for address in addresses if body else addresses[:3]:
        refused = Program(rex).send("POST", address, body)
        assert refused.status_code in {400, 413}
        assert refused.json()["error"]["code"] in {"invalid", "parse_error", "too_large"}


DEEDS = [("approve", {}), ("reject", {"reason": "No."}), ("merge", {"into": str(uuid.uuid4())}), ("reopen", None), ("undo", {})]


@pytest.mark.parametrize(("deed", "body"), DEEDS)
def test_it_hides_the_queue_from_learners_and_lets_trainers_only_look(
    asked: Query, ada: User, ben: User, theo: User, tess: User, deed: str, body: Any
) -> None:
    item = correct(tess, asked)["item"]
    for person in (ada, ben, theo):
        assert Program(person).send("GET", f"queue/{item}").status_code == 404
        assert Program(person).send("POST", f"queue/{item}/{deed}", body).status_code == 404
    seen = Program(tess).send("GET", f"queue/{item}").json()
    assert (seen["status"], seen["history"]) == ("pending", [])
    refused = Program(tess).send("POST", f"queue/{item}/{deed}", body)
    assert (refused.status_code, refused.json()["error"]["code"]) == (403, "permission_denied")
    for person, status in ((ada, 404), (tess, 403)):
        assert Program(person).send("POST", "queue/apply", {}).status_code == status
    with acting_as(SYSTEM):
        assert LearningItem.objects.get().status == "pending"


def test_it_tells_the_second_reviewer_who_was_faster_and_when(asked: Query, tess: User, rex: User) -> None:
    rae = make_person("Rae", "admin", is_staff=True, is_superuser=True)
    path = f"queue/{correct(tess, asked)['item']}"
    first = Program(rex).send("POST", f"{path}/reject", {"reason": "Not true."}).json()
    late = Program(rae).send("POST", f"{path}/approve", {})
    assert late.status_code == 409
    error = late.json()["error"]
    assert (error["code"], error["decided"]["by"], error["decided"]["state"]) == ("decided", "Rex", "rejected")
    assert error["decided"]["at"][:19] == first["reviewed_at"][:19]
    assert "Rex was faster" in error["message"]


def test_it_answers_a_judgement_that_comes_twice_as_the_first_time(asked: Query, tess: User, rex: User) -> None:
    review, path = Program(rex), f"queue/{correct(tess, asked)['item']}"
    for deed, body in (("reject", {"reason": "No."}), ("reopen", None), ("approve", {"content": "Purple."})):
        codes = [review.send("POST", f"{path}/{deed}", body).status_code for _time in range(2)]
        assert codes == [200, 200], deed
    assert review.send("POST", f"{path}/approve", {"content": "Green."}).status_code == 409
    review.send("POST", "queue/apply", {})
    assert review.send("POST", f"{path}/approve", {"content": "Purple."}).status_code == 409  # it is further along
    assert [review.send("POST", f"{path}/undo", {}).status_code for _time in range(2)] == [200, 200]


def test_it_merges_what_asks_for_the_same(taught: Course, asked: Query, ada: User, tess: User, rex: User) -> None:
    first = correct(tess, asked)["item"]
    second = correct(tess, ask_and_answer(ada, taught, PARAPHRASE))["item"]
    review = Program(rex)
    assert review.send("POST", f"queue/{second}/merge", {"into": second}).status_code == 400
    assert review.send("POST", f"queue/{second}/merge", {"into": str(uuid.uuid4())}).status_code == 400
    merged = review.send("POST", f"queue/{second}/merge", {"into": first}).json()
    assert (merged["status"], merged["duplicate_of"]) == ("rejected", first)
    head = review.send("GET", f"queue/{first}").json()
    assert ([each["id"] for each in head["grouped"]], head["asked_count"]) == ([second], 2)


def test_it_lists_filters_and_sorts_page_by_page(taught: Course, ada: User, tess: User, rex: User) -> None:
    query = ask_and_answer(ada, taught, ASKED)
    ids = [correct(tess, query, corrected_answer=f"Answer {n}.")["item"] for n in range(4)]
    with acting_as(SYSTEM):
        for number, count in enumerate((2, 9, 2, 5)):
            LearningItem.objects.filter(pk=ids[number]).update(asked_count=count)
    review = Program(rex)
    orders = {"": [3, 2, 1, 0], "newest": [3, 2, 1, 0], "oldest": [0, 1, 2, 3], "asked": [1, 3, 2, 0]}
    for sort, order in orders.items():
        address, seen = f"queue?limit=1&sort={sort}" if sort else "queue?limit=1", []
        while address:
            page = review.send("GET", address).json()
            seen += [row["id"] for row in page["results"]]
            address = page["next"].partition("/api/v1/")[2] if page["next"] else ""
        assert seen == [ids[number] for number in order], sort
    assert review.send("GET", "queue?sort=best").status_code == 400
    assert review.send("GET", f"queue?sort=asked&after={uuid.uuid4()}").status_code == 400
    found = review.send("GET", "queue?status=pending&course=containers&source_type=correction&held=false&q=answer%202").json()
    assert [row["id"] for row in found["results"]] == [ids[2]]
    assert found["results"][0]["content_excerpt"] == "Answer 2."
    for none in ("held=true", "receipt_due=true", "grouped=true", "created_before=2020-01-01T00:00:00Z"):
        assert review.send("GET", f"queue?{none}").json()["results"] == []
    assert len(review.send("GET", "queue?receipt_due=false&grouped=false").json()["results"]) == 4
    assert [
        row["id"] for row in Program(tess).send("GET", "corrections?priority=normal&mine=true&applied=false").json()["results"]
    ]
    assert Program(ada).send("GET", "corrections").status_code == 404


@pytest.mark.parametrize("path", ["queue?limit=50", "corrections?limit=50", "feedback?limit=50", "courses/containers/knowledge"])
def test_it_asks_the_database_the_same_for_any_length(taught: Course, ada: User, tess: User, rex: User, path: str) -> None:
    query = ask_and_answer(ada, taught, ASKED)
    counts = []
    for _round in range(2):
        for _correction in range(3):
            correct(tess, query, priority="urgent")
        Program(ada).send("PUT", f"queries/{query.pk}/feedback", {"rating": "not_helpful", "text": "No colour."})
        with CaptureQueriesContext(connection) as found:
            assert Program(rex).send("GET", path).status_code == 200
        counts.append(len(found))
    assert counts[0] == counts[1] <= 14


def test_it_shows_knowledge_to_those_who_run_the_course(taught: Course, asked: Query, ada: User, tess: User, rex: User) -> None:
    correct(tess, asked, priority="urgent")
    Program(rex).send("POST", "queue/apply", {})
    correct(tess, asked, priority="urgent", corrected_answer="They are orange now.")
    Program(rex).send("POST", "queue/apply", {})
    with acting_as(SYSTEM):
        newest = Knowledge.objects.get(is_live=True)
    desk = Program(tess)
    live = desk.send("GET", "courses/containers/knowledge?live=true&q=orange").json()["results"]
    assert [(row["id"], row["version"], row["verified_by"]) for row in live] == [(str(newest.pk), 2, "Tess")]
    assert desk.send("GET", f"knowledge/{newest.pk}").json()["content"] == "They are orange now."
    versions = desk.send("GET", f"knowledge/{newest.pk}/versions").json()["results"]
    assert [(row["version"], row["is_live"]) for row in versions] == [(2, True), (1, False)]
    (near,) = desk.send("GET", "courses/containers/knowledge/search?q=colour%20of%20the%20cables").json()
    assert near["entry"]["id"] == str(newest.pk)
    assert near["similarity"] > 0.5
    for path in (f"knowledge/{newest.pk}", f"knowledge/{newest.pk}/versions", "courses/containers/knowledge"):
        assert Program(ada).send("GET", path).status_code == 404
    assert Program(ada).send("GET", "courses/containers/knowledge/search?q=x").status_code == 404


def test_it_takes_an_opinion_back_from_the_loop_too(asked: Query, ada: User, ben: User, tess: User) -> None:
    path, learner = f"queries/{asked.pk}/feedback", Program(ada)
    assert learner.send("GET", path).status_code == 404
    for rating, status in (("not_helpful", "pending"), ("helpful", "rejected"), ("not_helpful", "pending")):
        assert learner.send("PUT", path, {"rating": rating, "text": "No colour."}).status_code == 200
        with acting_as(SYSTEM):
            assert LearningItem.objects.get().status == status
    assert learner.send("GET", path).json()["rating"] == "not_helpful"
    (seen,) = Program(tess).send("GET", "feedback?feedback_type=thumbs_down&course=containers").json()["results"]
    assert (seen["query"], seen["learner"], seen["text"]) == (str(asked.pk), str(ada.pk), "No colour.")
    assert Program(ben).send("GET", "feedback").json()["results"] == []
    assert learner.send("DELETE", path).status_code == 204
    assert learner.send("GET", "feedback").json()["results"] == []
    with acting_as(SYSTEM):
        assert LearningItem.objects.get().status == "rejected"
