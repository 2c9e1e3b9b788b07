"""Parts of the running system that a test may break: a Redis of its own, workers and beat on the test's database, and locks that
stop a worker at a place of the test's choosing.
"""

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import redis
from celery import Celery

from config.embedded.redis_server import program
from tests.conftest import ROOT
from tests.live import free_port, server_environment
from tests.security.scene import acting, app_connection

PATIENCE = 60.0  # seconds; the machine may be busy
QUIET = ["--quiet", "-A", "config"]
WORKER = ["worker", "--without-gossip", "--without-mingle", "--loglevel", "ERROR", "--concurrency", "1"]


def soon(true: Callable[[], Any], seconds: float = PATIENCE, every: float = 0.05) -> bool:
    """Whether it came true in time."""
    until = time.monotonic() + seconds
    while not true() and time.monotonic() < until:
        time.sleep(every)
    return bool(true())


class OwnRedis:
    """A Redis that nobody else uses, so that it may go and come back."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [program(), "--port", str(self.port), "--save", "", "--dir", str(self.folder), "--bind", "127.0.0.1"]
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        assert soon(self.answers)

    def kill(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait(timeout=10)
        self.process = None

    def answers(self) -> bool:
        try:
            return bool(redis.Redis.from_url(self.url).ping())
        except redis.ConnectionError:
            return False

    def send(self, task: str, **how: Any) -> None:
        """A message, as the house sends them."""
        with Celery("test", broker=self.url, set_as_current=False) as app:
            app.send_task(task, ignore_result=True, **how)

    @property
    def environment(self) -> dict[str, str]:
        return {"REDIS_URL": self.url, "CELERY_BROKER_URL": self.url}


@contextmanager
def own_redis(folder: Path) -> Iterator[OwnRedis]:
    server = OwnRedis(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()


@contextmanager
def worker(broker: OwnRedis, *, pool: str = "solo") -> Iterator["subprocess.Popen[bytes]"]:
    """A Celery worker on the test's database; the test may kill it."""
    yield from _running([sys.executable, "-m", "celery", *QUIET, *WORKER, "--pool", pool], broker)


@contextmanager
def quick_beat(broker: OwnRedis) -> Iterator["subprocess.Popen[bytes]"]:
    """Beat with the project's own schedule, every second."""
    yield from _running([sys.executable, "-m", "tests.learning.quick_beat", str(broker.folder / "beat")], broker)


def _running(command: list[str], broker: OwnRedis) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(command, cwd=ROOT, env=server_environment(**broker.environment))
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(timeout=10)


class Lock:
    """A row that this connection holds, in the eyes of the others."""

    def __init__(self, raw: "psycopg.Connection[Any]") -> None:
        self.raw, self.pid = raw, raw.info.backend_pid

    def blocks_somebody(self) -> bool:
        with app_connection() as looker:
            asked = "SELECT EXISTS (SELECT FROM pg_stat_activity WHERE %s = ANY (pg_blocking_pids(pid)))"
            return bool(looker.execute(asked, [self.pid]).fetchone()[0])  # type: ignore[index]

    def waits(self) -> bool:
        with app_connection() as looker:
            return bool(looker.execute("SELECT cardinality(pg_blocking_pids(%s)) > 0", [self.pid]).fetchone()[0])  # type: ignore[index]


@contextmanager
def connection_as_system() -> Iterator[Lock]:
    """A transaction of its own, rolled back at the end."""
    with app_connection() as raw, acting(raw, "", "system"):
        yield Lock(raw)


def hold(lock: Lock, table: str, row_id: Any) -> None:
    """Lock one row, once whoever has it lets go."""
    lock.raw.execute(f"SELECT FROM {table} WHERE id = %s FOR UPDATE", [row_id])
