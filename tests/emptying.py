"""Empty tables between tests that look through more than one connection.

Truncating makes a new file for each of hundreds of tables and indexes, however few rows there were: a third of a second.
Deleting takes milliseconds, but foreign keys and triggers stand in its way, and only a superuser may tell them to stand
aside. So where the server is our own, a function that belongs to its superuser deletes; it lives in the databases of tests
alone. Where the server is another's, or a test has written much, the tables are truncated.
"""

from typing import Any

import psycopg
from django.conf import settings
from psycopg import sql

from config.embedded import postgres
from config.embedded.places import default_places, socket_folder
from config.embedded.vault import read_or_make_secrets

KEPT = "('django_migrations', 'django_content_type', 'auth_permission')"  # Django's own lists
MUCH = 4 * 1024 * 1024  # bytes of one table

# Answers whether it did; a vector's index would go on being searched through what is dead in it, so it is named for a vacuum.
DELETING = f"""
CREATE SCHEMA emptying;
CREATE FUNCTION emptying.delete_all() RETURNS text[] LANGUAGE plpgsql SECURITY DEFINER
    SET search_path = public, pg_temp SET session_replication_role = replica AS $$
DECLARE
    named regclass;
    searched text[] := '{{}}';
BEGIN
    FOR named IN
        SELECT c.oid FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
           AND c.relname NOT IN {KEPT} AND pg_relation_size(c.oid) > 0
    LOOP
        IF pg_relation_size(named) > {MUCH} THEN
            RETURN NULL;
        END IF;
        EXECUTE format('DELETE FROM %s', named);
        IF FOUND AND EXISTS (SELECT FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_am a ON a.oid = c.relam
                              WHERE i.indrelid = named AND a.amname IN ('hnsw', 'ivfflat')) THEN
            searched := searched || named::text;
        END IF;
    END LOOP;
    RETURN searched;
END $$;
REVOKE EXECUTE ON FUNCTION emptying.delete_all() FROM PUBLIC;
GRANT USAGE ON SCHEMA emptying TO aicoach_owner;
GRANT EXECUTE ON FUNCTION emptying.delete_all() TO aicoach_owner;
"""


def prepare(database: str) -> None:
    """Put the deleting function into `database`, if the server is our own."""
    if settings.EMBEDDED:
        here = default_places()
        secret = read_or_make_secrets(here).superuser
        server = {"host": str(socket_folder(here)), "user": postgres.SUPERUSER, "password": secret}
        with psycopg.connect(**server, dbname=database, autocommit=True) as superuser:
            superuser.execute(DELETING)


def empty(owner: psycopg.Connection[Any]) -> None:
    """What TransactionTestCase's flush would do, but for Django's own lists. Through the owner's connection."""
    searched = _delete(owner) if settings.EMBEDDED else None
    if searched is None:
        rows = owner.execute(f"SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT IN {KEPT}")
        owner.execute(sql.SQL("TRUNCATE {} CASCADE").format(sql.SQL(", ").join(sql.Identifier(row[0]) for row in rows)))
    elif searched:
        owner.execute(sql.SQL("VACUUM {}").format(sql.SQL(", ").join(sql.SQL(name) for name in searched)))


def _delete(owner: psycopg.Connection[Any]) -> list[str] | None:
    row = owner.execute("SELECT emptying.delete_all()").fetchone()
    return row[0] if row else None
