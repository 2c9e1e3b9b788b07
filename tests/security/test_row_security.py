"""Every table of the schema x everybody x every verb, in raw SQL as the serving role, in real transactions.

What is expected stands here a second time, in other words than in the models: a policy that is changed by mistake, a table
without one, and a table that nobody thought about turn this red.

Who acts: n nobody, u somebody who is signing in as Ada, a Ada, b Ben, t Tess (trains her), o a trainer of another course,
r Rex (admin), s the system.
"""

from dataclasses import dataclass
from typing import Any

import psycopg
import pytest
from psycopg import sql
from psycopg.types.json import Jsonb

from accounts.models import User
from courses.models import Course
from tests.conftest import owner_connection
from tests.security.scene import Scene, acting, app_connection, make_scene

pytestmark = pytest.mark.django_db(transaction=True)

VERBS = ("select", "insert", "update", "delete")
ALL = "nuabtors"


@dataclass(frozen=True)
class Rights:
    """Who may use each verb on Ada's row of a table, or on her course's."""

    select: str = ""
    insert: str = ""
    update: str = ""
    delete: str = ""


COURSE_TEXT = Rights(select="abtrs", insert="trs", update="trs", delete="trs")
COURSE_INDEX = Rights(select="abtrs", insert="s", update="s", delete="s")
HER_OWN = Rights(select="ars", insert="ars", update="ars", delete="ars")
SHARED_WITH_TRAINER = Rights(select="atrs", insert="ars", update="ars", delete="ars")
HER_RIGHTS = Rights(select="uars", insert="rs", update="rs", delete="rs")
DAYS = Rights(select="trs", insert="s", update="s", delete="s")
WORKERS_OWN = Rights(select="s", insert="s", update="s", delete="s")
SYLLABUS = Rights(select="abtrs", insert="rs", update="rs", delete="rs")
SCHEME = Rights(select="trs", insert="rs", update="rs", delete="rs")  # Ada has not handed it in
NOBODYS_DATA = Rights(select=ALL, insert=ALL, update=ALL, delete=ALL)

