"""What the database holds of a transcript whatever code runs: columns, indexes, states, and who may do what."""

from typing import Any

import psycopg
import pytest
from django.db import IntegrityError, ProgrammingError, connection

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course, CourseTrainer
from learning.models import LearningItem, VoiceTranscript
from tests.conftest import make_course, make_person, owner_connection
from tests.learning.test_learning_rules import memory_of

pytestmark = pytest.mark.django_db
SEED_COLUMNS = {
    "id": "uuid",
    "conversation_id": "uuid",
    "transcript": "text",
    "processed_summary": "text",
    "embedding": "USER-DEFINED",
    "sentiment": "character varying",
    "entities": "jsonb",
    "learning_insights": "jsonb",
    "metadata": "jsonb",
    "created_at": "timestamp with time zone",
}
SEED_INDEXES = {
    "idx_transcripts_conversation": "(conversation_id)",
    "idx_transcripts_sentiment": "(sentiment)",
    "idx_transcripts_created_at": "(created_at)",
    "idx_transcripts_embedding_hnsw": "hnsw",
    "idx_transcripts_entities": "gin (entities)",
    "idx_transcripts_negative": "(conversation_id, created_at) WHERE ((sentiment)::text = 'negative'::text)",
}


def make(course: Course, as_whom: Any = SYSTEM, **fields: Any) -> VoiceTranscript:
    with acting_as(as_whom):
        return VoiceTranscript.objects.create(course=course, **{"transcript": "Hello.", **fields})


def moved(row: VoiceTranscript, *states: str, **fields: Any) -> None:
    with acting_as(SYSTEM):
        for state in states:
            VoiceTranscript.objects.filter(pk=row.pk).update(state=state, **fields)


def items(row: VoiceTranscript) -> list[LearningItem]:
    with acting_as(SYSTEM):
        return list(LearningItem.objects.filter(source_id=row.pk))


def test_it_has_the_columns_of_its_design() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT column_name, data_type FROM information_schema.columns WHERE table_name = 'voice_transcripts'")
        columns = dict(cursor.fetchall())
    assert {name: columns.get(name) for name in SEED_COLUMNS} == SEED_COLUMNS


def test_it_has_the_indexes_of_its_design() -> None:
    with owner_connection(connection.settings_dict["NAME"]) as owner:
        rows = owner.execute("SELECT indexname, indexdef FROM pg_indexes WHERE tablename = 'voice_transcripts'").fetchall()
    found = dict(rows)
    assert {name for name, part in SEED_INDEXES.items() if part not in found.get(name, "")} == set()


@pytest.mark.parametrize(
    "fields", [{"sentiment": "cheerful"}, {"state": "ready"}, {"state": "working"}, {"source_format": "pdf"}, {"state": "gone"}]
)
def test_it_refuses_what_makes_no_sense(course: Course, fields: dict[str, str]) -> None:
    with pytest.raises((IntegrityError, ProgrammingError)):
        make(course, **fields)


def test_it_goes_through_its_states_only(course: Course) -> None:
    row = make(course)
    with pytest.raises(ProgrammingError):
        moved(row, "ready")
    moved(row, "working", "failed", "received", "working", "ready", "received")


def test_it_is_not_ready_with_a_recording_or_without_words(course: Course) -> None:
    for fields in ({"recording": b"x"}, {"transcript": " "}):
        row = make(course, **fields)
        moved(row, "working")
        with pytest.raises(IntegrityError):
            moved(row, "ready")


def test_it_makes_an_item_when_it_turns_negative(course: Course) -> None:
    row = make(course, processed_summary="All is broken.")
    assert items(row) == []
    moved(row, "working", sentiment="negative")
    (item,) = items(row)
    assert (item.status, item.question, item.proposed_content) == ("pending", "All is broken.", "")


def test_it_makes_an_item_of_a_row_that_comes_negative(course: Course) -> None:
    proposal = {"proposal": {"question": "Why?", "content": "So.", "place": {"chapter_id": "one"}}}
    (item,) = items(make(course, sentiment="negative", learning_insights=proposal))
    assert (item.question, item.proposed_content, item.place) == ("Why?", "So.", {"chapter_id": "one"})


def test_it_makes_no_second_item(course: Course) -> None:
    row = make(course, sentiment="negative")
    moved(row, "working", sentiment="positive")
    moved(row, "failed", sentiment="negative")
    assert len(items(row)) == 1


@pytest.mark.parametrize("sentiment", ["positive", "neutral", "mixed", None])
def test_it_makes_no_item_of_others(course: Course, sentiment: str | None) -> None:
    assert items(make(course, sentiment=sentiment)) == []


def test_it_shows_a_course_s_own_to_those_who_run_it(course: Course, ada: User, tess: User, rex: User) -> None:
    row = make(course)
    theo = make_person("Theo", "trainer")
    assert [who.name for who in (ada, tess, rex, theo) if _sees(who, row)] == ["Tess", "Rex"]


def test_it_shows_a_learner_s_to_their_trainer_and_no_other(course: Course, ada: User, ben: User, tess: User, rex: User) -> None:
    row = make(course, ada, learner=ada, uploaded_by=ada)
    assert [who.name for who in (ada, ben, tess, rex) if _sees(who, row)] == ["Ada", "Tess", "Rex"]


def _sees(who: User, row: VoiceTranscript) -> bool:
    with acting_as(who):
        return VoiceTranscript.objects.filter(pk=row.pk).exists()


def _refused(course: Course, who: User, **fields: Any) -> bool:
    try:
        make(course, who, **fields)
    except ProgrammingError as error:
        return isinstance(error.__cause__, psycopg.errors.InsufficientPrivilege)
    return False


def test_it_refuses_to_speak_for_another(course: Course, ada: User, ben: User, tess: User) -> None:
    assert _refused(course, ben, learner=ada)
    assert _refused(course, ben)  # for the course
    assert _refused(course, ben, learner=ben, uploaded_by=ada)
    assert not _refused(course, ben, learner=ben, uploaded_by=ben)
    assert not _refused(course, tess, uploaded_by=tess)
    assert not _refused(course, tess, learner=ada)


def test_it_refuses_a_trainer_other_courses_and_learners(course: Course, ada: User, tess: User) -> None:
    elsewhere, stranger = make_course("elsewhere", "Elsewhere"), make_person("Stan")
    assert _refused(elsewhere, tess)
    assert _refused(course, tess, learner=stranger)
    theo = make_person("Theo", "trainer")
    with acting_as(SYSTEM):
        CourseTrainer.objects.create(course=course, trainer=theo)
    assert _refused(course, theo, learner=ada)  # whom Tess trains


def test_it_hangs_on_a_conversation_of_the_same_learner_only(course: Course, ada: User, ben: User) -> None:
    turn = memory_of(ada, course)
    assert _refused(course, ben, learner=ben, conversation=turn)
    assert not _refused(course, ada, learner=ada, conversation=turn)


def test_it_lets_only_its_owner_erase_it(course: Course, ada: User, ben: User, tess: User) -> None:
    hers, the_course_s = make(course, ada, learner=ada), make(course)
    assert [_erased(who, hers) for who in (ben, tess, ada)] == [False, False, True]
    assert [_erased(who, the_course_s) for who in (ada, tess)] == [False, True]


def _erased(who: User, row: VoiceTranscript) -> bool:
    with acting_as(who):
        return bool(VoiceTranscript.objects.filter(pk=row.pk).delete()[0])
