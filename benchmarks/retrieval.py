"""How long a search takes in a course of 5,000 passages inside a table of 200,000, and what row-level security adds to it.

`python -m benchmarks.retrieval` makes a database of its own, fills it, measures and drops it. The same statement runs as the app
role behind the door and, as the floor, as a role without policies; the dense leg is compared with an exact scan in numpy.
"""

import subprocess
import sys
from argparse import ArgumentParser

from benchmarks.scratch import ROOT, scratch_database

COURSES = 40  # of 5,000 passages each


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--courses", type=int, default=COURSES, help="how many courses of 5,000 passages the table holds")
    options = parser.parse_args()
    with scratch_database() as scratch:
        command = [sys.executable, "-m", "benchmarks.retrieval_inside", str(options.courses)]
        return subprocess.run(command, cwd=ROOT, env=scratch.environment, check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
