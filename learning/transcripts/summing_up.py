"""A transcript in a few of its own sentences, without a model: the scorer that composes answers, asked for the transcript's
own subject. Pure but for the embedding it is given.

The subject are the words that carry meaning and come most often. Of a long transcript the sentences richest in them are
scored; those chosen by maximal marginal relevance are told in the order in which they were said.
"""

from collections import Counter
from collections.abc import Sequence
from itertools import groupby

from ai.providers.events import Source
from ai.providers.extractive import choose
from ai.providers.scoring import MOST_STATEMENTS, Embed, Unit, score
from ai.providers.sentences import Statement
from ai.providers.words import stems
from learning.transcripts.cues import Said

VERSION = "sentences/v1"
SUBJECT = 12  # words that say what it is about
FEWEST_WORDS = 5  # of a sentence that says something
LONGEST = 2_000  # characters of a summary


def summarise(sentences: Sequence[Said], *, embed: Embed | None) -> str:
    """At most eight sentences, 120 words in all; the first ones of a transcript too short to choose from."""
    telling = [one for one in sentences if len(one.text.split()) >= FEWEST_WORDS]
    if not telling:
        return " ".join(one.text for one in sentences[:3])[:LONGEST]
    words = Counter(word for one in telling for word in stems(one.text))
    subject = [word for word, _count in words.most_common(SUBJECT)]
    richest = _richest(telling, set(subject))
    units = [Unit(0, number, (Statement(one.text, paragraph=one.cue),), opens=number == 0) for number, one in enumerate(richest)]
    scored = score(" ".join(subject), [Source(1, "", "")], units, embed)
    chosen = sorted(one.unit.order for one in choose(scored))
    return _told([richest[number] for number in chosen])[:LONGEST]


def _richest(sentences: Sequence[Said], subject: set[str]) -> list[Said]:
    """As many as the scorer takes, in their order."""
    worth = sorted(range(len(sentences)), key=lambda n: (-len(stems(sentences[n].text) & subject), n))
    return [sentences[n] for n in sorted(worth[:MOST_STATEMENTS])]


def _told(sentences: Sequence[Said]) -> str:
    """With the speaker's name before each turn, as words without their speaker mislead."""
    turns = [(name, " ".join(one.text for one in part)) for name, part in groupby(sentences, key=lambda one: one.speaker)]
    return " ".join(f"{name}: {text}" if name else text for name, text in turns)
