"""How fast 10,000 given vectors come into the index, beside langchain-postgres' PGVectorStore on the same server.

`python -m benchmarks.indexing --peer-python ENV/bin/python`, with ENV from benchmarks/requirements.txt. Ours goes through the
door with row-level security on and all indexes there, saves progress with each batch, and is shown with and without the
words, whose weighing the peer does not do. The peer has no index but its key.
"""

import subprocess
import sys
from argparse import ArgumentParser

from benchmarks.scratch import ROOT, scratch_database


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", default="", help="the interpreter that has langchain-postgres")
    parser.add_argument("--rows", type=int, default=10_000)
    parser.add_argument("--rounds", type=int, default=3)
    options = parser.parse_args()
    command = [sys.executable, "-m", "benchmarks.indexing_inside", str(options.rows), str(options.rounds)]
    with scratch_database() as scratch:
        process = subprocess.run([*command, options.peer_python], cwd=ROOT, env=scratch.environment, check=False)
        return process.returncode


if __name__ == "__main__":
    sys.exit(main())
