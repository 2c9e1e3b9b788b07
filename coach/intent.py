"""What kind of help a question asks for, by plain rules over its words and where it was asked.

Pure and abstaining: whatever no rule claims is about the course. Refuses nothing; the answer decides what it can do with it.
"""

import re

WHERE = re.compile(
    r"\b(where (can|do|did|is|are|was|were|would)\b.*\b(find|chapter|lesson|lab|day|section|page|explained|covered|cover)"
    r"|which (chapter|lesson|day|lab|section|page)\b|what (chapter|lesson|day) (is|are|covers?)\b"
    r"|(take|bring|show) me to\b|(open|go to) (the )?(chapter|lab|day|lesson)\b)",
    re.IGNORECASE,
)
STUCK = re.compile(
    r"\b(stuck|give up|giving up|frustrat\w*|no idea (why|how|what)|tried everything|nothing works"
    r"|still (not|doesn'?t|fails?|the same)"
    r"|keeps? (failing|crashing|saying)|for (hours|an hour|ages)|\d+ (times|attempts|tries))\b",
    re.IGNORECASE,
)
LAB = re.compile(r"\b(lab|exercise|step \d+|task \d+|hint|checks?)\b", re.IGNORECASE)
CHAT = re.compile(
    r"^\W*(hi|hello|hey|thanks?( you)?|thank you( very much)?|good (morning|evening|night)|bye|ok(ay)?|cool|lol|test)\W*$",
    re.IGNORECASE,
)
MOST_WORDS_OF_CHAT = 5


def intent_of(question: str, *, in_lab: bool = False) -> str:
    """One of the five intents of `coach.models.Query.Intent`; `in_lab` says that it was asked beside a lab."""
    if CHAT.match(question) and len(question.split()) <= MOST_WORDS_OF_CHAT:
        return "out_of_scope"
    if WHERE.search(question):
        return "navigation"
    about_lab = in_lab or bool(LAB.search(question))
    if about_lab:
        return "lab_struggle" if STUCK.search(question) else "lab_guidance"
    return "course_content"
