"""Servers of their own for these tests: never the checkout's, and every process among them is ended again."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import environ
import psycopg
import pytest

from config import embedded
from config.embedded import in_use, places
from config.embedded.places import Places

NewPlace = Callable[..., Places]


@pytest.fixture
def new_place(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewPlace]:
    """Makes data folders that any user may pass through, and stops and deletes what ran in them."""
    monkeypatch.delenv("REDIS_URL", raising=False)
    made: list[Places] = []
    root = Path(tempfile.mkdtemp(prefix="aic-"))
    root.chmod(0o711)
    monkeypatch.setattr(places, "OUTSIDE", root / "outside")

    def make(name: str = "var") -> Places:
        here = Places(root / name)
        made.append(here)
        return here

    yield make
    for here in made:
        embedded.stop(here, even_if_used=True)
        in_use.release(here)
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def here(new_place: NewPlace) -> Places:
    return new_place()


@pytest.fixture
def connect() -> Callable[[str], "psycopg.Connection[Any]"]:
    """Connects the way the settings do: through what django-environ reads from the address."""

    def connect(url: str) -> "psycopg.Connection[Any]":
        found = environ.Env.db_url_config(url)
        return psycopg.connect(
            host=found["HOST"], dbname=found["NAME"], user=found["USER"], password=found["PASSWORD"], autocommit=True
        )

    return connect


needs_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can become another user")
