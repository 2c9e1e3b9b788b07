"""Whether a verified answer finds its question in other words, and keeps away from questions that only look like it.

`python -m benchmarks.look_alikes` makes a database of its own with the demo course, teaches it the questions of
`benchmarks/data/look-alikes.jsonl`, asks their paraphrases and their look-alikes, and says what came first: with the check of the
words that matter (`learning/differing.py`) and without it. A line: `{"taught", "same": [questions], "other": [questions]}`;
`taught` is empty where the questions are about nothing that was taught. `--file` takes the files of other languages beside it.
"""

import subprocess
import sys
from argparse import ArgumentParser
from pathlib import Path

from benchmarks.scratch import ROOT, scratch_database

FILE = ROOT / "benchmarks" / "data" / "look-alikes.jsonl"


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--file", type=Path, default=FILE)
    options = parser.parse_args()
    with scratch_database() as scratch:
        scratch.manage("load_demo", "--force")
        command = [sys.executable, "-m", "benchmarks.look_alikes_inside", str(options.file.resolve())]
        return subprocess.run(command, cwd=ROOT, env=scratch.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
