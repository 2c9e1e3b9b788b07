"""Where an answer says the opposite of what is expected: yes for no, up for down, is for is not. Pure."""

import re

YES_OR_NO = re.compile(r"\W*(yes|no|true|false)\b", re.IGNORECASE)
UP = re.compile(
    r"\b(?:increas\w*|grow\w*|grew|ris(?:e|es|en|ing)|rose|higher|more|larger|bigger|longer|faster|greater|gains?|expand\w*"
    r"|improv\w*|strengthen\w*|wider|raise[sd]?|appreciat\w*)\b",
    re.IGNORECASE,
)
DOWN = re.compile(
    r"\b(?:decreas\w*|shrink\w*|shrunk|fall\w*|fell|lower\w*|less|fewer|smaller|shorter|slower|reduc\w*|loss|lose[sd]?|drop\w*"
    r"|declin\w*|weaken\w*|worse\w*|narrower|diminish\w*|depreciat\w*)\b",
    re.IGNORECASE,
)
ENDS = re.compile(
    r"\b(?:ends?|ended|over|stop(?:s|ped)?|exit(?:s|ed)?|dies?|died|gone|finish(?:es|ed)?|terminat\w*|clos(?:es|ed)|remov(?:es|ed)"
    r"|delet(?:es|ed)|lost|destroy\w*|disappear\w*|expir(?:es|ed))\b",
    re.IGNORECASE,
)
GOES_ON = re.compile(
    r"\b(?:(?:keeps?|kept|goes|go|went|carr(?:y|ies|ied)|stays?|remains?|is|are) (?:on|alive|running|there|going|in place)"
    r"|continu(?:es?|ed)|surviv(?:es?|ed)|persist(?:s|ed)?|outliv(?:es?|ed)|remain(?:s|ed)?|stay(?:s|ed)?)\b",
    re.IGNORECASE,
)
DIRECTIONS = ((UP, DOWN), (GOES_ON, ENDS))
NOT = re.compile(r"\b(?:no|not|never|none|neither|nor|without|cannot|\w+n['’]t)\b", re.IGNORECASE)


def says_opposite_word(expected: str, said: str) -> bool:
    """Whether one begins with yes and the other with no."""
    return _verdict(expected) * _verdict(said) == -1


def turns_round(expected: str, said: str) -> bool:
    """Whether two sentences about the same point in different directions; a negation turns one round."""
    found = ((_direction(expected, *ways), _direction(said, *ways)) for ways in DIRECTIONS)
    return any(first * second == -1 for first, second in found)


def is_negated(text: str) -> bool:
    return bool(NOT.search(text))


def _verdict(text: str) -> int:
    match = YES_OR_NO.match(text)
    return 0 if not match else 1 if match[1].lower() in ("yes", "true") else -1


def _direction(text: str, forth: re.Pattern[str], back: re.Pattern[str]) -> int:
    """1 for forth, -1 for back, 0 for neither or both."""
    one, other = bool(forth.search(text)), bool(back.search(text))
    if one == other:
        return 0
    return (1 if one else -1) * (-1 if is_negated(text) else 1)
