"""Questions and syllabus points from CSV, JSON and GIFT: read and checked as a whole, then written as a whole."""

from planning.importing.applying import apply
from planning.importing.comparing import Change, Changes, compare
from planning.importing.drafts import Draft, QuestionDraft, SchemeDraft, checked
from planning.importing.faults import BadQuestions, Fault
from planning.importing.reading import LARGEST, read, read_bytes
from planning.importing.versions import add_version

__all__ = [
    "LARGEST",
    "BadQuestions",
    "Change",
    "Changes",
    "Draft",
    "Fault",
    "QuestionDraft",
    "SchemeDraft",
    "add_version",
    "apply",
    "checked",
    "compare",
    "read",
    "read_bytes",
]
