"""How well the mood of a transcript is told: what was expected against what the product says."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from learning.evaluating.questions import SENTIMENTS, Felt
from learning.transcripts.cues import said
from learning.transcripts.feeling import feel
from learning.transcripts.files import clean, read_text
from learning.transcripts.languages import language_of
from learning.transcripts.reporting import report_on

UNTOLD = "untold"  # nobody can tell, for instance in another language


def by_rule(text: str) -> str:
    """As the product does it without a model."""
    cues = read_text(text.encode()).cues
    return feel(list(said(cues)), language=language_of(text)).sentiment or UNTOLD


def by_model(text: str) -> str:
    """As the product does it with the model of this installation; by rule where that does not answer."""
    report = report_on(clean(text), course="", attempts=[])
    return report.sentiment if report else by_rule(text)


def measure(read: Sequence[Felt], tell: Callable[[str], str]) -> dict[str, Any]:
    """Accuracy, the mean F1 of the four sentiments, each one's F1, and how often which was taken for which."""
    seen = Counter((each.expected, tell(each.text)) for each in read)
    scores = {name: _f1(seen, name) for name in SENTIMENTS}
    return {
        "accuracy": round(sum(count for (was, got), count in seen.items() if was == got) / len(read), 4),
        "macro_f1": round(sum(scores.values()) / len(scores), 4),
        "f1": {name: round(value, 4) for name, value in scores.items()},
        **{f"said of {name}": {got: seen[name, got] for got in (*SENTIMENTS, UNTOLD) if seen[name, got]} for name in SENTIMENTS},
    }


def _f1(seen: Counter[tuple[str, str]], name: str) -> float:
    """0 for a sentiment that was neither expected nor told."""
    right = seen[name, name]
    told = sum(count for (_was, got), count in seen.items() if got == name)
    wanted = sum(count for (was, _got), count in seen.items() if was == name)
    return 2 * right / (told + wanted) if told + wanted else 0.0
