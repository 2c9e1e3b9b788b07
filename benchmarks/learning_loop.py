"""How the learning loop does at the volume of a course's first year: inserts, the queue, duplicates, application, dashboards.

`python -m benchmarks.learning_loop` makes a database of its own, fills it in bulk, measures and drops it; `--quick` takes a tenth
of the volume. Inserts through the ORM, behind the door, with policies and triggers stand beside the same insert into a twin of
the table that has its keys and indexes and nothing else. Exits with 1 when a figure is over its limit.
"""

import subprocess
import sys
from argparse import ArgumentParser

from benchmarks.scratch import ROOT, scratch_database


def main(inside: str = "benchmarks.learning_loop_inside", description: str = __doc__ or "") -> int:
    parser = ArgumentParser(description=description)
    parser.add_argument("--quick", action="store_true", help="a tenth of the volume")
    parser.add_argument("--share", type=float, help="any other share of it")
    options = parser.parse_args()
    share = options.share or (0.1 if options.quick else 1.0)
    with scratch_database() as scratch:
        command = [sys.executable, "-m", inside, str(share), scratch.owner_url]
        return subprocess.run(command, cwd=ROOT, env=scratch.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
