"""`script/up`: servers, migrations, demo, then web, worker and beat, until a signal ends all of it.

Honcho runs the Procfile in a session of its own, so that Ctrl-C reaches this process alone and the order of ending is ours:
first the application, then the servers. Whatever ends this process, the next start works: kernel locks fall with it, Honcho
is ended by the kernel with it (Linux), and `leftovers` knows the rest. Refuses to run twice in one checkout.
"""

import argparse
import contextlib
import ctypes
import fcntl
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from types import FrameType
from typing import IO

from django.conf import settings

from config import embedded
from config.embedded import fake_llm, leftovers, migrated
from config.embedded.places import CHECKOUT, EmbeddedError, Places, default_places, make_data_folder

LOOPBACK = "127.0.0.1"  # LISTEN names another address to listen on
FIRST_PORT, LAST_PORT = 8000, 8099
SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
READY_LIMIT = 90  # seconds until the site answers
LOOK_EVERY = 1.0  # seconds between two looks at the servers
STOP_LIMIT = 15  # seconds for Honcho: its own limit is 5 after the first process has ended
WARNINGS = "ignore:You're running the worker with superuser"  # root was told where it matters: PostgreSQL runs as another
PR_SET_PDEATHSIG = 1  # linux/prctl.h


class Asked(Exception):
    """A signal asked us to stop."""


def main() -> int:
    """Returns the exit status: 0 after a signal, 1 when something could not be started or ended by itself."""
    arguments = _arguments()
    for name in SIGNALS:
        signal.signal(name, _asked)
    os.chdir(CHECKOUT)
    os.environ["PATH"] = os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", "")])
    here = default_places()
    try:
        with _alone(here):
            return _run(here, arguments.port, has_fake_llm=arguments.fake_llm)
    except EmbeddedError as error:
        print(f"\n{error}", file=sys.stderr)
        return 1
    except Asked:
        return 0


def _run(here: Places, wanted_port: int | None, *, has_fake_llm: bool) -> int:
    _end_leftovers(here)
    port = _choose_port(wanted_port)
    try:
        with _signals_later():
            own_servers = _start_servers()
        _prepare(here, own_servers=own_servers)
        model = fake_llm.chosen(has_fake_llm, _next_free(port + 1) if has_fake_llm else 0)
        return _serve(here, port, model, own_servers=own_servers)
    finally:
        _ignore_signals()
        _stop_servers(here)


def _start_servers() -> bool:
    """Loading the settings starts the embedded servers unless the environment names real ones; True if it did."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    print("Starting PostgreSQL and Redis ...", flush=True)
    return bool(settings.EMBEDDED)


def _prepare(here: Places, *, own_servers: bool) -> None:
    """Tables, then the demo on the first start. A real database gets no demo: its logins are known to everybody."""
    print("Preparing the database ...", flush=True)
    _migrate(here, own_servers=own_servers)
    if own_servers and not _demo_note(here).exists():
        _load_demo(here)
    (here.data / "static").mkdir(exist_ok=True)
    if not own_servers:
        _manage("collectstatic", "--no-input", "--verbosity", "0")


def _migrate(here: Places, *, own_servers: bool) -> None:
    if own_servers and migrated.is_migrated(here, settings.DATABASES["owner"]):
        return
    _manage("migrate", "--verbosity", "0")
    if own_servers:
        migrated.note_migrated(here)


def _load_demo(here: Places) -> None:
    """A demo that cannot be loaded is no reason to have no site; the next start tries again."""
    print("Loading the demo course and people ...", flush=True)
    try:
        said = _manage("load_demo").strip()
        _manage("load_demo_threads")
        _manage("load_demo_concepts")
    except EmbeddedError as error:
        print(f"{error} Going on without the demo.", file=sys.stderr)
    else:
        _demo_note(here).write_text(said.rpartition("\n\n")[2])


def _manage(*arguments: str) -> str:
    done = subprocess.run([sys.executable, "manage.py", *arguments], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        msg = f"manage.py {arguments[0]} failed; the lines above say why."
        raise EmbeddedError(msg)
    return done.stdout


def _serve(here: Places, port: int, model: fake_llm.Chosen, *, own_servers: bool) -> int:
    command = [sys.executable, "-m", "honcho", "-e", os.devnull, "start", "-p", str(port), *model.processes]
    address = f"http://{_host_shown()}:{port}/"
    environment = os.environ | {"PYTHONWARNINGS": WARNINGS} | model.environment
    honcho = subprocess.Popen(
        command,
        env=environment,
        start_new_session=True,
        preexec_fn=_end_with_parent,  # noqa: PLW1509 (there is one thread)
    )
    try:
        if not _wait_until_ready(honcho, port):
            print("The site did not come up; the lines above say why.", file=sys.stderr)
            return 1
        print(_banner(here, address, model.note), flush=True)
        _watch(here, honcho, address, own_servers=own_servers)
        print("One of web, worker and beat ended, so all were stopped; the lines above say why.", file=sys.stderr)
        return 1
    except Asked:
        return 0
    finally:
        _ignore_signals()
        _stop_application(here, honcho)


def _watch(here: Places, honcho: "subprocess.Popen[bytes]", address: str, *, own_servers: bool) -> None:
    """Until Honcho ends: write down what runs, and start a server again that was killed."""
    known: dict[int, float] = {}
    while honcho.poll() is None:
        now = leftovers.below(honcho.pid)
        if now.keys() - known.keys():
            known = now
            leftovers.write_down(here, leftovers.Running(address, leftovers.itself(), known))
        if own_servers:
            _revive()
        time.sleep(LOOK_EVERY)


def _revive() -> None:
    try:
        embedded.ensure()
    except EmbeddedError as error:
        print(f"{error}\nTrying again ...", file=sys.stderr, flush=True)


def _wait_until_ready(honcho: "subprocess.Popen[bytes]", port: int) -> bool:
    deadline = time.monotonic() + READY_LIMIT
    while honcho.poll() is None and time.monotonic() < deadline:
        if _answers(port):
            return True
        time.sleep(0.1)
    return False


def _answers(port: int) -> bool:
    """Any answer at all: with SECURE set it is a redirect to HTTPS."""
    connection = http.client.HTTPConnection(_host_shown(), port, timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status < 500
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _stop_application(here: Places, honcho: "subprocess.Popen[bytes]") -> None:
    started = leftovers.below(honcho.pid)
    with contextlib.suppress(ProcessLookupError):
        honcho.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        honcho.wait(STOP_LIMIT)
    leftovers.end(started)
    leftovers.forget(here)


def _stop_servers(here: Places) -> None:
    if not embedded.stop(here):
        print("PostgreSQL and Redis go on: another command uses them. script/down stops them.", flush=True)


def _end_leftovers(here: Places) -> None:
    left = leftovers.read(here)
    if left:
        leftovers.end(left.processes)
        leftovers.forget(here)


@contextlib.contextmanager
def _alone(here: Places) -> Iterator[None]:
    """Hold the lock of this checkout's `script/up`, or say where the other one is."""
    make_data_folder(here)
    with (here.data / "up.lock").open("w") as lock:
        if not _locked(lock):
            other = leftovers.read(here)
            where = f" at {other.address}" if other else ""
            msg = f"This checkout is up already{where}. script/down ends it."
            raise EmbeddedError(msg)
        yield


