"""What is wrong with a file of questions: every fault at once, each with its line."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

MOST_SHOWN = 50  # faults of one file


@dataclass(frozen=True, slots=True, order=True)
class Fault:
    """`line` counts from 1; 0 is the whole file."""

    line: int
    message: str

    def __str__(self) -> str:
        return _("line %(line)d: %(message)s") % {"line": self.line, "message": self.message} if self.line else self.message


class BadQuestions(Exception):
    """A file that cannot be imported. Nothing of it was."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = sorted(faults)
        super().__init__("\n".join(map(str, self.faults[:MOST_SHOWN])))
