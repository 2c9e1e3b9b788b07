"""The words of a text that carry its meaning, cut to rough stems: enough to see whether two English texts share a subject."""

import re
from functools import lru_cache

WORD = re.compile(r"\w+(?:[.'’]\w+)*")
STOPWORDS = frozenset(
    """
    a about after all also am an and any anyone are as at be because been before being but by can cannot could course did do does
    doing done each few for from further get give go got had has have having he her here him his how i if in into is it its itself
    just kind know let like long many may me might more most much must my need no not of off on once one only or other our out own
    please same say see she should so some such take tell than that the their them then there these they this those through to too
    under until up upon us use used using very want was way we were what when where which while who whom whose why will with
    within would yes you your two three difference differences different between
    don't doesn't i'm it's what's can't isn't there's explain describe list mean
    means happen happens
    """.split()
)


def stems(text: str) -> set[str]:
    """The words that carry meaning, cut to a rough stem."""
    return set(stems_in_order(text))


def stems_in_order(text: str) -> list[str]:
    """The same, one for each such word of the text."""
    return [
        _stem(word)
        for word in WORD.findall(text.lower().replace("_", " "))
        if word not in STOPWORDS and (len(word) > 1 or word.isdigit())
    ]


@lru_cache(maxsize=20_000)
def _stem(word: str) -> str:
    word = re.sub(r"['’]s?$", "", word)
    for ending, least, instead in (("ies", 5, "y"), ("ing", 6, ""), ("ed", 5, ""), ("es", 5, ""), ("s", 4, ""), ("ly", 6, "")):
        if word.endswith(ending) and len(word) >= least and not word.endswith("ss"):
            word = word[: -len(ending)] + instead
            break
    return word[:-1] if len(word) > 4 and (word.endswith("e") or word[-1] == word[-2]) else word