EXPECTED = {
    # accounts
    "users": Rights(select="uatrs", insert="rs", update="uars", delete="rs"),
    "sessions": Rights(select="uars", insert="uars", update="uars", delete="uars"),
    "personal_tokens": HER_OWN,
    "users_groups": HER_RIGHTS,
    "users_user_permissions": HER_RIGHTS,
    "django_admin_log": Rights(select="rs", insert="rs"),
    # courses
    "courses": Rights(select="abtrs", insert="rs", update="trs", delete="rs"),
    "chapters": COURSE_TEXT,
    "labs": COURSE_TEXT,
    "course_assets": COURSE_TEXT,
    "module_topics": COURSE_TEXT,
    "course_former_addresses": COURSE_INDEX,
    "course_trainers": Rights(select="abtrs", insert="rs", update="rs", delete="rs"),
    "enrolments": Rights(select="atrs", insert="rs", update="rs", delete="rs"),
    "trainer_scopes": Rights(),
    "place_progress": SHARED_WITH_TRAINER,
    "lab_attempts": Rights(select="atrs", insert="ars", update="ars", delete="s"),
    "learning_concepts": SHARED_WITH_TRAINER,
    "learning_concept_evidence": Rights(select="atrs", insert="ars", update="ars", delete="rs"),
    "learning_concept_minutes": Rights(select="ars", insert="ars", delete="rs"),
    # ai
    "conversations": SHARED_WITH_TRAINER,
    "messages": Rights(select="ars", insert="ars", update="s", delete="ars"),
    "ai_providers": Rights(select="rs", insert="rs", update="rs", delete="rs"),
    "ai_budgets": Rights(select="rs", insert="rs", update="rs", delete="rs"),
    "ai_budget_days": Rights(select="rs", insert="s", update="s", delete="rs"),
    "ai_handovers": Rights(select="ars", insert="ars", update="s", delete="ars"),
    "ai_prompt_variants": Rights(select="abtors", insert="rs", update="rs", delete="rs"),
    "ai_prompt_variant_log": Rights(select="rs", insert="rs"),
    "ai_request_logs": Rights(select="ars", insert="s", delete="rs"),
    # learning
    "ai_coach_content_chunks": COURSE_INDEX,
    "ai_coach_content_updates": Rights(select="trs", insert="trs", update="s", delete="s"),
    "ai_coach_lexical_indexes": COURSE_INDEX,
    "ai_coach_lexical_impacts": COURSE_INDEX,
    "ai_coach_confidence_maps": COURSE_INDEX,
    "conversation_memory": Rights(select="atrs", insert="s", update="s", delete="ars"),
    "conversation_feedback": SHARED_WITH_TRAINER,
    "owner_corrections": Rights(select="atrs", insert="trs", update="rs", delete="ars"),
    "learning_queue": Rights(select="atrs", insert="rs", update="rs", delete="s"),
    "knowledge_base_rag": COURSE_INDEX,
    "response_analytics": Rights(select="atrs", insert="s", update="s", delete="ars"),
    "voice_transcripts": Rights(select="atrs", insert="atrs", update="rs", delete="ars"),
    "learning_audit_log": Rights(select="rs", insert="rs"),
    "daily_learning_metrics": DAYS,
    "response_performance_metrics": DAYS,
    "learning_metric_changes": WORKERS_OWN,
    **dict.fromkeys(("course_figures", "place_figures", "variant_figures", "correction_effects"), DAYS),
    "insight_notes": WORKERS_OWN,
    **dict.fromkeys(("quality_sets", "quality_questions"), Rights(select="trs", insert="trs", update="trs", delete="trs")),
    "quality_runs": Rights(select="trs", insert="trs", update="s", delete="s"),
    "quality_results": DAYS,
    # planning
    "learning_plans": SHARED_WITH_TRAINER,
    "learning_plan_steps": SHARED_WITH_TRAINER,
    # coach
    "ai_coach_queries": SHARED_WITH_TRAINER,
    "ai_coach_responses": Rights(select="atrs", insert="s", update="s", delete="ars"),
    "ai_coach_escalations": Rights(select="atrs", insert="ars", update="atrs", delete="s"),
    "ai_coach_escalation_meanings": WORKERS_OWN,
    "ai_coach_escalation_links": WORKERS_OWN,
    "ai_coach_feedback": SHARED_WITH_TRAINER,
    "ai_coach_conversation_history": SHARED_WITH_TRAINER,
    "ai_coach_lab_struggle_detection": Rights(select="atrs", insert="s", update="trs", delete="ars"),
    "lab_work": SHARED_WITH_TRAINER,
    "coach_presence": HER_OWN,
    "lab_offers": Rights(select="atrs", insert="s", update="ars", delete="ars"),
    "lab_struggle_weights": Rights(select="abtrs", insert="trs", update="trs", delete="rs"),
    "xapi_statements": SHARED_WITH_TRAINER,
    "ai_coach_trainer_personalization": Rights(select="trs", insert="trs", update="trs", delete="trs"),
    "coaching_sessions": SHARED_WITH_TRAINER,
    "point_explanations": COURSE_INDEX,
    # mentor
    "ai_mentor_chats": HER_OWN,
    "context_embeddings": HER_OWN,
    # planning
    **dict.fromkeys(("subjects", "syllabus_points", "questions", "question_syllabus_points", "question_versions"), SYLLABUS),
    **dict.fromkeys(("question_answer_keys", "mark_scheme_points"), SCHEME),
    **dict.fromkeys(("attempts", "attempted_questions"), Rights(select="ars", insert="ars", update="ars", delete="rs")),
    # plans
    **dict.fromkeys(("study_plans", "study_reviews", "improvement_plans", "calendar_feeds"), HER_OWN),
    "mark_rulings": Rights(select="atrs", insert="trs", update="ars", delete="rs"),
    "mark_disputes": Rights(select="atrs", insert="ars", update="trs", delete="rs"),
    "mark_claims": Rights(select="trs", insert="trs", update="trs", delete="trs"),
    "answer_vectors": Rights(select="trs", insert="s", update="s", delete="rs"),
    # Django's own lists, the same for everybody
    "auth_group": NOBODYS_DATA,
    "auth_group_permissions": NOBODYS_DATA,
    "auth_permission": NOBODYS_DATA,
    "django_content_type": NOBODYS_DATA,
    "django_migrations": NOBODYS_DATA,
}
WITHOUT_POLICIES = {table for table, rights in EXPECTED.items() if rights == NOBODYS_DATA}

