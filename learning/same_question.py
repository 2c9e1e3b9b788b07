"""When two questions are the same one, whoever asks: the keys under which an answer may serve again. Pure text work.

Two keys: the question as it is written (spaces, capitals and the punctuation around it aside), and its wording: the same words
that carry meaning, one after the other whichever of them comes first, the same way of asking, and neither or both in the
negative. Nothing wider: how near two vectors are cannot tell "the red lamp" from "the blue lamp". A question that speaks of the
person, or of the moment or place it is asked in, has no key. Other languages than English have the first key, where their words
for a person and a moment are known here, and else none.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from ai.followups import stands_alone
from ai.providers.words import STOPWORDS, stems_in_order
from ai.tongues import ENGLISH, Tongue, tongue_of, words_of
from learning.wording import question_hash

ASKING = re.compile(r"\b(?:who|whom|whose|what|when|where|which|why|how(?: (?:many|much|long|often|far|big))?)\b", re.IGNORECASE)
NEGATIVE = re.compile(r"\b(?:not|no|never|without|cannot|\w+n['’]?t)\b", re.IGNORECASE)
ORDER = re.compile(r"\b(?:before|after|from|to|over|under|into|versus|vs|than|and|or)\b", re.IGNORECASE)
OF_A_PERSON = re.compile(
    r"\b(?:my|mine|our|ours|us|we|i['’]?m|i['’]?ve|i['’]?d|i['’]?ll|myself"
    r"|i (?:am|was|have|had|got|get|tried|try|did|see|need|want|feel|think|use|used|made|ran|wrote|live|work|study))\b"
    r"|(?<!tell )(?<!show )(?<!give )(?<!help )\bme\b|[\w.+-]+@[\w-]+\.\w|\d{6,}",
    re.IGNORECASE,
)
OF_THE_MOMENT = re.compile(
    r"\b(?:today|tomorrow|yesterday|tonight|now|currently|recently|this|that|these|those|here|above|below|again|next|previous"
    r"|last|week|step \d+|task \d+|deadline|due)\b",
    re.IGNORECASE,
)
LONGEST = 60  # words of a question in which its language is heard
FEWEST = 2  # words that carry meaning, which a wording needs


@dataclass(frozen=True, slots=True)
class Keys:
    """SHA-256 in hexadecimal; "" for none."""

    exact: str = ""
    wording: str = ""


def keys(question: str) -> Keys:
    """Both empty for a question that is its asker's, or its moment's, alone."""
    words = words_of(question, LONGEST)
    tongue = tongue_of(words)
    if tongue is None or OF_A_PERSON.search(question) or OF_THE_MOMENT.search(question):
        return Keys()
    if tongue is not ENGLISH:
        return Keys() if _leans(words, tongue) else Keys(question_hash(question) or "")
    if STOPWORDS.isdisjoint(words) or not stands_alone(question):  # without a little word it may be in any language
        return Keys()
    return Keys(question_hash(question) or "", _wording(question))


def _leans(words: Sequence[str], tongue: Tongue) -> bool:
    """Whether a question in another language speaks of its asker or moment, or has too few words of its own to stand alone."""
    own = {word for word in words if word not in tongue.little}
    return not tongue.own.isdisjoint(words) or len(own) < FEWEST


def _wording(question: str) -> str:
    carried = stems_in_order(question)
    if len(carried) < FEWEST or ORDER.search(question):  # "from a to b" holds the words of "from b to a"
        return ""
    asked = sorted({match.lower() for match in ASKING.findall(question)})
    parts = [*_turned(carried), "?", *asked, "not" if NEGATIVE.search(question) else ""]
    return sha256("\n".join(parts).encode()).hexdigest()


def _turned(words: list[str]) -> list[str]:
    """The same list for "a b c" and "b c a", when a part of the sentence was put first, and another one for "c b a"."""
    if len(words) <= FEWEST:
        return words
    return min(words[at:] + words[:at] for at in range(len(words)))
