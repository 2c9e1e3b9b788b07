"""How often the right page is found, and how well the confidence knows it, on a course and questions with known answers.

`python -m benchmarks.finding [--course FOLDER --questions FILE]` imports the course into a database of its own and drops
it afterwards. Without arguments it takes the demo course. Fails when both searches together are worse than one of them.
"""

import json
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from benchmarks.scratch import ROOT, Scratch, scratch_database

SLUG = "measured"
DATA = ROOT / "benchmarks" / "data"
LEGS = ("lexical", "dense", "hybrid")
COLUMNS = ("hit@1", "hit@3", "hit@5", "hit@10", "mrr@5", "p50_ms", "p95_ms")
COMPARED = ("hit@5", "mrr@5")


def evaluate(scratch: Scratch, kind: str, questions: Path) -> dict[str, Any]:
    """What `manage.py evaluate` says of the imported course."""
    answer: dict[str, Any] = json.loads(
        scratch.manage("evaluate", kind, "--course", SLUG, "--questions", str(questions), "--json")
    )
    return answer


def is_never_worse(found: dict[str, Any]) -> bool:
    """Whether the fused search is at least as good as each of its legs."""
    return all(found["hybrid"][name] >= found[leg][name] for leg in LEGS if found[leg] for name in COMPARED)


def show(found: dict[str, Any]) -> None:
    print(f"{found['questions']} questions " + "".join(f"{name:>9}" for name in COLUMNS))
    for leg in LEGS:
        if found[leg]:
            print(f"{leg:13} " + "".join(f"{found[leg][name]:9.3f}" for name in COLUMNS))


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--course", type=Path, default=ROOT / "courses" / "demo", help="a folder that import_course reads")
    parser.add_argument("--questions", type=Path, default=DATA / "demo-questions.jsonl")
    parser.add_argument("--confidence", type=Path, default=DATA / "demo-confidence.jsonl", help="with unanswerable ones")
    options = parser.parse_args()
    with scratch_database() as scratch:
        scratch.manage("import_course", str(options.course), "--slug", SLUG, "--yes")
        found = evaluate(scratch, "retrieval", options.questions.resolve())
        is_demo = options.course == parser.get_default("course")
        trust = evaluate(scratch, "confidence", options.confidence.resolve()) if is_demo else {}
    show(found)
    for name, value in trust.items():
        print(f"{name:32} {value}")
    return 0 if is_never_worse(found) else 1


if __name__ == "__main__":
    sys.exit(main())
