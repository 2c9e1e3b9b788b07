"""All measurements, one after the other: `python -m benchmarks`, with --peer-python ENV/bin/python beside their peers.

Each prints its figures beside their floor or peer. The peers live in an environment of their own (benchmarks/requirements.txt);
without it our own figures stand alone. Fails when one of the measurements fails.
"""

import subprocess
import sys
import time
from argparse import ArgumentParser, Namespace

from benchmarks.scratch import ROOT


def commands(options: Namespace) -> dict[str, list[str]]:
    """The arguments of each measurement, by its module's name."""
    peer = ["--peer-python", options.peer_python] if options.peer_python else []
    course = ["--course", options.course, "--questions", options.questions] if options.course else []
    loop = {
        "failing_over": [],
        "learning_loop": ["--quick"],
        "look_alikes": [],
        "off_topic": [],
        "desk": [],
        "edits_and_events": [],
        "insights": ["--quick"],
        "mentor": [],
        "mentor_streams": [],
        "marking": [],
        "planning": [],
    }
    return {"finding": course, "retrieval": [], "answering": [], "embedding": peer, "indexing": peer, **loop}


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--peer-python", help="the interpreter that has the peers")
    parser.add_argument("--course", help="a folder of a course to find things in, instead of the demo course")
    parser.add_argument("--questions", help="its questions, as `evaluate retrieval` reads them")
    parser.add_argument("--only", nargs="+", metavar="NAME", help="finding, retrieval, ... desk")
    options = parser.parse_args()
    if bool(options.course) != bool(options.questions):
        parser.error("--course and --questions belong together")
    wanted = {name: rest for name, rest in commands(options).items() if not options.only or name in options.only}
    failed = [name for name, rest in wanted.items() if not _passes(name, rest)]
    if failed:
        print(f"Failed: {', '.join(failed)}")
    return 1 if failed else 0


def _passes(name: str, arguments: list[str]) -> bool:
    print(f"\n== {name}", flush=True)
    begun = time.perf_counter()
    done = subprocess.run([sys.executable, "-m", f"benchmarks.{name}", *arguments], cwd=ROOT, check=False)
    print(f"-- {time.perf_counter() - begun:.0f} s", flush=True)
    return done.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
