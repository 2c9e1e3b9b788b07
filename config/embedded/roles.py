"""The database roles, in one place for the embedded server and for real ones.

Four parties: a superuser, used here and nowhere else; an owner, who migrates; the application, which owns nothing and stays
under row-level security; and maintenance, for dumps and data migrations. Run it against a real server as its superuser:

    SUPERUSER_URL=postgres://... DATABASE_URL=... DATABASE_OWNER_URL=... python -m config.embedded.roles

Refuses to reuse one role for two parties. Can be run again: it sets passwords and rights to what stands here.
"""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote, urlsplit

import psycopg
from psycopg import sql

VERSION = "1"  # raise it when a rule below changes, so that existing embedded servers are brought in step
OWNER, APP, MAINTENANCE = "aicoach_owner", "aicoach_app", "aicoach_maintenance"
LOW = "NOSUPERUSER NOCREATEROLE NOREPLICATION"
RIGHTS = {
    OWNER: f"LOGIN CREATEDB BYPASSRLS {LOW}",
    APP: f"LOGIN NOCREATEDB NOBYPASSRLS {LOW}",
    MAINTENANCE: f"LOGIN NOCREATEDB BYPASSRLS {LOW}",
}

# In the database, and in template1 so that test databases are born with the same rules.
IN_DATABASE = f"""
CREATE EXTENSION IF NOT EXISTS vector;
REVOKE CREATE ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO {APP}, {MAINTENANCE};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} REVOKE EXECUTE ON FUNCTIONS FROM PUBLIC;
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public
    GRANT SELECT, INSERT, UPDATE, DELETE ON TABLES TO {APP}, {MAINTENANCE};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT USAGE, SELECT ON SEQUENCES TO {APP}, {MAINTENANCE};
ALTER DEFAULT PRIVILEGES FOR ROLE {OWNER} IN SCHEMA public GRANT EXECUTE ON FUNCTIONS TO {APP}, {MAINTENANCE};
"""


@dataclass(frozen=True, slots=True)
class Passwords:
    """One for each role; the server stores their scram verifiers only."""

    owner: str
    app: str
    maintenance: str | None


def prepare(server: Mapping[str, Any], *, database: str, passwords: Passwords) -> None:
    """Make roles and database on `server` (psycopg's arguments, a superuser's). The caller's connection is closed again."""
    with psycopg.connect(**{**server, "dbname": "postgres"}, autocommit=True) as connection:
        _make_roles(connection, passwords)
        _make_database(connection, database)
    for name in ("template1", database):
        with psycopg.connect(**{**server, "dbname": name}) as connection:
            connection.execute(IN_DATABASE)


def _make_roles(connection: psycopg.Connection[Any], passwords: Passwords) -> None:
    known = {row[0] for row in connection.execute("SELECT rolname FROM pg_roles")}
    chosen = {OWNER: passwords.owner, APP: passwords.app, MAINTENANCE: passwords.maintenance}
    for role, password in chosen.items():
        verb = "ALTER" if role in known else "CREATE"
        statement = sql.SQL("{verb} ROLE {role} {rights} PASSWORD {password}").format(
            verb=sql.SQL(verb), role=sql.Identifier(role), rights=sql.SQL(RIGHTS[role]), password=sql.Literal(password)
        )
        connection.execute(statement)


def _make_database(connection: psycopg.Connection[Any], database: str) -> None:
    name, owner = sql.Identifier(database), sql.Identifier(OWNER)
    if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
        connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(name, owner))
    connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(name))
    connection.execute(sql.SQL("GRANT CONNECT ON DATABASE {} TO {}, {}").format(name, *map(sql.Identifier, (APP, MAINTENANCE))))


def main() -> None:
    """Read the three addresses from the environment and prepare the server they name."""
    try:
        superuser, app, owner = (os.environ[name] for name in ("SUPERUSER_URL", "DATABASE_URL", "DATABASE_OWNER_URL"))
    except KeyError as missing:
        sys.exit(f"{missing.args[0]} is not set: SUPERUSER_URL, DATABASE_URL and DATABASE_OWNER_URL are needed.")
    parts = {role: urlsplit(address) for role, address in ((APP, app), (OWNER, owner))}
    for role, address in parts.items():
        if address.username != role or not address.password:
            sys.exit(f"The address of {role} has to name that role and its password.")
    passwords = Passwords(
        owner=unquote(parts[OWNER].password or ""),
        app=unquote(parts[APP].password or ""),
        maintenance=os.environ.get("MAINTENANCE_PASSWORD"),
    )
    prepare({"conninfo": superuser}, database=unquote(parts[APP].path.lstrip("/")), passwords=passwords)


if __name__ == "__main__":
    main()
