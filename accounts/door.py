"""The only way to people's rows.

`acting_as(person)` opens a transaction and tells PostgreSQL, for that transaction alone, who is acting; the policies do the
rest. Outside the door every query sees zero rows. `signing_in_as` is the narrow door for the moment before anyone is known.
The door never stays open while a network speaks: async code goes through `in_door`, a short trip in a thread of its own.
"""

import asyncio
import contextvars
import functools
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Concatenate, Literal, ParamSpec, TypeVar
from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import DEFAULT_DB_ALIAS, InterfaceError, OperationalError, connection, connections, transaction
from django.db.backends.postgresql.base import ServerBindingCursor
from django.db.backends.utils import debug_transaction
from django.http import HttpResponseBase
from psycopg import sql
from psycopg.errors import error_from_result
from psycopg.generators import execute
from psycopg.pq import ExecStatus, TransactionStatus
from psycopg_pool import PoolTimeout

from accounts.requests import PersonRequest

if TYPE_CHECKING:
    from accounts.models import User

P = ParamSpec("P")
R = TypeVar("R")
Statement = tuple[str, Sequence[Any]]  # SQL with %s, and its values
Role = Literal["learner", "trainer", "admin", "system", "auth", ""]

SETTINGS = ("SET LOCAL app.user_id = {}", "SET LOCAL app.role = {}", "SET LOCAL app.session_key = {}")  # until the COMMIT
KNOWN_ACTORS = 1024  # whose announcements a process keeps ready
AWAY = (OperationalError, InterfaceError, PoolTimeout)  # what a database raises that cannot be asked just now
DATABASE_THREADS = ThreadPoolExecutor(  # fewer than the pool has, so that pages always find a connection
    max(2, settings.DATABASE_POOL_SIZE * 6 // 10), thread_name_prefix="database"
)


@dataclass(frozen=True)
class Actor:
    """Who acts: a person by id with the role that counts now, or the system."""

    user_id: UUID | None
    role: Role
    session_key: str = ""


SYSTEM = Actor(None, "system")
NOBODY = Actor(None, "")


def actor_for(who: "User | Actor") -> Actor:
    """The actor that a person is at the door."""
    return who if isinstance(who, Actor) else Actor(who.pk, who.role)  # type: ignore[arg-type]


@contextmanager
def acting_as(who: "User | Actor") -> Iterator[Actor]:
    """Open a transaction (a savepoint inside another one) in which PostgreSQL knows who is acting.

    An inner door gives the outer actor back when it closes. Opening is one round trip.
    """
    actor = actor_for(who)
    here: Any = connections[DEFAULT_DB_ALIAS]  # once: `connection` looks for the thread's own with each word
    with transaction.atomic():
        outer = getattr(here, "door", NOBODY)
        _announce(here, actor)
        try:
            yield actor
        except BaseException:
            here.door = outer  # the rollback takes the settings back
            raise
        if here.savepoint_ids or outer is not NOBODY:
            _announce(here, outer)
        here.door = outer


def signing_in_as(*, user_id: UUID | None = None, session_key: str = "") -> AbstractContextManager[Actor]:
    """The door before anyone is known: one account by its id, and one session by its key, and nothing else."""
    return acting_as(Actor(user_id, "auth", session_key))


def current_actor() -> Actor:
    """Who is acting on this thread's connection; NOBODY outside the door."""
    return getattr(connection, "door", NOBODY)


def behind_door(view: Callable[Concatenate[PersonRequest, P], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """A page for people who are signed in; the door is open for the whole view, rendering included."""

    @login_required
    @functools.wraps(view)
    def guarded(request: PersonRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        with acting_as(request.user):
            return view(request, *args, **kwargs)

    return guarded


async def in_door(who: "User | Actor", step: Callable[P, R], *args: P.args, **kwargs: P.kwargs) -> R:
    """Run one short database step behind the door on a database thread; its connection is back in the pool afterwards."""
    trip = functools.partial(_trip, actor_for(who), functools.partial(step, *args, **kwargs))
    context = contextvars.copy_context()
    return await asyncio.get_running_loop().run_in_executor(DATABASE_THREADS, context.run, trip)


def in_one_trip(who: "User | Actor", *statements: Statement) -> list[list[tuple[Any, ...]]]:
    """Run SQL statements behind the door in one round trip, as one transaction; the rows of each.

    BEGIN, the announcement, the statements and COMMIT travel in one message. For the few steps that a waiting reader feels;
    everything else uses `acting_as` and the ORM. An error undoes all of it.
    """
    actor = actor_for(who)
    if connection.in_atomic_block:
        with acting_as(actor):
            return [rows_here(*statement) for statement in statements]
    try:
        results = _sent(("BEGIN", ()), _announced(actor), *statements, ("COMMIT", ()))
    except BaseException:
        connection.close()  # the pool rolls back what was begun
        raise
    return results[1 + len(SETTINGS) : -1]


def here_as(who: "User | Actor", *statements: Statement) -> None:
    """Inside the door that is open already, run statements as somebody else and give the actor back, all in one message.

    An error spoils the whole transaction, and with it who acts.
    """
    _sent(_announced(actor_for(who)), *statements, _announced(current_actor()))


def _sent(*parts: Statement) -> list[list[tuple[Any, ...]]]:
    """The rows of each statement of one message."""
    with connection.cursor() as cursor:
        cursor.execute(";\n".join(sql for sql, _ in parts), [value for _, values in parts for value in values])
        results = [_fetch(cursor)]
        while cursor.nextset():
            results.append(_fetch(cursor))
    return results


async def trip(who: "User | Actor", *statements: Statement) -> list[list[tuple[Any, ...]]]:
    """`in_one_trip` for async code, on a database thread."""
    step = functools.partial(_returning_connection, functools.partial(in_one_trip, who, *statements))
    return await asyncio.get_running_loop().run_in_executor(DATABASE_THREADS, step)


def _trip(actor: Actor, step: Callable[[], R]) -> R:
    def behind() -> R:
        with acting_as(actor):
            return step()

    return _returning_connection(behind)


def _returning_connection(step: Callable[[], R]) -> R:
    try:
        return step()
    finally:
        connections.close_all()


def rows_here(sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """What a statement finds, as whoever is acting; inside the door."""
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return _fetch(cursor)


@contextmanager
def planned_once(alias: str = DEFAULT_DB_ALIAS) -> Iterator[None]:
    """Statements in here send their values beside their text, so each connection plans them once and keeps the plan.

    For short statements whose planning is most of their time, with few shapes: a connection keeps a hundred. Each is one
    statement, and its values have types that its text makes plain. A kept plan asks the policies anew each time who is acting.
    No door is opened in here.
    """
    connections[alias].ensure_connection()
    driver = connections[alias].connection
    outer = driver.cursor_factory
    driver.cursor_factory = ServerBindingCursor
    try:
        yield
    finally:
        driver.cursor_factory = outer


def _fetch(cursor: Any) -> list[tuple[Any, ...]]:
    return cursor.fetchall() if cursor.description else []


def _announced(actor: Actor) -> Statement:
    return _announcement(actor).replace("%", "%%"), ()


def _announcement(actor: Actor) -> str:
    """Statements that tell who acts until the transaction ends. SET is not planned, as a query for the same would be."""
    with connection.wrap_database_errors:
        return _said(actor)


@functools.lru_cache(maxsize=KNOWN_ACTORS)
def _said(actor: Actor) -> str:
    values = (str(actor.user_id or ""), actor.role, actor.session_key)
    return "; ".join(
        sql.SQL(said).format(sql.Literal(value)).as_string(None) for said, value in zip(SETTINGS, values, strict=True)
    )


def _announce(here: Any, actor: Actor) -> None:
    here.ensure_connection()
    if here.connection.pgconn.transaction_status == TransactionStatus.IDLE:
        _begin(here, actor)
    else:
        with here.cursor() as cursor:
            cursor.execute(_announcement(actor))
    here.door = actor


def _begin(here: Any, actor: Actor) -> None:
    """BEGIN and the announcement in one message: psycopg would send BEGIN alone, ahead of the first statement."""
    driver = here.connection
    with here.wrap_database_errors, driver.lock:
        announcement = _said(actor)
        with debug_transaction(here, announcement):
            driver.pgconn.send_query(f"BEGIN; {announcement}".encode())
            results = driver.wait(execute(driver.pgconn))
        if results[-1].status != ExecStatus.COMMAND_OK:
            raise error_from_result(results[-1])
