"""The cast, and a database as in production: made by the owner role, used through the app role.

Each run makes its own copy of a migrated template, so runs beside each other do not meet. Tests that look through more than
one connection (pools, streams, browsers) are marked `django_db(transaction=True)`; the owner empties the tables after them,
because the app role may not.
"""

import fcntl
import functools
import hashlib
import inspect
import os
import time
import uuid
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.core.management import call_command
from django.db import connections
from django.test import TransactionTestCase
from psycopg import sql
from servestatic.middleware import ServeStaticMiddleware

from accounts import throttling
from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course, CourseTrainer, Enrolment
from tests import emptying

ROOT = Path(__file__).resolve().parent.parent
PASSWORD = "correct horse battery staple"
ALIASES = ("default", "owner")


class QuickHasher(PBKDF2PasswordHasher):
    """Real hashes that a server with the usual settings can read, made in one round instead of a million."""

    iterations = 1


def pytest_configure() -> None:
    settings.PASSWORD_HASHERS = ["tests.conftest.QuickHasher"]
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    for name in [name for name in os.environ if name.endswith("_API_KEY")]:
        del os.environ[name]  # no test may ask a real vendor
    TransactionTestCase._fixture_teardown = lambda case: empty_tables()
    _share_static_files()


def _share_static_files() -> None:
    """Each test client loads the middleware anew, and looking for the static files takes longer than most tests."""
    look, found = ServeStaticMiddleware.add_files_from_finders, []

    def look_once(middleware: ServeStaticMiddleware) -> None:
        if not found:
            look(middleware)
            found.append(middleware)
        middleware.files, middleware.directories = found[0].files, found[0].directories

    ServeStaticMiddleware.add_files_from_finders = look_once


def pytest_pycollect_makeitem(collector: pytest.Collector, name: str, obj: object) -> None:
    """A test whose name nobody collects would pass for ever."""
    stray = name.startswith("test_") and not name.startswith("test_it_") and inspect.isfunction(obj)
    if stray and obj.__code__.co_filename == str(collector.path):
        raise collector.CollectError(f"{name}: the name of a test begins with test_it_")


@pytest.fixture(autouse=True)
def _fresh_counters(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test spends the attempts of another, nor of a run beside it."""
    key, name = str(uuid.uuid4()), throttling._name
    monkeypatch.setattr(throttling, "_name", lambda kind, counted: f"{key}:{name(kind, counted)}")


def owner_connection(database: str | None = None) -> psycopg.Connection[Any]:
    """The owner role's own connection, beside Django's."""
    place = connections["owner"].settings_dict
    return psycopg.connect(
        host=place["HOST"],
        port=place["PORT"] or None,
        user=place["USER"],
        password=place["PASSWORD"],
        dbname=database or place["NAME"],
        autocommit=True,
    )


def empty_tables() -> None:
    emptying.empty(_sweeper())


@functools.cache
def _sweeper() -> psycopg.Connection[Any]:
    """One connection for the whole run: a new one reads the catalogs anew, which takes longer than deleting."""
    return owner_connection()


def _point_at(name: str) -> None:
    for alias in ALIASES:
        connections[alias].close()
        if hasattr(connections[alias], "close_pool"):
            connections[alias].close_pool()
        connections[alias].settings_dict["NAME"] = name
        settings.DATABASES[alias]["NAME"] = name


def _migrations_hash() -> str:
    made_by = [ROOT / "accounts/policies.py", Path(emptying.__file__)]
    files = sorted([*ROOT.glob("*/migrations/*.py"), *ROOT.glob("*/*functions.py"), *made_by])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()[:12]


def _template(server: psycopg.Connection[Any]) -> str:
    """The name of a migrated database to copy, made once for each state of the migrations."""
    name = f"template_{_migrations_hash()}"
    if server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
        return name
    building = f"{name}_{os.getpid()}"
    server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    _point_at(building)
    call_command("migrate", verbosity=0, interactive=False)
    _point_at("postgres")
    emptying.prepare(building)
    server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(name)))
    return name


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: the owner makes the database, the tests connect as the app role."""
    home = settings.DATABASES["owner"]["NAME"]
    name = f"test_{os.getpid()}_{os.environ.get('PYTEST_XDIST_WORKER', 'main')}"
    lock = settings.DATA_DIR / "test-template.lock"
    with django_db_blocker.unblock(), owner_connection() as server:
        with lock.open("w") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            template = _template(server)
            server.execute(sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(template)))
            server.execute(sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(sql.Identifier(name)))
        _point_at(name)
        yield
        _sweeper().close()
        _point_at(home)
        _drop(server, name)


def _drop(server: psycopg.Connection[Any], name: str) -> None:
    """The owner may not end the app role's last connections, so it waits for them."""
    for _attempt in range(20):
        try:
            server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
            return
        except psycopg.errors.ObjectInUse:
            time.sleep(0.25)


def make_person(name: str, role: str = "learner", **fields: Any) -> User:
    with acting_as(SYSTEM):
        return User.objects.create_user(f"{name.lower()}@example.com", PASSWORD, name=name, role=role, **fields)


def make_course(slug: str = "containers", title: str = "Containers") -> Course:
    with acting_as(SYSTEM):
        return Course.objects.create(slug=slug, title=title)


def enrol(learner: User, course: Course, trainer: User | None = None) -> Enrolment:
    with acting_as(SYSTEM):
        return Enrolment.objects.create(learner=learner, course=course, trainer=trainer)


@pytest.fixture
def tess(db: None) -> User:
    return make_person("Tess", "trainer")


@pytest.fixture
def rex(db: None) -> User:
    return make_person("Rex", "admin", is_staff=True, is_superuser=True)


@pytest.fixture
def course(tess: User) -> Course:
    """A course that Tess trains; Ada and Ben learn in it once their fixtures are asked for."""
    made = make_course()
    with acting_as(SYSTEM):
        CourseTrainer.objects.create(course=made, trainer=tess)
    return made


@pytest.fixture
def ada(course: Course, tess: User) -> User:
    """Learns in `course`; Tess is her trainer."""
    person = make_person("Ada")
    enrol(person, course, tess)
    return person


@pytest.fixture
def ben(course: Course, tess: User) -> User:
    """Learns beside Ada and must see nothing of hers."""
    person = make_person("Ben")
    enrol(person, course, tess)
    return person


@pytest.fixture
def live_server_url(transactional_db: None) -> Iterator[str]:
    """A web process of its own on this test's database."""
    from tests.live import serving

    with serving() as url:
        yield url
