"""From an upload to what was learnt of it, with what a machine without a key has."""

import pytest

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course
from learning.applying import apply_learning
from learning.approving import approve
from learning.digesting import digest
from learning.models import LearningItem
from learning.searching import search_as
from learning.transcripts.cues import Said
from learning.transcripts.naming import Names, Place, named, words
from learning.transcripts.receiving import erase, try_again
from learning.transcripts.working import read_transcript
from tests.coach.conftest import taught
from tests.learning.index_cast import CountingEmbedder
from tests.learning.transcript_cast import HAPPY, SESSION, fresh, items_of, sent, was_read

__all__ = ["taught"]

pytestmark = pytest.mark.django_db
ASKED = "How do I restore the backup of the registry mirror?"


def test_it_reads_a_session(taught: Course, tess: User) -> None:
    made = was_read(tess, taught)
    assert (made.state, made.source_format, made.language, made.duration_ms) == ("ready", "vtt", "en", 33_000)
    assert made.sentiment == "negative"
    assert made.learning_insights["quotes"]["negative"][0]["at"] == 7
    assert made.processed_summary.startswith("Tess: Today is about volumes")
    assert made.embedding is not None
    assert made.learner_id is None


def test_it_names_people_and_places(taught: Course, tess: User) -> None:
    entities = was_read(tess, taught).entities
    assert entities["people"] == ["Tess", "Ada", "Ben"]
    found = {place["chapter_id"] or place["lab_id"]: place["at"] for place in entities["places"]}
    assert found == {"volumes": 1, "lab-database": 1}


def test_it_asks_the_course_what_was_asked_aloud(taught: Course, tess: User) -> None:
    insights = was_read(tess, taught).learning_insights
    assert (insights["asked"], insights["weak"]) == (2, 1)
    (question,) = insights["questions"]
    assert (question["question"], question["at"], question["speaker"]) == (ASKED, 13, "Ada")
    assert question["reply"] == "Copy the archive to the mirror first. Then run restore with the name of the archive."
    assert question["confidence"] < 0.5


def test_it_makes_one_item_of_an_unhappy_session(taught: Course, tess: User) -> None:
    made = was_read(tess, taught)
    (item,) = items_of(made)
    assert (item.status, item.question, item.confidence_score) == ("pending", ASKED, 50)
    assert item.proposed_content.startswith("Copy the archive")
    assert item.metadata["quotes"]["negative"]


def test_it_makes_it_once_however_often_it_is_read(taught: Course, tess: User) -> None:
    made = was_read(tess, taught)
    for _time in range(2):
        assert try_again(fresh(made))
        assert read_transcript(made.pk)
    assert len(items_of(made)) == 1
    assert fresh(made).state == "ready"


def test_it_makes_none_of_a_happy_one(taught: Course, tess: User) -> None:
    made = was_read(tess, taught, HAPPY)
    assert made.sentiment == "positive"
    assert items_of(made) == []


def test_it_groups_its_items_like_others(taught: Course, tess: User) -> None:
    first, second = was_read(tess, taught), was_read(tess, taught, SESSION.replace("Welcome.", "Hello."))
    digest()
    assert items_of(second)[0].duplicate_of_id == items_of(first)[0].pk


def test_it_becomes_an_answer_once_approved(taught: Course, tess: User, rex: User, ada: User) -> None:
    item = items_of(was_read(tess, taught))[0]
    digest()
    with acting_as(rex):
        approve(item_id=item.pk, reviewer=rex)
    apply_learning()
    found = search_as(ada, course_id=taught.pk, question="How can I restore the backup of our registry mirror?", limit=3)
    assert found[0].kind == "knowledge"
    assert found[0].content.startswith("Copy the archive")


def test_it_drafts_from_the_course_when_nobody_replied(taught: Course, tess: User) -> None:
    text = "Ada: This is terrible, I am so frustrated.\nAda: Why is the name of the container its host name in clusters?"
    insights = was_read(tess, taught, text).learning_insights
    assert insights["proposal"]["from"] in {"course", ""}
    assert insights["proposal"]["question"]


def test_it_makes_an_item_of_a_complaint_without_a_question(taught: Course, tess: User) -> None:
    (item,) = items_of(was_read(tess, taught, "Ada: I hate this awful lab, it is broken and useless."))
    assert (item.question, item.proposed_content) == ("I hate this awful lab, it is broken and useless.", "")


def test_it_reads_without_vectors(taught: Course, tess: User) -> None:
    transcript = sent(tess, taught)
    assert read_transcript(transcript.pk, embedder=CountingEmbedder(failures=1))
    made = fresh(transcript)
    assert (made.state, made.sentiment, made.embedding) == ("ready", "negative", None)
    assert made.learning_insights["weak"] >= 1


def test_it_holds_no_connection_while_it_embeds(transactional_db: None, tess: User, course: Course) -> None:
    transcript, embedder = sent(tess, course), CountingEmbedder()
    assert read_transcript(transcript.pk, embedder=embedder)
    assert embedder.texts
    assert not embedder.held_connection


def test_it_does_not_judge_a_language_it_cannot_read(taught: Course, tess: User) -> None:
    made = was_read(tess, taught, "Ada: Das ist leider alles sehr verwirrend und ich komme mit der Aufgabe nicht weiter.")
    assert (made.language, made.sentiment, made.state) == ("de", None, "ready")


def test_it_reads_what_is_not_of_the_course(course: Course, tess: User) -> None:
    """A course without an index, and a text without a sentence."""
    made = was_read(tess, course, "hm")
    assert (made.state, made.sentiment, made.processed_summary) == ("ready", "neutral", "hm")


def test_it_lets_a_learner_send_their_own(taught: Course, ada: User, tess: User) -> None:
    made = was_read(ada, taught)
    assert (made.learner_id, made.uploaded_by_id) == (ada.pk, ada.pk)
    assert items_of(made)[0].learner_id == ada.pk


def test_it_erases_with_what_waits(taught: Course, tess: User) -> None:
    made = was_read(tess, taught)
    with acting_as(tess):
        erase(made.pk)
    assert items_of(made) == []


def test_it_keeps_what_was_approved_when_it_is_erased(taught: Course, tess: User, rex: User) -> None:
    made = was_read(tess, taught)
    with acting_as(rex):
        approve(item_id=items_of(made)[0].pk, reviewer=rex)
        erase(made.pk)
    assert [item.status for item in items_of(made)] == ["approved"]


def test_it_goes_with_its_learner(taught: Course, ada: User) -> None:
    made = was_read(ada, taught)
    with acting_as(SYSTEM):
        User.objects.get(pk=ada.pk).delete()
        assert not type(made).objects.filter(pk=made.pk).exists()
        assert LearningItem.objects.get(source_id=made.pk).learner_id is None


def test_it_counts_a_single_word_only_when_it_is_said_twice() -> None:
    names = Names({("volume",): Place("v", None, "", "Volumes"), ("bind", "mount"): Place("b", None, "x", "Bind mounts")}, {})
    once = [Said("A volume and bind mounts.", "", 3, 0)]
    assert [place["chapter_id"] for place in named(once, names)["places"]] == ["b"]
    twice = [*once, Said("Volumes again.", "", 9, 1)]
    assert {place["chapter_id"]: place["count"] for place in named(twice, names)["places"]} == {"v": 2, "b": 1}
    assert words("Lab 3: Keep the databases") == ("lab", "3", "keep", "the", "database")
