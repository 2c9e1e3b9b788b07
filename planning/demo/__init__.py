"""A subject of our own writing, so that practice can be looked at: an exam on the demo course about containers."""

from pathlib import Path

from accounts.door import SYSTEM, acting_as
from planning.importing import Changes, apply, read

CODE = "CT1"
HERE = Path(__file__).resolve().parent


def bring_subject() -> Changes:
    """Import the subject, or what has changed of it, once the demo course is there. Raises BadQuestions."""
    with acting_as(SYSTEM):
        return apply(code=CODE, draft=read(HERE / "containers.json"))[1]
