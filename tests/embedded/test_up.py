"""script/up as a person meets it: it comes up, ends as a whole whatever ends it, and comes up again."""

import contextlib
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from config.embedded.leftovers import runs, wait_for_end
from config.embedded.places import CHECKOUT

# Seconds, on a machine that runs other tests beside these; alone, a second start takes three.
FIRST_START, SECOND_START, END = 150, 40, 30
PROCESS_NAMES = "uvicorn", "celery", "postgres", "redis"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@dataclass
class Up:
    """One run of script/up; `folder` is its data folder."""

    process: "subprocess.Popen[str]"
    folder: Path
    output: Path

    def address(self, limit: float) -> str:
        deadline = time.monotonic() + limit
        while time.monotonic() < deadline and self.process.poll() is None:
            found = re.search(r"AI Coach is up at (\S+)", self.output.read_text())
            if found:
                return found[1]
            time.sleep(0.05)
        raise AssertionError(self.output.read_text())

    def end(self, number: int) -> int:
        self.process.send_signal(number)
        return self.process.wait(END)


def _belonging_to(folder: Path) -> list[psutil.Process]:
    """Processes whose environment, arguments or working folder name `folder`."""
    found = []
    for process in psutil.process_iter():
        with contextlib.suppress(psutil.Error):
            known = process.environ().get("AICOACH_DATA") == str(folder) or str(folder) in " ".join(process.cmdline())
            if runs(process) and (known or process.cwd().startswith(str(folder))):
                found.append(process)
    return found


@pytest.fixture(scope="module")
def shared_folder() -> Iterator[Path]:
    """Migrated once; the demo is loaded by the one test that looks at it."""
    root = Path(tempfile.mkdtemp(prefix="aic-up-"))
    root.chmod(0o711)
    yield root / "var"
    shutil.rmtree(root, ignore_errors=True)


@pytest.fixture
def folder(shared_folder: Path) -> Iterator[Path]:
    yield shared_folder
    left = _belonging_to(shared_folder)
    for process in left:
        process.kill()
    wait_for_end(left, END)


@pytest.fixture
def up(folder: Path):
    def start(*arguments: str) -> Up:
        environment = {
            name: value for name, value in os.environ.items() if not name.startswith(("DATABASE_", "REDIS_", "PYTEST"))
        }
        output = folder.parent / f"output-{time.monotonic_ns()}"
        with output.open("w") as file:
            process = subprocess.Popen(
                [CHECKOUT / "script" / "up", *arguments],
                env={**environment, "AICOACH_DATA": str(folder)},
                stdout=file, stderr=subprocess.STDOUT, text=True, start_new_session=True,
            )  # fmt: skip
        return Up(process, folder, output)

    return start


def _skip_the_demo(folder: Path) -> None:
    folder.mkdir(mode=0o700, exist_ok=True)
    (folder / "demo.txt").touch()


def test_it_comes_up_with_the_demo_and_ends_as_a_whole(up, folder):
    (folder / "demo.txt").unlink(missing_ok=True)
    first = up()
    address = first.address(FIRST_START)
    with urllib.request.urlopen(address + "healthz") as answer:
        assert answer.status == 200
    assert "@" in first.output.read_text().split("AI Coach is up at")[1]
    running = " ".join(" ".join(process.cmdline()) for process in _belonging_to(folder))
    assert [name for name in PROCESS_NAMES if name not in running] == []

    assert first.end(signal.SIGINT) == 0
    assert _belonging_to(folder) == []

    second = up()
    second.address(SECOND_START)
    assert second.end(signal.SIGINT) == 0


def test_it_comes_up_after_everything_was_killed(up, folder):
    _skip_the_demo(folder)
    run = up()
    run.address(FIRST_START)
    time.sleep(1.5)
    for process in (psutil.Process(run.process.pid), *_belonging_to(folder)):
        with contextlib.suppress(psutil.Error):
            process.kill()
    run.process.wait(END)
    again = up()
    again.address(SECOND_START)
    assert again.end(signal.SIGTERM) == 0
    assert _belonging_to(folder) == []


def test_it_comes_up_after_it_alone_was_killed(up, folder):
    _skip_the_demo(folder)
    run = up()
    run.address(FIRST_START)
    time.sleep(1.5)
    application = [process for process in _belonging_to(folder) if "celery" in " ".join(process.cmdline())]
    run.end(signal.SIGKILL)
    assert wait_for_end(application, END) == []
    again = up()
    again.address(SECOND_START)
    assert again.end(signal.SIGHUP) == 0
    assert _belonging_to(folder) == []


def test_it_starts_a_killed_database_again(up, folder):
    _skip_the_demo(folder)
    run = up()
    run.address(FIRST_START)
    first = int((folder / "postgres/data/postmaster.pid").read_text().split()[0])
    psutil.Process(first).kill()
    deadline = time.monotonic() + END
    while time.monotonic() < deadline:
        with contextlib.suppress(OSError, IndexError):
            lines = (folder / "postgres/data/postmaster.pid").read_text().splitlines()
            if int(lines[0]) != first and lines[7].strip() == "ready":
                break
        time.sleep(0.1)
    else:
        pytest.fail("PostgreSQL did not come back")
    assert run.end(signal.SIGTERM) == 0


def test_it_says_where_it_is_up_already_and_script_down_ends_it(up, folder):
    _skip_the_demo(folder)
    run = up()
    address = run.address(FIRST_START)
    time.sleep(1.5)
    second = up()
    assert second.process.wait(END) == 1
    assert address in second.output.read_text()
    subprocess.run([CHECKOUT / "script" / "down"], env={**os.environ, "AICOACH_DATA": str(folder)}, check=True, timeout=60)
    assert run.process.wait(END) == 0
    assert _belonging_to(folder) == []


def test_it_refuses_a_taken_port_in_plain_words(up, folder):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        run = up("--port", str(taken.getsockname()[1]))
        assert run.process.wait(END) == 1
    assert "is taken" in run.output.read_text()
    assert "Traceback" not in run.output.read_text()


def test_it_brings_a_fake_model_that_web_and_worker_ask(up, folder):
    _skip_the_demo(folder)
    run = up("--fake-llm")
    run.address(FIRST_START)
    assert "fake model on this machine" in run.output.read_text()
    told = {
        process.environ().get("LLM_BASE_URL") for process in _belonging_to(folder) if "uvicorn" in " ".join(process.cmdline())
    }
    (address,) = told - {None}
    with urllib.request.urlopen(f"{address}/models", timeout=10) as answer:
        assert b"fake-good" in answer.read()
    assert run.end(signal.SIGINT) == 0
    assert _belonging_to(folder) == []
