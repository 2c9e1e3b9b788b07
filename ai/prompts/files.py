"""The prompt files that are there: which, what they say, and how two of them differ."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import ndiff
from functools import lru_cache

from ai.prompts.fencing import FOLDER, stable

NAME = re.compile(r"[a-z]+/v[0-9]+")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a comparison; `mark` is `+`, `-` or nothing."""

    mark: str
    text: str


@lru_cache(maxsize=1)
def present() -> tuple[str, ...]:
    """Every version, `coach/v1` and so on, oldest first."""
    found = (path.relative_to(FOLDER).with_suffix("").as_posix() for path in FOLDER.glob("*/v*.md"))
    return tuple(sorted((name for name in found if NAME.fullmatch(name)), key=_order))


def versions(feature: str) -> list[str]:
    """Those of one feature."""
    return [name for name in present() if name.startswith(f"{feature}/")]


def is_present(version: str) -> bool:
    return version in present()


def compared(old: str, new: str) -> Iterator[Line]:
    """Line by line, what the second file says otherwise. Both must be present."""
    for line in ndiff(stable(old).splitlines(), stable(new).splitlines()):
        if line[0] != "?":
            yield Line(line[0].strip(), line[2:])


def _order(name: str) -> tuple[str, int]:
    feature, _, number = name.partition("/v")
    return feature, int(number)
