"""The steps of a lab, read from its page: headings such as `Step 2`, else the main headings, else the items of its list.

Pure. A step's id is the anchor of its heading, so that it outlives edits elsewhere on the page.
"""

import re
from dataclasses import dataclass
from functools import lru_cache

from django.utils.translation import gettext as _

from courses.models import Lab

MAIN = 2  # the level of a lab's own headings
NAMED = re.compile(r"^(step|task|part|exercise|stage)\b\s*\d*|^\d+\s*[.):]", re.IGNORECASE)
NO_STEP = re.compile(
    r"^(check|solution|answer|hint|summary|before you|what you need|prerequisites?|overview|goals?)\b", re.IGNORECASE
)
ITEM = re.compile(r"^(\d{1,2})[.)]\s+(.+)$")
FENCE = re.compile(r"^\s*(```|~~~)")
HEADING = re.compile(r"^(#{1,6})\s+(.+?)\s*#*$")
TROUBLE = re.compile(
    r"\b(if you (are|get) stuck|trouble ?shooting|common (mistakes|problems|errors)|when it (fails|does not work))\b", re.I
)
CHECK = re.compile(r"^(check|you should see|expected)\b", re.IGNORECASE)
TITLE = 300  # characters
MOST = 60  # steps


@dataclass(frozen=True, slots=True)
class Step:
    """`number` counts from 1; `text` is its Markdown without the check, `check` what the lab says one should see then."""

    id: str
    number: int
    title: str
    text: str = ""
    check: str = ""
    anchor: str = ""

    @property
    def words(self) -> str:
        """Its number and its title, also when the title says the number itself."""
        return self.title if NAMED.match(self.title) else _("Step %(n)d: %(title)s") % {"n": self.number, "title": self.title}


def steps_of(lab: Lab) -> tuple[Step, ...]:
    outline = tuple((str(head["id"]), int(head["level"]), str(head["text"])) for head in lab.outline)
    return _steps(lab.body, outline)


def trouble_of(lab: Lab) -> str:
    """What the lab itself says for those who are stuck; "" when it says nothing."""
    heads = [str(head["text"]) for head in lab.outline if int(head["level"]) == MAIN]
    sections = zip(heads, _sections(lab.body), strict=False)
    return "\n\n".join(section for text, section in sections if TROUBLE.search(text))


def step_with(lab: Lab, step_id: str) -> Step | None:
    return next((step for step in steps_of(lab) if step.id == step_id), None)


@lru_cache(maxsize=256)
def _steps(body: str, outline: tuple[tuple[str, int, str], ...]) -> tuple[Step, ...]:
    heads = [(key, text) for key, level, text in outline if level == MAIN]
    sections = _sections(body)
    found = [
        (key, text, sections[index] if index < len(sections) else "")
        for index, (key, text) in enumerate(heads)
        if not NO_STEP.match(text)
    ]
    named = [head for head in found if NAMED.match(head[1])]
    chosen = named or found
    if not chosen:
        return _items(body)
    return tuple(_step(number, *head) for number, head in enumerate(chosen[:MOST], start=1))


def _step(number: int, key: str, title: str, section: str) -> Step:
    text, check = _parted(section)
    return Step(key, number, title[:TITLE], text, check, key)


def _items(body: str) -> tuple[Step, ...]:
    found = [match for line in _outside_fences(body) if (match := ITEM.match(line))]
    return tuple(Step(f"item-{number}", number, match[2][:TITLE], match[2]) for number, match in enumerate(found[:MOST], start=1))


def _sections(body: str) -> list[str]:
    """The Markdown under each main heading, in their order."""
    parts: list[list[str]] = []
    for line, is_code in _lines(body):
        match = None if is_code else HEADING.match(line)
        if match and len(match[1]) == MAIN:
            parts.append([])
        elif parts:
            parts[-1].append(line)
    return ["\n".join(part).strip() for part in parts]


def _parted(section: str) -> tuple[str, str]:
    """The text of a step and that of its check; what comes below a solution is in neither."""
    parts: dict[str, list[str]] = {"text": [], "check": [], "kept back": []}
    into = "text"
    for line, is_code in _lines(section):
        match = None if is_code else HEADING.match(line)
        if match:
            into = "check" if CHECK.match(match[2]) else "kept back" if NO_STEP.match(match[2]) else "text"
        else:
            parts[into].append(line)
    return "\n".join(parts["text"]).strip(), "\n".join(parts["check"]).strip()


def _lines(text: str) -> list[tuple[str, bool]]:
    """Each line, and whether it stands in a block of code."""
    marked, is_code = [], False
    for line in text.splitlines():
        if FENCE.match(line):
            is_code = not is_code
            marked.append((line, True))
        else:
            marked.append((line, is_code))
    return marked


def _outside_fences(body: str) -> list[str]:
    return [line for line, is_code in _lines(body) if not is_code]
