"""Brings courses in: read a draft, show what it would change, apply it.

Refuses what it does not understand, with file and line, before anything is stored.
"""

from courses.importing.applying import CourseHasMoved, apply
from courses.importing.comparing import Change, Changes, compare
from courses.importing.drafts import Asset, BadCourse, Draft, Fault, Page
from courses.importing.reading import read, read_archive

__all__ = [
    "Asset",
    "BadCourse",
    "Change",
    "Changes",
    "CourseHasMoved",
    "Draft",
    "Fault",
    "Page",
    "apply",
    "compare",
    "read",
    "read_archive",
]
