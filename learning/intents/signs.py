"""What the words of a question say about the kind of help it asks for: plain rules, which the trained head weighs. Pure.

What stands in quotes or as code is somebody else's words, so most rules do not look there. A change here needs new weights:
`manage.py train_intents`.
"""

import re

INTENTS = ("course_content", "navigation", "lab_guidance", "lab_struggle", "out_of_scope")
CONTENT, NAVIGATION, GUIDANCE, STRUGGLE, OFF_TOPIC = INTENTS

PLACES = r"(?:chapter|lesson|lab|section|page|part|slides?|course|exercise)"
WAY = re.compile(
    r"^\W*(?:open|go (?:to|back)|jump|take me|bring me|show me (?:where|the)|link|find|next|previous|section|chapter|lesson"
    r"|page)\b"
    r"|\b(?:which|what|wich) (?:chapter|lesson|day|lab|section|page)\b"
    r"|\b(?:next|previous|last|before this|after this) (?:chapter|lesson|section)"
    r"|\b(?:chapter|lesson) (?:after|before|about|on)\b"
    rf"|\bwhere\b.*\b(?:{PLACES}|read)\b|^where\b.{{0,12}}:|\bwhere (?:was|were|did we)\b|\b{PLACES}\b.*\bwhere\b"
    r"|\b(?:open|take me to|bring me to|go to) .*\b(?:chapter|lesson|lab|section|page|day)\b",
    re.IGNORECASE,
)
STUCK = re.compile(
    r"\b(?:stuck|giv(?:e|ing) up|frustrat\w*|desperate|lost|blocked|no idea|ugh|impossible"
    r"|tried (?:it|that|everything|all|again)|nothing (?:works|helps|happens|i try)|no matter what"
    r"|whatever i (?:do|try|change)"
    r"|still (?:not|doesn'?t|fails?|failing|the same|red|wrong|does not|won'?t|same|shows|no)"
    r"|(?:keeps?|continues?|is always|always) (?:\w+ )?(?:fail\w*|crash\w*|say\w*|break\w*|wrong|error|red)"
    r"|same (?:error|place|thing|problem)|every (?:single )?time|each time"
    r"|for (?:two |three |some |\d+ )?(?:hours|an hour|ages)"
    r"|(?:two|three|four|five|six|ten|several|repeated|\d+) (?:times|attempts|tries|hours|evenings?)|all evening"
    r"|what (?:am i|i am|im) doing wrong|(?:won'?t|doesn'?t|don'?t|not) work\w*|can'?t (?:get|figure)|cannot get|unable to)\b",
    re.IGNORECASE,
)
LAB = re.compile(
    r"\b(?:labs?|exercises?|ex\.? ?\d+|step ?\d*|steps|task|hints?|checks?|practical|laboratory|practice)\b", re.IGNORECASE
)
DOING = re.compile(
    r"\b(?:what (?:do|should|must) i|how (?:do|can|should) i (?:start|begin|do|check)|next|right|correct|expected?|solution"
    r"|answer|solve|output|result|first step)\b",
    re.IGNORECASE,
)
HINT = re.compile(r"\bhints?\b|\b(?:solution|answer) (?:of|to|for)\b", re.IGNORECASE)
ORDER = re.compile(r"^\W*(?:please|kindly|can you|could you|tell me|set|play|call|order|add|text|send|book)\b", re.IGNORECASE)
CHAT = re.compile(
    r"^\W*(?:(?:hi|hello|hey|thanks?(?: you)?|thank you(?: very much)?|good (?:morning|evening|night)|bye|ok(?:ay)?|cool|lol"
    r"|test|thx|there)\W*){1,3}$",
    re.IGNORECASE,
)
QUOTED = re.compile(r"`[^`]*`|\"[^\"]*\"|“[^”]*”")
FEW_WORDS = 4


def signs(question: str) -> tuple[float, ...]:
    """One figure for each rule, 0 or 1, in the order that the weights were made with."""
    own = unquoted(question)
    lab, stuck = bool(LAB.search(own)), bool(STUCK.search(own))
    found = (
        bool(WAY.search(own)),
        stuck,
        lab,
        lab and stuck,
        lab and bool(DOING.search(own)),
        is_chat(question),
        len(question.split()) < FEW_WORDS,
        bool(HINT.search(own)),
        bool(ORDER.search(own)),
    )
    return tuple(float(one) for one in found)


def unquoted(question: str) -> str:
    """The asker's own words."""
    return QUOTED.sub(" ", question)


def is_chat(question: str) -> bool:
    """A greeting, a word of thanks, and nothing else."""
    return bool(CHAT.match(question))


def by_rules(question: str, *, in_lab: bool) -> str:
    """The intent when there is no vector to weigh."""
    way, stuck, lab, *_rest = signs(question)
    if is_chat(question):
        return OFF_TOPIC
    if way:
        return NAVIGATION
    if lab or in_lab:
        return STRUGGLE if stuck else GUIDANCE
    return CONTENT
