"""How near the marker without a model comes to people, beside its floors, and how long it takes.

    python -m benchmarks.marking                           # thirty answers of our own writing, which no fit has seen
    python -m benchmarks.marking --answers FILE.jsonl      # your own, as `manage.py evaluate marking` reads them

Floors, each of them fitted to the other questions alone: the mean mark, and a plain regression on similarity, the cover of the
reference's sentences, and lengths. "fitted again" is our marker with weights from the other questions; "as shipped" has the
weights of the product, which is held out only where the answers were not part of their fit.
"""

import os
import sys
import time
from argparse import ArgumentParser
from collections.abc import Callable
from functools import partial
from pathlib import Path
from statistics import median
from typing import Any

import django
import numpy as np

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "benchmarks/data/marked-answers.jsonl"
TIMED = 100  # answers
ROUNDS = 5
WANTED_SECONDS = 3.0


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, default=OWN)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return _measure(options.answers)


def _measure(path: Path) -> int:
    # Settings must be there before any of ours is loaded.
    from ai.embedding import default_embedder  # noqa: PLC0415
    from planning.marking.evaluating import Judged, by_rule  # noqa: PLC0415
    from planning.marking.marked_answers import read  # noqa: PLC0415
    from planning.marking.measuring import Proposed, measure  # noqa: PLC0415
    from planning.marking.transparent import mark_all  # noqa: PLC0415

    answers, embed = read(path), default_embedder().embed
    found = Judged(answers, embed)
    questions = np.array([one.task.question for one in answers])
    wanted = np.array([one.share for one in answers])
    floors = {"mean mark": np.zeros((len(answers), 0)), "plain regression": _plain(found)}
    for name, table in floors.items():
        shares = _regressed(table, wanted, questions)
        _print(name, measure(answers, [Proposed(float(share), 99) for share in shares]), is_floor=True)
    _print("fitted again", measure(answers, found.unseen("meaning")))
    marks = by_rule(answers, embed)
    _print("as shipped", measure(answers, [Proposed(mark.share, mark.confidence) for mark in marks]))
    some = [one.task for one in answers[:: max(1, len(answers) // TIMED)]][:TIMED]
    # What is kept between two calls is kept for an embedder, and each `partial` is a new one.
    first = [_timed(lambda: mark_all(some, partial(embed))) for _round in range(ROUNDS)]
    again = [_timed(lambda: mark_all(some, embed)) for _round in range(ROUNDS)]
    print(f"{len(some)} answers, questions new: {_spread(first)} s (wanted: {WANTED_SECONDS}); known: {_spread(again)} s")
    return 0 if median(first) <= WANTED_SECONDS else 1


def _plain(found: Any) -> np.ndarray:
    """Similarity of answer and reference, mean cover of the reference's sentences, and the logarithms of both lengths."""
    rows = [_row(found, number) for number in range(len(found.answers))]
    return np.array(rows)


def _row(found: Any, number: int) -> list[float]:
    answer = found.counted[number]
    expected, vectors = found.expected[found.answers[number].task.question], found.vectors
    lengths = [float(np.log1p(len(text.split()))) for text in (answer.text, expected.text)]
    if answer.is_empty:
        return [0.0, 0.0, *lengths]
    mine = np.stack([vectors[each] for each in expected.sentences])
    said = np.stack([vectors[each] for each in answer.sentences])
    return [float(vectors[answer.text] @ vectors[expected.text]), float((mine @ said.T).max(axis=1).mean()), *lengths]


def _regressed(table: np.ndarray, wanted: np.ndarray, questions: np.ndarray) -> np.ndarray:
    """Least squares from all other questions, for each question."""
    full = np.column_stack([np.ones(len(table)), table])
    shares = np.zeros(len(table))
    for question in sorted(set(questions)):
        inside = questions == question
        weights = np.linalg.lstsq(full[~inside], wanted[~inside], rcond=None)[0]
        shares[inside] = np.clip(full[inside] @ weights, 0, 1)
    return shares


def _print(name: str, figures: dict[str, Any], *, is_floor: bool = False) -> None:
    shown = (
        ["pearson", "rmse", "kappa"] if is_floor else ["pearson", "rmse", "kappa", "sent_to_review", "rmse_sent", "rmse_not_sent"]
    )
    print(f"{name:<18}" + "  ".join(f"{each} {figures[each]}" for each in shown), flush=True)


def _spread(times: list[float]) -> str:
    return f"{median(times):.2f} ({min(times):.2f} to {max(times):.2f})"


def _timed(deed: Callable[[], object]) -> float:
    begun = time.perf_counter()
    deed()
    return time.perf_counter() - begun


if __name__ == "__main__":
    sys.exit(main())
