"""Keeps the solution of a lab or an exercise out of what an answer may stand on. Pure text work.

A solution is what stands under a heading of that name, up to the next heading of the same rank, or in a folded part so named.
"""

import re
from collections.abc import Sequence
from dataclasses import replace

from learning.retrieval import Passage

NAME = re.compile(
    r"^\W*(?:(?:sample|model|example|possible|full|worked|reference)\s+)?(?:solutions?|answer keys?|answers|lösung(?:en)?"
    r"|soluci(?:ón|ones)|solutions? possibles?|soluzion[ei]|solução|corrigé|oplossing(?:en)?)\b",
    re.IGNORECASE,
)
HEADING = re.compile(r"^ {0,3}(?P<marks>#{1,6})\s+(?P<words>.+?)\s*#*$")
FENCE = re.compile(r"^\s*(`{3,}|~{3,})")
FOLDED = re.compile(r"<details\b[^>]*>\s*<summary\b[^>]*>(?P<words>.*?)</summary>.*?(?:</details>|\Z)", re.IGNORECASE | re.DOTALL)


def guarded(passages: Sequence[Passage]) -> list[Passage]:
    """The passages without solutions, in the same order; what is a solution as a whole is left out. What a trainer verified
    stays as it is: a person chose to say it.
    """
    kept = [each if each.kind == "knowledge" else replace(each, content=without_solutions(each.content)) for each in passages]
    return [each for each in kept if each.kind == "knowledge" or (each.content and not is_solution(each.heading_path))]


def is_solution(heading_path: Sequence[str]) -> bool:
    return any(NAME.match(heading) for heading in heading_path)


def without_solutions(text: str) -> str:
    """The text without its solutions."""
    text = FOLDED.sub(lambda match: "" if NAME.match(match["words"]) else match[0], text)
    kept: list[str] = []
    rank, fence = 0, ""  # of the solution we are in, 0 outside of one
    for line in text.split("\n"):
        fenced = FENCE.match(line)
        if fenced and (not fence or line.strip().startswith(fence)):
            fence = "" if fence else fenced[1]
        heading = None if fence or fenced else HEADING.match(line)
        if heading and (not rank or len(heading["marks"]) <= rank):
            rank = len(heading["marks"]) if NAME.match(heading["words"]) else 0
        if not rank:
            kept.append(line)
    return "\n".join(kept).strip()
