"""Who uses the servers, and who may start or stop them. Locks of the kernel: they end with the process, however it ends.

`in-use.lock` is shared by every process that called `ensure`; whoever wants to stop the servers needs it alone.
`starting.lock` is held by the one process that starts them.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.embedded.places import EmbeddedError, Places, make_data_folder

_held: dict[Path, int] = {}


def hold(here: Places) -> None:
    """Count this process as a user until it ends. Waits while somebody is stopping the servers."""
    if here.data in _held:
        return
    descriptor = _open(here, "in-use.lock")
    fcntl.flock(descriptor, fcntl.LOCK_SH)
    _held[here.data] = descriptor


def release(here: Places) -> None:
    """Count this process as a user no more."""
    descriptor = _held.pop(here.data, None)
    if descriptor is not None:
        os.close(descriptor)


@contextmanager
def starting(here: Places) -> Iterator[None]:
    """One process at a time."""
    descriptor = _open(here, "starting.lock")
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


@contextmanager
def sole_user(here: Places, *, force: bool) -> Iterator[bool]:
    """True while no other process uses the servers (or `force`); those that come meanwhile wait."""
    release(here)
    descriptor = _open(here, "in-use.lock")
    try:
        yield _take(descriptor) or force
    finally:
        os.close(descriptor)


def _take(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _open(here: Places, name: str) -> int:
    make_data_folder(here)
    try:
        return os.open(here.data / name, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        msg = f"{here.data} cannot be used ({error.strerror}). Start as its owner, or set AICOACH_DATA to a folder of your own."
        raise EmbeddedError(msg) from error
