"""A database of its own for a measurement, and a web process on it: made, used and dropped again."""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

import httpx2 as httpx
import psycopg
from psycopg import sql

from config import embedded

ROOT = Path(__file__).resolve().parent.parent
DEMO_PASSWORD = "three-days-demo"
START_WITHIN = 60  # seconds


@dataclass(frozen=True)
class Scratch:
    """Addresses of the scratch database for each role, and the environment of a process that uses it."""

    owner_url: str
    app_url: str
    environment: dict[str, str]

    def manage(self, *command: str) -> str:
        """Run a management command on the scratch database; what it printed."""
        call = [sys.executable, "manage.py", *command]
        return subprocess.run(call, cwd=ROOT, env=self.environment, check=True, capture_output=True, text=True).stdout


@contextmanager
def scratch_database() -> Iterator[Scratch]:
    """A migrated, empty database on the embedded server."""
    home = embedded.ensure()
    name = f"bench_{os.getpid()}_{secrets.token_hex(3)}"
    with connect(home.owner_url) as server:
        server.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    environment = {
        **os.environ,
        "DATABASE_URL": _renamed(home.app_url, name),
        "DATABASE_OWNER_URL": _renamed(home.owner_url, name),
        "REDIS_URL": home.redis_url,
        "CELERY_BROKER_URL": home.broker_url,
        "SECRET_KEY": secrets.token_hex(32),
        "SECURE": "0",
        "STATIC_FROM_SOURCE": "1",
        "RATE_ASK": "1000000/minute",
        "RATE_API": "1000000/minute",
    }
    made = Scratch(environment["DATABASE_OWNER_URL"], environment["DATABASE_URL"], environment)
    try:
        made.manage("migrate", "--verbosity", "0")
        yield made
    finally:
        _drop(home.owner_url, name)


@contextmanager
def web_process(scratch: Scratch, **environment: str) -> Iterator[tuple[str, int]]:
    """One web process as in production: its address and its process id."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env={**scratch.environment, **environment})
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz")
        yield f"http://127.0.0.1:{port}", process.pid
    finally:
        process.terminate()
        process.wait(timeout=20)


def signed_in(base: str, email: str) -> httpx.Client:
    """A browser of one of the demo's people."""
    client = httpx.Client(base_url=base, timeout=60)
    token = re.search(r'name="csrfmiddlewaretoken" value="([^"]+)"', client.get("/account/sign-in/").text)
    assert token
    form = {"username": email, "password": DEMO_PASSWORD, "csrfmiddlewaretoken": token[1]}
    assert client.post("/account/sign-in/", data=form).status_code == 302
    return client


def connect(url: str) -> "psycopg.Connection[tuple[object, ...]]":
    """A connection to an address in the form that the settings use."""
    import environ  # noqa: PLC0415 (only where an address is read)

    place = environ.Env.db_url_config(url)
    return psycopg.connect(
        host=place["HOST"], port=place["PORT"] or None, user=place["USER"], password=place["PASSWORD"],
        dbname=place["NAME"], autocommit=True,
    )  # fmt: skip


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def wait_for(address: str) -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until:
        try:
            with urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"{address} does not answer")


def _renamed(url: str, name: str) -> str:
    parts = urlsplit(url)
    folder = parts.path.rpartition("/")[0]
    return urlunsplit(parts._replace(path=f"{folder}/{name}"))


def _drop(owner_url: str, name: str) -> None:
    with connect(owner_url) as server:
        for _attempt in range(40):
            try:
                server.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
                return
            except psycopg.errors.ObjectInUse:
                time.sleep(0.25)
