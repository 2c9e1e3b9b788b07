"""The application's role can do its work and nothing else; databases made for tests are born with the same rules."""

import subprocess
import sys

import psycopg
import pytest

from config import embedded
from config.embedded.places import CHECKOUT, Places, socket_folder
from config.embedded.vault import read_or_make_secrets

FORBIDDEN = [
    "CREATE TABLE other (id int)",
    "CREATE TEMPORARY TABLE other (id int)",
    "CREATE SCHEMA other",
    "CREATE FUNCTION other() RETURNS int LANGUAGE sql AS 'SELECT 1'",
    "CREATE EXTENSION file_fdw",
    "CREATE DATABASE other",
    "CREATE ROLE other",
    "DROP TABLE things",
    "ALTER TABLE things DISABLE ROW LEVEL SECURITY",
    "CREATE POLICY all_of_it ON things USING (true)",
    "TRUNCATE things",
    "ALTER ROLE aicoach_app BYPASSRLS",
    "ALTER ROLE aicoach_app SUPERUSER",
    "SET ROLE aicoach_owner",
    "SET SESSION AUTHORIZATION aicoach_owner",
    "SET session_replication_role = replica",
    "COPY things TO PROGRAM 'cat'",
    "SELECT pg_read_file('PG_VERSION')",
]


@pytest.fixture
def addresses(here: Places, connect) -> embedded.Addresses:
    found = embedded.ensure(here)
    with connect(found.owner_url) as owner:
        owner.execute("CREATE TABLE things (id int GENERATED ALWAYS AS IDENTITY, whose text, meaning vector(2))")
        owner.execute("ALTER TABLE things ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY")
        owner.execute("CREATE POLICY own ON things USING (whose = current_setting('app.user_id', true))")
        owner.execute("INSERT INTO things (whose, meaning) VALUES ('ada', '[1,2]'), ('ben', '[2,1]')")
    return found


def test_it_refuses_the_application_all_that_is_not_its_work(addresses, connect):
    with connect(addresses.app_url) as app:
        for statement in FORBIDDEN:
            with pytest.raises(psycopg.Error) as refused:
                app.execute(statement)
            assert refused.value.sqlstate in ("42501", "22023", "58P01", "0A000"), statement


def test_it_keeps_the_application_under_row_level_security(addresses, connect):
    with connect(addresses.app_url) as app:
        assert app.execute("SELECT * FROM things").fetchall() == []
        app.execute("SELECT set_config('app.user_id', 'ada', false)")
        assert app.execute("SELECT whose FROM things").fetchall() == [("ada",)]
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("INSERT INTO things (whose) VALUES ('ben')")
        with pytest.raises(psycopg.Error, match="row-level security"):
            app.execute("SET row_security = off; SELECT * FROM things")


def test_it_lets_the_application_work(addresses, connect):
    with connect(addresses.app_url) as app:
        app.execute("SELECT set_config('app.user_id', 'ada', false)")
        app.execute("INSERT INTO things (whose, meaning) VALUES ('ada', '[3,3]')")
        app.execute("UPDATE things SET meaning = '[4,4]'")
        assert app.execute("DELETE FROM things").rowcount == 2


def test_it_lets_owner_and_maintenance_see_all(addresses, connect):
    for url in (addresses.owner_url, addresses.maintenance_url):
        with connect(url) as party:
            assert party.execute("SELECT count(*) FROM things").fetchone() == (2,)


def test_it_makes_no_superuser_but_the_one_for_preparing(addresses, connect):
    with connect(addresses.app_url) as app:
        rows = app.execute(
            "SELECT rolname, rolsuper, rolbypassrls FROM pg_roles WHERE rolname LIKE 'aicoach%' ORDER BY 1"
        ).fetchall()
    assert rows == [("aicoach_app", False, False), ("aicoach_maintenance", False, True), ("aicoach_owner", False, True)]


def test_it_gives_test_databases_the_same_rules(addresses, connect):
    with connect(addresses.owner_url) as owner:
        owner.execute("CREATE DATABASE test_copy")
    beside = {name: getattr(addresses, name).rsplit("/", 1)[0] + "/test_copy" for name in ("owner_url", "app_url")}
    with connect(beside["owner_url"]) as owner:
        owner.execute("CREATE TABLE things (id serial, meaning vector(2))")
        owner.execute("CREATE FUNCTION seven() RETURNS int LANGUAGE sql AS 'SELECT 7'")
    with connect(beside["app_url"]) as app:
        app.execute("INSERT INTO things (meaning) VALUES ('[1,1]')")
        assert app.execute("SELECT seven()").fetchone() == (7,)
        with pytest.raises(psycopg.errors.InsufficientPrivilege):
            app.execute("TRUNCATE things")


def test_it_prepares_a_server_from_outside_with_the_same_rules(here, connect):
    addresses = embedded.ensure(here)
    superuser = f"host='{socket_folder(here)}' user=postgres password={read_or_make_secrets(here).superuser}"
    environment = {
        "SUPERUSER_URL": superuser,
        "DATABASE_URL": "postgres://aicoach_app:first%2Bone@db.example.org/elsewhere",
        "DATABASE_OWNER_URL": "postgres://aicoach_owner:second@db.example.org/elsewhere",
    }
    command = [sys.executable, "-m", "config.embedded.roles"]
    for _again in range(2):
        done = subprocess.run(command, env=environment, cwd=CHECKOUT, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
    app = addresses.app_url.replace(read_or_make_secrets(here).app, "first%2Bone")
    with connect(app.rsplit("/", 1)[0] + "/elsewhere") as connection:
        assert connection.execute("SELECT current_database()").fetchone() == ("elsewhere",)


def test_it_refuses_one_role_for_two_parties():
    same = "postgres://aicoach_owner:x@db.example.org/coach"
    environment = {"SUPERUSER_URL": "x", "DATABASE_URL": same, "DATABASE_OWNER_URL": same}
    done = subprocess.run(
        [sys.executable, "-m", "config.embedded.roles"],
        env=environment,
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
    assert "aicoach_app" in done.stderr
