"""Run a command with the servers up: `python -m config.embedded.during COMMAND ...`; returns its exit status.

Servers that were started for it are stopped after it, unless another command has come to use them. Prints nothing itself, so
that the command's last line is the last line.
"""

import contextlib
import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from types import FrameType

from config import embedded
from config.embedded.places import EmbeddedError

ENDING_LIMIT = 20  # seconds for the command to end when we are asked to


class Asked(Exception):
    """A signal asked us to stop."""


def main(command: Sequence[str]) -> int:
    for name in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(name, _asked)
    if "DATABASE_URL" in os.environ:
        return subprocess.run(command, check=False).returncode
    before = embedded.status()
    try:
        embedded.ensure()
        return _run(command)
    except EmbeddedError as error:
        print(error, file=sys.stderr)
        return 1
    except (Asked, KeyboardInterrupt):
        return 130
    finally:
        if not before.postgres:
            embedded.stop()


def _run(command: Sequence[str]) -> int:
    with subprocess.Popen(command) as process:
        try:
            return process.wait()
        except (Asked, KeyboardInterrupt):
            process.send_signal(signal.SIGINT)
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(ENDING_LIMIT)
            process.kill()
            raise


def _asked(_signal: int, _frame: FrameType | None) -> None:
    raise Asked


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