TABLES = """
SELECT c.relname, c.relrowsecurity, c.relforcerowsecurity FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE n.nspname = 'public' AND c.relkind IN ('r', 'p', 'f')
"""
COLUMNS = """
SELECT a.attname FROM pg_attribute a
 WHERE a.attrelid = %s::regclass AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
"""
KEYS = {
    "trainer_scopes": "trainer_id",
    "sessions": "session_key",
    "ai_coach_lexical_impacts": "term",
    "ai_coach_escalation_meanings": "escalation_id",
    "lab_struggle_weights": "course_id",
    "question_answer_keys": "version_id",
    "calendar_feeds": "user_id",
    "mark_claims": "answer_id",
    "answer_vectors": "answer_id",
}  # the others have an id


@pytest.fixture
def scene(ada: User, ben: User, tess: User, rex: User, course: Course) -> Scene:
    return make_scene(ada, ben, tess, rex, course)


def test_it_knows_every_table() -> None:
    with owner_connection() as owner:
        tables = {row[0] for row in owner.execute(TABLES)}
    assert tables == set(EXPECTED), "declare who may do what with the table above"


def test_it_forces_policies_on_every_table_about_people() -> None:
    with owner_connection() as owner:
        bare = {name for name, enabled, forced in owner.execute(TABLES) if not (enabled and forced)}
    assert bare == WITHOUT_POLICIES


def test_it_gives_each_person_their_rows_and_no_others(scene: Scene) -> None:
    assert set(scene.rows) == set(EXPECTED)
    with app_connection() as connection:
        found = {table: _found(connection, scene, table, _copy(table, key)) for table, key in scene.rows.items()}
    wrong = [
        f"{table} {verb}: {getattr(found[table], verb) or '-'} instead of {getattr(rights, verb) or '-'}"
        for table, rights in EXPECTED.items()
        for verb in VERBS
        if getattr(found[table], verb) != getattr(rights, verb)
    ]
    assert not wrong, "\n".join(wrong)


@dataclass(frozen=True)
class Copy:
    """A row of a table as the owner sees it."""

    columns: list[str]
    values: dict[str, Any]
    key_column: str
    key: Any


def _copy(table: str, key: Any) -> Copy:
    key_column = KEYS.get(table, "id")
    with owner_connection() as owner:
        columns = [row[0] for row in owner.execute(COLUMNS, [table])]
        statement = sql.SQL("SELECT to_jsonb(t) FROM {} t WHERE {} = %s").format(
            sql.Identifier(table), sql.Identifier(key_column)
        )
        row = owner.execute(statement, [key]).fetchone()
    assert row is not None
    return Copy(columns, row[0], key_column, key)


def _found(connection: psycopg.Connection[Any], scene: Scene, table: str, copy: Copy) -> Rights:
    """Who could use each verb, tried for real and taken back."""
    may = dict.fromkeys(VERBS, "")
    for letter, (user_id, role) in scene.cast.items():
        for verb in VERBS:
            with acting(connection, user_id, role):
                may[verb] += letter if _works(connection, table, verb, copy) else ""
    return Rights(**{verb: "".join(sorted(letters, key=ALL.index)) for verb, letters in may.items()})


def _works(connection: psycopg.Connection[Any], table: str, verb: str, copy: Copy) -> bool:
    """Whether the verb reached the row. A copy of a row that may be inserted fails on its unique key, after the policies."""
    statement, values = _statement(table, verb, copy)
    try:
        with connection.transaction(force_rollback=True):
            return connection.execute(statement, values).rowcount > 0
    except psycopg.errors.InsufficientPrivilege:
        return False
    except psycopg.errors.UniqueViolation:
        return True


def _statement(table: str, verb: str, copy: Copy) -> tuple[sql.Composed, list[Any]]:
    name, key = sql.Identifier(table), sql.Identifier(copy.key_column)
    columns = sql.SQL(", ").join(sql.Identifier(column) for column in copy.columns)
    if verb == "insert":
        statement = sql.SQL("INSERT INTO {0} ({1}) SELECT {1} FROM jsonb_populate_record(null::{0}, %s)")
        return statement.format(name, columns), [Jsonb(copy.values)]
    text = {
        "select": "SELECT {key} FROM {name} WHERE {key} = %s FETCH FIRST 1 ROW ONLY",
        "update": "UPDATE {name} SET {key} = {key} WHERE {key} = %s",
        "delete": "DELETE FROM {name} WHERE {key} = %s",
    }[verb]
    return sql.SQL(text).format(name=name, key=key), [copy.key]
