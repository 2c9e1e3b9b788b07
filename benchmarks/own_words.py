"""How well the product tells who speaks of an objective from who speaks of something else, on answers that people marked.

    python -m benchmarks.own_words                         # thirty answers of our own writing
    python -m benchmarks.own_words --answers FILE.jsonl    # your own, as `manage.py evaluate marking` reads them

The question stands for the objective and its reference for the course. "good" answers have half the marks or more, "weak" ones
a quarter or less, both to their own question; "other" are good answers to the file's other questions, held against this one.
"""

import os
import random
import sys
from argparse import ArgumentParser
from collections import Counter
from pathlib import Path

import django

ROOT = Path(__file__).resolve().parent.parent
OWN = ROOT / "benchmarks/data/marked-answers.jsonl"
GOOD, WEAK = 0.5, 0.25  # shares of the marks
OTHERS = 3  # other questions that each good answer is held against


def main() -> int:
    parser = ArgumentParser(description=__doc__)
    parser.add_argument("--answers", type=Path, default=OWN)
    parser.add_argument("--most", type=int, default=600, help="answers that are read, spread over the file")
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    django.setup()
    return _measure(options.answers, options.most)


def _measure(path: Path, most: int) -> int:
    # Settings must be there before any of ours is loaded.
    from ai.embedding import default_embedder  # noqa: PLC0415
    from planning.concepts.agreeing import Verdict, agreement  # noqa: PLC0415
    from planning.concepts.evidencing import FEWEST_WORDS  # noqa: PLC0415
    from planning.marking.marked_answers import read  # noqa: PLC0415

    answers = [one for one in read(path) if len(one.task.answer.split()) >= FEWEST_WORDS and one.task.references]
    answers = answers[:: max(1, len(answers) // most)]
    embed, luck = default_embedder().embed, random.Random(1)
    expected = {one.task.question: one.task.references for one in answers}
    good = [one.task for one in answers if one.share >= GOOD]
    pairs = {
        "good": [(task.question, task.answer) for task in good],
        "weak": [(one.task.question, one.task.answer) for one in answers if one.share <= WEAK],
        "other": [
            (question, task.answer)
            for task in good
            for question in luck.sample(sorted(set(expected) - {task.question}), min(OTHERS, len(expected) - 1))
        ],
    }
    for name, found in pairs.items():
        verdicts = Counter(agreement(aim, said, expected[aim], embed).verdict for aim, said in found)
        shares = "  ".join(f"{verdict} {verdicts[verdict] / max(1, len(found)):6.1%}" for verdict in Verdict)
        print(f"{name:6} {len(found):5} {shares}", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
