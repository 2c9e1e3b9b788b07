"""What the serving role cannot do whoever acts, and that nothing of one person stays behind for the next."""

import threading
from typing import Any

import psycopg
import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError

from accounts.door import SYSTEM, acting_as, signing_in_as
from accounts.models import Session, User
from config import checks
from courses.models import Enrolment
from tests.conftest import enrol, make_course, owner_connection
from tests.security.scene import acting, app_connection

pytestmark = pytest.mark.django_db(transaction=True)

FORBIDDEN = [
    "TRUNCATE users CASCADE",
    "CREATE TABLE mine (id int)",
    "CREATE TABLE public.mine (id int)",
    "CREATE SCHEMA mine",
    "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "ALTER TABLE users ADD COLUMN mine int",
    "ALTER TABLE users DISABLE ROW LEVEL SECURITY",
    "ALTER TABLE users NO FORCE ROW LEVEL SECURITY",
    "ALTER TABLE ai_coach_queries DISABLE TRIGGER ALL",
    "DROP TABLE users",
    "DROP POLICY users_select ON users",
    "CREATE POLICY mine ON users USING (true)",
    "ALTER ROLE current_user BYPASSRLS",
    "ALTER ROLE current_user SUPERUSER",
    "CREATE ROLE mine",
    "SET ROLE aicoach_owner",
    "SET SESSION AUTHORIZATION aicoach_owner",
    "GRANT aicoach_owner TO current_user",
    "SET session_replication_role = replica",
    "COPY users TO PROGRAM 'cat'",
    "SELECT pg_read_file('/etc/passwd')",
    "CREATE OR REPLACE FUNCTION app_role() RETURNS text LANGUAGE sql STABLE AS $$ SELECT 'system' $$",
]
DEFINERS = """
SELECT p.oid::regprocedure::text, p.proconfig, has_function_privilege('public', p.oid, 'EXECUTE'), r.rolsuper
  FROM pg_proc p JOIN pg_namespace n ON n.oid = p.pronamespace JOIN pg_roles r ON r.oid = p.proowner
 WHERE n.nspname = 'public' AND p.prosecdef
"""
VIEWS = """
SELECT c.relname FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = 'public'
   AND (c.relkind = 'm' OR (c.relkind = 'v' AND NOT coalesce(c.reloptions, '{}') @> ARRAY['security_invoker=true']))
"""
TRUNCATABLE = """
SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p')
   AND has_table_privilege('aicoach_app', c.oid, 'TRUNCATE')
"""
LEFT_BEHIND = "SELECT pg_backend_pid(), current_setting('app.user_id', true), current_setting('app.role', true)"


@pytest.mark.parametrize("statement", FORBIDDEN)
def test_it_refuses_the_serving_role(statement: str, ada: User) -> None:
    with app_connection() as raw, acting(raw, str(ada.pk), "system"), pytest.raises(psycopg.errors.InsufficientPrivilege):
        raw.execute(statement)


def test_it_gives_truncate_to_nobody() -> None:
    with owner_connection() as owner:
        assert not owner.execute(TRUNCATABLE).fetchall()


def test_it_reads_no_rows_with_policies_switched_off(ada: User) -> None:
    with app_connection() as raw, acting(raw, str(ada.pk), "learner"):
        raw.execute("SET LOCAL row_security = off")
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            raw.execute("SELECT * FROM users")


def test_it_fixes_the_search_path_of_functions_with_the_owners_eyes() -> None:
    with owner_connection() as owner:
        functions = owner.execute(DEFINERS).fetchall()
    assert functions
    for name, config, is_public, is_superusers in functions:
        assert any(setting.startswith("search_path=pg_catalog") for setting in config or ()), name
        assert not is_public, name
        assert not is_superusers, name


def test_it_has_no_view_that_looks_past_the_policies() -> None:
    with owner_connection() as owner:
        assert not owner.execute(VIEWS).fetchall()


def test_it_serves_with_a_role_that_cannot_get_around_policies() -> None:
    assert checks.ways_around(connections["default"]) == []
    assert not checks.role_is_bound(None, ["default"])


