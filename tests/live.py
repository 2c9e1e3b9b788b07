"""A real web process on the test's database: uvicorn in a subprocess, as in production."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlsplit, urlunsplit
from urllib.request import urlopen

from django.conf import settings
from django.db import connections

from tests.conftest import ROOT

START_WITHIN = 30  # seconds


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _on_test_database(url: str, alias: str) -> str:
    parts = urlsplit(url)  # the path of a socket address holds the folder before the name
    folder = parts.path.rpartition("/")[0]
    return urlunsplit(parts._replace(path=f"{folder}/{connections[alias].settings_dict['NAME']}"))


def server_environment(**extra: str) -> dict[str, str]:
    """The environment of a process that serves the test's database."""
    ours = {name: value for name, value in os.environ.items() if name != "DJANGO_ALLOW_ASYNC_UNSAFE"}  # for browsers' tests
    return {
        **ours,
        "DATABASE_URL": _on_test_database(settings.APP_DATABASE_URL, "default"),
        "DATABASE_OWNER_URL": _on_test_database(settings.OWNER_DATABASE_URL, "owner"),
        "REDIS_URL": settings.REDIS_URL,
        "CELERY_BROKER_URL": settings.CELERY_BROKER_URL,
        "SECRET_KEY": settings.SECRET_KEY,
        "SECURE": "0",
        "STATIC_FROM_SOURCE": "1",
        "RATE_ASK": "1000/minute",
        "RATE_SIGN_IN": "1000/minute",
        "RATE_SIGN_IN_PLACE": "10000/minute",
        **extra,
    }


@contextmanager
def serving(**environment: str) -> Iterator[str]:
    """The address of a running server; it is ended by its id afterwards."""
    port = free_port()
    command = [sys.executable, "-m", "uvicorn", "config.asgi:application", "--port", str(port), "--log-level", "warning"]
    process = subprocess.Popen(command, cwd=ROOT, env=server_environment(**environment))
    try:
        wait_for(f"http://127.0.0.1:{port}/healthz", process)
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        process.wait(timeout=15)


def wait_for(address: str, process: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + START_WITHIN
    while time.monotonic() < until and process.poll() is None:
        try:
            with urlopen(address, timeout=2):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {process.poll()}")
