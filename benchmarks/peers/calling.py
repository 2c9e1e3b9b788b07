"""A peer in its own interpreter, asked line by line, so that rounds of both sides can take turns."""

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent


class Peer:
    """A running peer: one JSON line in, one JSON line out."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self.process = process

    def ask(self, **question: Any) -> Any:
        assert self.process.stdin
        assert self.process.stdout
        self.process.stdin.write(json.dumps(question) + "\n")
        self.process.stdin.flush()
        answer = self.process.stdout.readline()
        if not answer:
            raise RuntimeError("The peer ended; see its error above.")
        return json.loads(answer)


@contextmanager
def running_peer(python: str, script: str) -> Iterator[Peer]:
    """`script` of this folder, run by the interpreter that has the peer's packages."""
    process = subprocess.Popen(
        [python, str(FOLDER / script)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, bufsize=1
    )
    try:
        yield Peer(process)
    finally:
        if process.stdin:
            process.stdin.close()
        process.wait(timeout=30)