@pytest.mark.django_db(transaction=True, databases=["default", "owner"])
def test_it_refuses_to_serve_with_the_owners_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(checks, "SERVING", "owner")
    monkeypatch.setitem(checks.refuse_bypassing_role.__dict__, "seen", False)
    connections["owner"].close()
    assert [error.id for error in checks.role_is_bound(None, ["owner"])] == ["aicoach.E001"]
    connections["owner"].close()
    with pytest.raises(ImproperlyConfigured, match="owns tables"):
        connections["owner"].ensure_connection()
    connections["owner"].close()


def _left_behind() -> tuple[Any, ...]:
    with connection.cursor() as cursor:
        cursor.execute(LEFT_BEHIND)
        return tuple(value or "" for value in cursor.fetchone())


def test_it_leaves_nothing_for_the_next_on_the_same_connection(ada: User) -> None:
    with acting_as(ada):
        backend, *during = _left_behind()
    assert during == [str(ada.pk), "learner"]
    assert _left_behind() == (backend, "", "")
    connection.close()
    assert _left_behind()[1:] == ("", "")


def test_it_leaves_nothing_after_an_error(ada: User) -> None:
    with pytest.raises(ProgrammingError), acting_as(ada), connection.cursor() as cursor:
        cursor.execute("SELECT nothing")
    assert _left_behind()[1:] == ("", "")
    with transaction.atomic():
        assert not User.objects.exists()


def test_it_leaves_nothing_in_the_pool_of_many_threads(ada: User, ben: User) -> None:
    """Forty trips of two people on ten pooled connections; each looks before it announces itself."""
    strays: list[tuple[Any, ...]] = []

    def go(person: User) -> None:
        strays.append(_left_behind()[1:])
        with acting_as(person):
            strays.append(tuple(str(pk) for pk in User.objects.exclude(pk=person.pk).values_list("pk", flat=True)))
        connection.close()

    for _round in range(5):
        threads = [threading.Thread(target=go, args=(person,)) for person in (ada, ben) * 4]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert set(strays) == {("", ""), ()}


def test_it_shows_a_session_to_whoever_has_its_key_and_to_nobody_else(ada: User, ben: User) -> None:
    with acting_as(SYSTEM):
        Session.objects.create(session_key="a" * 32, session_data="", expire_date="2100-01-01T00:00Z", user=ada)
    with signing_in_as(session_key="a" * 32):
        assert Session.objects.count() == 1
    with signing_in_as(session_key="b" * 32):
        assert not Session.objects.exists()
    with signing_in_as(user_id=ben.pk):
        assert not Session.objects.exists()


def test_it_keeps_a_trainer_to_the_learners_of_the_course(ada: User, tess: User) -> None:
    """Tess trains Ada in one course: what Ada does in another is not hers to see."""
    enrol(ada, make_course("other", "Other"))
    with acting_as(tess):
        assert [row.course.slug for row in Enrolment.objects.filter(learner=ada)] == ["containers"]


def test_it_evaluates_policies_once_for_a_statement(ada: User) -> None:
    with acting_as(ada), connection.cursor() as cursor:
        cursor.execute("EXPLAIN (VERBOSE) SELECT * FROM ai_coach_queries")
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "InitPlan" in plan
    conditions = [line for line in plan.splitlines() if "Filter" in line or "Cond" in line]
    assert not any("current_setting" in line or "app_role()" in line for line in conditions), plan


@pytest.mark.parametrize("change", ["role = 'admin'", "is_staff = true", "is_superuser = true", "is_active = false"])
def test_it_lets_nobody_raise_their_own_rights(ada: User, tess: User, change: str) -> None:
    statement = f"UPDATE users SET {change} WHERE id = %s"
    with app_connection() as raw:
        for person, role in ((ada, "learner"), (ada, "auth"), (tess, "trainer")):
            with acting(raw, str(person.pk), role), pytest.raises(psycopg.errors.RaiseException):
                raw.execute(statement, [person.pk])
        with acting(raw, "", "system"):
            assert raw.execute(statement, [ada.pk]).rowcount == 1
