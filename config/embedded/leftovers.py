"""What `script/up` has running, written down so that the next start can end what a killed one left behind.

A process is known by its id and the time it was made; one that got the same id later is never touched.
"""

import contextlib
import json
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass

import psutil

from config.embedded.places import Places

ENDING_LIMIT = 8  # seconds for a process to end when asked, before it is killed
KILL_LIMIT = 2  # seconds for a killed one to be gone


@dataclass(frozen=True, slots=True)
class Running:
    """One `script/up`: its address, its own process, and the processes below it (id -> time of its making)."""

    address: str
    supervisor: dict[int, float]
    processes: dict[int, float]


def write_down(here: Places, running: Running) -> None:
    """Remember `running` until `forget`."""
    half = here.data / "up.json.new"
    half.write_text(json.dumps(asdict(running)))
    half.rename(here.data / "up.json")


def read(here: Places) -> Running | None:
    """What was written down last, whether it still runs or not."""
    try:
        found = json.loads((here.data / "up.json").read_text())
        return Running(found["address"], _processes(found["supervisor"]), _processes(found["processes"]))
    except (OSError, ValueError, KeyError):
        return None


def _processes(found: dict[str, float]) -> dict[int, float]:
    return {int(pid): float(made) for pid, made in found.items()}


def forget(here: Places) -> None:
    (here.data / "up.json").unlink(missing_ok=True)


def itself() -> dict[int, float]:
    """The calling process."""
    own = psutil.Process()
    return {own.pid: own.create_time()}


def below(pid: int) -> dict[int, float]:
    """Process `pid` and its descendants."""
    with contextlib.suppress(psutil.Error):
        top = psutil.Process(pid)
        return {process.pid: process.create_time() for process in (top, *top.children(recursive=True))}
    return {}


def end(processes: dict[int, float], *, limit: float = ENDING_LIMIT) -> None:
    """Ask each of `processes` to end, and kill those that have not after `limit` seconds."""
    living = list(_living(processes))
    for process in living:
        with contextlib.suppress(psutil.Error):
            process.terminate()
    for process in wait_for_end(living, limit):
        with contextlib.suppress(psutil.Error):
            process.kill()
    wait_for_end(living, KILL_LIMIT)


def wait_for_end(processes: Iterable[psutil.Process], limit: float) -> list[psutil.Process]:
    """Those of `processes` that still run after `limit` seconds. One that only waits to be buried has ended."""
    living, deadline = list(processes), time.monotonic() + limit
    while (living := [process for process in living if runs(process)]) and time.monotonic() < deadline:
        time.sleep(0.02)
    return living


def runs(process: psutil.Process) -> bool:
    """Whether it is there and no zombie."""
    with contextlib.suppress(psutil.Error):
        return process.is_running() and process.status() != psutil.STATUS_ZOMBIE
    return False


def _living(processes: dict[int, float]) -> Iterable[psutil.Process]:
    for pid, made in processes.items():
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(pid)
            if process.create_time() == made and runs(process):
                yield process
