"""Whether the embedded database has all migrations, asked without loading Django: that saves seconds at each start.

Ours are compared file by file with what the database says was applied. Those of packages follow the locked versions and the
settings, of which a hash is kept beside the data. In doubt the answer is no, and `migrate` finds out.
"""

import hashlib
from collections.abc import Mapping
from typing import Any

import psycopg

from config.embedded.places import CHECKOUT, Places


def is_migrated(here: Places, database: Mapping[str, Any]) -> bool:
    """`database` is the owner's entry of the settings."""
    try:
        return (here.postgres / "migrated").read_text() == _packages() and _ours() <= _applied(database)
    except (OSError, psycopg.Error):
        return False


def note_migrated(here: Places) -> None:
    """To be called after `migrate` has succeeded."""
    (here.postgres / "migrated").write_text(_packages())


def _ours() -> set[tuple[str, str]]:
    files = CHECKOUT.glob("*/migrations/[0-9]*.py")
    return {(file.parent.parent.name, file.stem) for file in files}


def _applied(database: Mapping[str, Any]) -> set[tuple[str, str]]:
    place = {"host": database["HOST"], "dbname": database["NAME"], "user": database["USER"], "password": database["PASSWORD"]}
    with psycopg.connect(**place) as connection:
        return set(connection.execute("SELECT app, name FROM django_migrations").fetchall())


def _packages() -> str:
    files = (CHECKOUT / "requirements" / "base.txt", CHECKOUT / "config" / "settings.py")
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()