def _locked(lock: IO[str]) -> bool:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _choose_port(wanted: int | None) -> int:
    if wanted is not None:
        if _is_free(wanted):
            return wanted
        msg = f"Port {wanted} is taken. Name another one, or none at all to get the next free one."
        raise EmbeddedError(msg)
    return _next_free(FIRST_PORT)


def _next_free(first: int) -> int:
    last = max(LAST_PORT, first + LAST_PORT - FIRST_PORT)
    for port in range(first, last + 1):
        if _is_free(port):
            return port
    msg = f"The ports {first} to {last} are all taken. Name a free one with --port."
    raise EmbeddedError(msg)


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((os.environ.get("LISTEN", LOOPBACK), port))
        except OSError:
            return False
    return True


def _host_shown() -> str:
    host = os.environ.get("LISTEN", LOOPBACK)
    return LOOPBACK if host == "0.0.0.0" else host  # noqa: S104 (compared, not bound)


def _demo_note(here: Places) -> Path:
    """The last paragraph of what `load_demo` said, the logins: made on the first start, shown on each."""
    return here.data / "demo.txt"


def _banner(here: Places, address: str, model_note: str) -> str:
    note = _demo_note(here).read_text().strip() if _demo_note(here).exists() else ""
    line = "-" * 72
    return "\n".join(["", line, f"AI Coach is up at {address}", *filter(None, [note, model_note]), "Ctrl-C ends it.", line])


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/up", description="Run AI Coach on this machine.")
    parser.add_argument("--port", type=int, help=f"default: {FIRST_PORT}, or the next free one")
    parser.add_argument("--fake-llm", action="store_true", help="answer with a fake model on this machine, without a key")
    return parser.parse_args()


def _asked(_signal: int, _frame: FrameType | None) -> None:
    raise Asked


@contextlib.contextmanager
def _signals_later() -> Iterator[None]:
    """A signal that comes inside is answered at the end: a server that is only half started could not be stopped."""
    came: list[int] = []
    for name in SIGNALS:
        signal.signal(name, lambda number, _frame: came.append(number))
    try:
        yield
    finally:
        for name in SIGNALS:
            signal.signal(name, _asked)
    if came:
        raise Asked


def _ignore_signals() -> None:
    """Once we are ending, a second Ctrl-C must not leave half of it running."""
    for name in SIGNALS:
        signal.signal(name, signal.SIG_IGN)


def _end_with_parent() -> None:
    """In the new process: ask the Linux kernel for a SIGTERM when `script/up` dies, however it dies."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


if __name__ == "__main__":
    sys.exit(main())
