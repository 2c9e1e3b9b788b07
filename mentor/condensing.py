"""What of a long thread goes along with the next question: the newest turns as they were, older ones as a summary.

Pure text work within budgets of tokens. The summary is extractive: each question with the first sentence of its answer; when that
is too long the answers go, then the oldest questions.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from ai.pricing import count_tokens

SAID_BUDGET = 1_600  # tokens of the thread as it was
SUMMARY_BUDGET = 400  # tokens of the summary of what is older
MOST_OF_TURN = 1_500  # characters of one message
LINE = 220  # characters of one line of a summary
SENTENCE = re.compile(r"(.+?[.!?…])(?:\s|$)", re.DOTALL)
MARKUP = re.compile(r"\s?\[\d{1,3}\]|[*`#>]+")


@dataclass(frozen=True, slots=True)
class Said:
    """A question with its answer."""

    question: str
    answer: str

    @property
    def tokens(self) -> int:
        return count_tokens(self.question[:MOST_OF_TURN]) + count_tokens(self.answer[:MOST_OF_TURN])


def newest_within(turns: Sequence[Said], budget: int = SAID_BUDGET) -> list[Said]:
    """As many of the newest turns as the budget holds, newest first, as they came."""
    fitting: list[Said] = []
    for turn in turns:
        budget -= turn.tokens
        if budget < 0:
            break
        fitting.append(turn)
    return fitting


def messages(turns: Sequence[Said]) -> list[dict[str, str]]:
    """Turns, newest first, as the messages that are really sent, oldest first."""
    return [
        {"role": role, "content": text[:MOST_OF_TURN]}
        for turn in reversed(turns)
        for role, text in (("user", turn.question), ("assistant", turn.answer))
    ]


def summary(turns: Sequence[Said], budget: int = SUMMARY_BUDGET) -> str:
    """What was said in `turns`, newest first, in at most `budget` tokens; oldest first in the text."""
    long = [_line(turn) for turn in turns]
    short = [_short(turn.question) for turn in turns]
    lines = long if count_tokens("\n".join(long)) <= budget else short
    while lines and count_tokens("\n".join(lines)) > budget:
        lines = lines[:-1]
    return "\n".join(reversed(lines))


def _line(turn: Said) -> str:
    gist = first_sentence(turn.answer)
    return _short(turn.question) + (f" - {_short(gist)}" if gist else "")


def first_sentence(text: str) -> str:
    """As plain words, without the numbers of its sources."""
    plain = MARKUP.sub("", " ".join(text.split()))
    found = SENTENCE.match(plain)
    return found[1] if found else plain


def _short(text: str) -> str:
    text = " ".join(text.split())
    return text if len(text) <= LINE else text[:LINE].rsplit(" ", 1)[0] + "…"
