"""Where the embedded servers keep their things, and as whom they run.

PostgreSQL refuses to run as root. Started by root it runs as the owner of the checkout, or as `nobody` when root owns that
too. Permissions of folders that are not ours are never changed: when that user cannot reach the checkout (a clone under
/root), data and binaries live in /var/lib/aicoach instead and `var/postgres` is a link to it.
"""

import functools
import hashlib
import os
import pwd
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parent.parent.parent
OUTSIDE = Path("/var/lib/aicoach")  # for root alone, when the checkout is closed to other users
SOCKET_NAME = ".s.PGSQL.5432"
SOCKET_PATH_LIMIT = 103  # bytes; sun_path holds 108 on Linux and 104 on macOS, with the closing zero


class EmbeddedError(RuntimeError):
    """A server could not be started; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Places:
    """The data folder of one checkout and what lies in it."""

    data: Path

    @property
    def secrets(self) -> Path:
        return self.data / "secrets.json"

    @property
    def postgres(self) -> Path:
        """Owned by the user PostgreSQL runs as: `data`, `log` and, where the path is short, the socket in `run`."""
        return self.data / "postgres"

    @property
    def cluster(self) -> Path:
        return self.postgres / "data"

    @property
    def redis(self) -> Path:
        return self.data / "redis"


@dataclass(frozen=True, slots=True)
class Runner:
    """The user PostgreSQL runs as. `identity` are the arguments that make subprocess become that user."""

    uid: int
    gid: int
    identity: Mapping[str, Any]


def default_places() -> Places:
    """`var/` of the checkout, or what AICOACH_DATA names."""
    return Places(Path(os.environ.get("AICOACH_DATA") or CHECKOUT / "var").absolute())


@functools.cache
def runner() -> Runner:
    """The person at the keyboard; started by root: the owner of the checkout, else `nobody`."""
    if os.geteuid() != 0:
        return Runner(os.geteuid(), os.getegid(), {})
    owner = CHECKOUT.stat().st_uid
    try:
        user = pwd.getpwuid(owner) if owner else pwd.getpwnam("nobody")
    except KeyError as error:
        msg = "PostgreSQL does not run as root and this machine has no user `nobody`. Start as an ordinary user."
        raise EmbeddedError(msg) from error
    return Runner(user.pw_uid, user.pw_gid, {"user": user.pw_uid, "group": user.pw_gid, "extra_groups": []})


def make_private(folder: Path, *, for_runner: bool = False) -> Path:
    """Make `folder` (mode 0700), owned by the server's user if `for_runner`; refuse one that belongs to somebody else."""
    who = runner() if for_runner else Runner(os.geteuid(), os.getegid(), {})
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    found = folder.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid not in (who.uid, os.geteuid()):
        msg = f"{folder} belongs to another user. Start as that user, or set AICOACH_DATA to a folder of your own."
        raise EmbeddedError(msg)
    if found.st_uid != who.uid:
        os.chown(folder, who.uid, who.gid)
    folder.chmod(0o700)
    return folder


def make_data_folder(here: Places) -> None:
    """The folder itself: private, except that root lets the server's user pass through it (without listing it)."""
    try:
        here.data.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError as error:
        msg = f"{here.data} cannot be made ({error.strerror}). Set AICOACH_DATA to a folder of your own."
        raise EmbeddedError(msg) from error
    if here.data.stat().st_uid == os.geteuid():
        here.data.chmod(0o711 if os.geteuid() == 0 else 0o700)


def make_postgres_folder(here: Places) -> None:
    """`var/postgres`, reachable by the server's user: in the checkout, or a link to a folder outside of it."""
    if here.postgres.is_symlink() or can_reach(here.data):
        make_private(here.postgres.resolve(), for_runner=True)
        return
    OUTSIDE.mkdir(mode=0o711, parents=True, exist_ok=True)
    outside = Path(tempfile.mkdtemp(prefix=f"{CHECKOUT.name}-", dir=OUTSIDE))
    here.postgres.symlink_to(make_private(outside, for_runner=True))


def can_reach(folder: Path) -> bool:
    """Whether the server's user may pass through `folder` and all above it."""
    if not runner().identity:
        return True
    test = ["/bin/sh", "-c", 'cd "$1"', "sh", str(folder)]
    return subprocess.run(test, cwd="/", capture_output=True, check=False, **runner().identity).returncode == 0


def socket_folder(here: Places) -> Path:
    """Where PostgreSQL's socket lies: beside the data if that path is short enough, else in the temporary folder."""
    beside = here.postgres.resolve() / "run"
    roots = (Path(tempfile.gettempdir()), Path("/tmp"))  # noqa: S108 (made 0700 and checked for its owner)
    for folder in (beside, *(root / f"aicoach-{short_name(here)}" for root in roots)):
        if len(os.fsencode(folder / SOCKET_NAME)) <= SOCKET_PATH_LIMIT:
            return folder
    msg = f"The path of {folder} is too long for a socket. Set TMPDIR to a short folder."
    raise EmbeddedError(msg)


def short_name(here: Places) -> str:
    """Twelve letters that differ from checkout to checkout."""
    return hashlib.sha256(os.fsencode(here.data.resolve())).hexdigest()[:12]


def reachable_copy(package: Path, parts: Sequence[Path]) -> Path:
    """The folder `package` lies in, or, if the server's user cannot reach it, one outside with a copy of `parts` in it.

    `parts` are relative to that folder. The copy is named for its source and its time, and kept.
    """
    home = package.parent
    if can_reach(package):
        return home
    stamp = f"{package.resolve()} {package.stat().st_mtime_ns}"
    copy = OUTSIDE / f"programs-{hashlib.sha256(stamp.encode()).hexdigest()[:12]}"
    if not copy.exists():
        OUTSIDE.mkdir(mode=0o711, parents=True, exist_ok=True)
        half = Path(tempfile.mkdtemp(dir=OUTSIDE))
        for part in parts:
            shutil.copytree(home / part, half / part, symlinks=True)
        half.chmod(0o755)
        half.rename(copy)
    return copy
