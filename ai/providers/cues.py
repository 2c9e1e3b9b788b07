"""What a question asks for (a number, steps, a reason, a meaning) and which sentences have the form of such an answer."""

import re

from ai.providers.words import stems

CUE = 0.06  # given for the form of an answer, taken for the form of a complaint
MEANING = 0.12  # given for a sentence that says what the subject of the question is
ASIDE = 0.15  # taken off a sentence among the errors when a meaning was asked for: none names the subject more often
NO_ANSWER = 0.3  # taken off a question, an objective or an exercise

ASKS_NUMBER = re.compile(
    r"\bhow (?:many|much|long|often|far|old)\b|\bwhen\b|\bwhat (?:time|date|day|percent\w*|grade|weight)\b|\bdeadline\b",
    re.IGNORECASE,
)
ASKS_STEPS = re.compile(
    r"\bhow (?:do|can|should|to|would)\b|\b(?:fix|solve|resolve|error|fail\w*|can'?t)\b|\bwhat (?:command|should)\b",
    re.IGNORECASE,
)
ASKS_REASON = re.compile(r"\bwhy\b|\bwhat (?:is the )?(?:reason|cause)", re.IGNORECASE)
ASKS_MEANING = re.compile(r"\bwhat(?:'s| is| are| does)\b|\bdefin\w+\b", re.IGNORECASE)

HAS_NUMBER = re.compile(
    r"\d|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|once|twice|(?:mon|tues|wednes|thurs|fri|satur|sun)day)\b",
    re.IGNORECASE,
)
HAS_STEPS = re.compile(
    r"^(?:solution|answer|fix|to (?:fix|solve|resolve|do))\b|\byou (?:should|can|need|must)\b"
    r"|^(?:(?:first|then|next),? |just |simply )?(?:run|use|try|make sure|check|add|install|set|open|go|click|create|change"
    r"|remove|delete|type|copy|replace|write|put|save|select|restart|update|ensure|start|stop|mount|find|build)\b",
    re.IGNORECASE,
)
HAS_REASON = re.compile(r"\b(?:because|since|due to|reason|so that|therefore|caused? by|in order to)\b", re.IGNORECASE)
HAS_MEANING = re.compile(
    r"^(?:an? |the )?(?P<subject>[\w`*'-]+(?: [\w`*'-]+){0,3}) (?:is|are|means?|refers to|stands for|lets?|allows?)\b",
    re.IGNORECASE,
)
BOLD = re.compile(r"\*\*([^*]+)\*\*")
CUES = ((ASKS_NUMBER, HAS_NUMBER), (ASKS_STEPS, HAS_STEPS), (ASKS_REASON, HAS_REASON))

IS_COMPLAINT = re.compile(
    r"^(?:issue|problem|question|q|error|description)\s*[:#]|\bi (?:could ?n['o’]t|tried|get|got|am getting)\b", re.IGNORECASE
)
IS_TROUBLE = re.compile(r"\b(?:errors?|faults?|troubleshooting|problems?|pitfalls?|goes wrong)\b", re.IGNORECASE)
ASKS_TROUBLE = re.compile(
    r"\b(?:errors?|fails?|failed|cannot|wrong|problems?|why|fix|stopp?(?:ed|s)|not)\b|n['’]t\b", re.IGNORECASE
)
IS_QUESTION = re.compile(r"\?[\"')\]*_ ]*$")
LEANS_BACK = re.compile(
    r"^(?:it|its|this|that|these|those|they|then|however|but|so|otherwise|also|in that case|here|there)\b", re.IGNORECASE
)


def bonus(question: str, text: str) -> float:
    """What the form of a sentence adds to, or takes from, its worth as an answer."""
    fits = sum(CUE for asks, has in CUES if asks.search(question) and has.search(text))
    if ASKS_MEANING.search(question):
        fits += MEANING * sum(bool(term & stems(question)) for term in _introduced(text))
    fits -= CUE if HAS_STEPS.match(text) and not ASKS_STEPS.search(question) else 0.0
    fits -= NO_ANSWER if IS_QUESTION.search(text) else 0.0
    return fits - (2 * CUE if IS_COMPLAINT.search(text) else 0.0)


def _introduced(text: str) -> tuple[set[str], set[str]]:
    """The stems of what a sentence defines: its subject when it says what that is, and the terms in bold."""
    match = HAS_MEANING.match(text)
    return stems(match["subject"] if match else ""), stems(" ".join(BOLD.findall(text)))


def misplaced(question: str, headings: str) -> float:
    """What a statement loses that stands among the errors when the question is about none."""
    if not IS_TROUBLE.search(headings) or ASKS_TROUBLE.search(question):
        return 0.0
    return ASIDE if ASKS_MEANING.search(question) else CUE
