"""The few figures by which an answer is judged against what is expected, each between about -1 and 1 and each with a meaning.

    meaning      how much nearer the whole answer is to what is expected than the question itself is (cosines)
    sentences    the same for each expected sentence and the sentence of the answer nearest to it, long ones weighing more
    words        the share of expected words that the question does not give away, rare words weighing more
    pieces       the share of runs of four letters, which forgives wrong letters and other endings
    opposite     the share of expected sentences of which the answer says the opposite
    best         how near the three sentences come that are said best; for the doubt alone

More of the first four never costs a mark, and more of the fifth never earns one: the fit keeps their signs. Pure.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ai.embedding import Vectors
from learning.transcripts.languages import language_of
from planning.marking.opposites import says_opposite_word, turns_round
from planning.marking.texts import Counted, pieces, rarity, sentences, terms

SAME_MATTER = 0.45  # cosine from which two sentences speak of the same thing
BEST = 3  # sentences
SIGNS = {"meaning": 1, "sentences": 1, "words": 1, "pieces": 1, "opposite": -1}

TextVectors = Mapping[str, Vectors]


class Expected:
    """A reference, or a part of one, ready to be compared with many answers."""

    def __init__(self, text: str, question: str) -> None:
        self.text, self.question = text, question

    @cached_property
    def sentences(self) -> tuple[str, ...]:
        return sentences(self.text) or (self.text,)

    @cached_property
    def weights(self) -> np.ndarray:
        """Of the sentences: how many words of meaning each has."""
        return np.array([len(terms(each)) + 0.5 for each in self.sentences])

    @cached_property
    def words(self) -> dict[str, float]:
        """The words that the question does not give away, with their rarity; all of them when it gives away everything."""
        mine, given = terms(self.text), terms(self.question)
        new = {stem: word for stem, word in mine.items() if stem not in given}
        return {stem: rarity(word) for stem, word in (new or mine).items()}

    @cached_property
    def pieces(self) -> frozenset[str]:
        return pieces(self.text)

    @cached_property
    def language(self) -> str:
        """Empty when it cannot be told."""
        return language_of(self.text)

    @property
    def texts(self) -> tuple[str, ...]:
        """What there must be vectors of."""
        return (self.text, self.question, *self.sentences)


@dataclass(frozen=True, slots=True)
class Nearest:
    """The sentence of an answer that comes nearest to what is expected."""

    sentence: str
    cosine: float
    is_opposite: bool


def word_figures(expected: Expected, answer: Counted) -> dict[str, float]:
    """What can be told without vectors."""
    said, letters = answer.words, answer.pieces
    whole = sum(expected.words.values())
    hit = sum(weight for stem, weight in expected.words.items() if stem in said)
    opposite = says_opposite_word(expected.text, answer.text)
    return {
        "words": hit / whole if whole else 0.0,
        "pieces": len(expected.pieces & letters) / len(expected.pieces) if expected.pieces else 0.0,
        "opposite": float(opposite),
    }


def figures(expected: Expected, answer: Counted, vectors: TextVectors) -> dict[str, float]:
    """All of them; `vectors` holds rows of length 1 for `expected.texts`, the answer's text and its sentences."""
    whole, question = vectors[answer.text], vectors[expected.question]
    mine = np.stack([vectors[each] for each in expected.sentences])
    cosines = mine @ np.stack([*(vectors[each] for each in answer.sentences), whole]).T
    best = cosines.max(axis=1)
    share = expected.weights / expected.weights.sum()
    found = word_figures(expected, answer)
    turned = sum(share * _turned(expected, answer, cosines[:, :-1]))
    return found | {
        "meaning": float(vectors[expected.text] @ whole - vectors[expected.text] @ question),
        "sentences": float(share @ (best - mine @ question)),
        "opposite": min(1.0, found["opposite"] + float(turned)),
        "best": float(np.sort(best)[-BEST:].mean()),
    }


def nearest(expected: Expected, answer: Counted, vectors: TextVectors) -> Nearest:
    """The sentence to show beside what was expected."""
    rows = np.stack([vectors[each] for each in answer.sentences])
    cosines = rows @ vectors[expected.text]
    at = int(cosines.argmax())
    said = answer.sentences[at]
    is_opposite = bool(cosines[at] >= SAME_MATTER) and turns_round(expected.text, said)
    return Nearest(said, float(cosines[at]), is_opposite)


def nearest_by_words(expected: Expected, answer: Counted) -> Nearest:
    """The same without vectors: the sentence that has most of the words; the figure is the share that it has."""
    shares = [_words_in(expected, sentence) for sentence in answer.sentences]
    at = max(range(len(shares)), key=shares.__getitem__)
    said = answer.sentences[at]
    return Nearest(said, shares[at], shares[at] >= SAME_MATTER and turns_round(expected.text, said))


def _words_in(expected: Expected, sentence: str) -> float:
    said, whole = terms(sentence), sum(expected.words.values())
    return sum(weight for stem, weight in expected.words.items() if stem in said) / whole if whole else 0.0


def _turned(expected: Expected, answer: Counted, cosines: np.ndarray) -> np.ndarray:
    at = cosines.argmax(axis=1)
    return np.array(
        [
            float(cosines[row, column] >= SAME_MATTER and turns_round(sentence, answer.sentences[column]))
            for row, (sentence, column) in enumerate(zip(expected.sentences, at, strict=True))
        ]
    )


def texts_of(expected: Sequence[Expected], answers: Sequence[Counted]) -> list[str]:
    """Every text that needs a vector, once."""
    wanted = [text for each in expected for text in each.texts]
    wanted += [text for each in answers if not each.is_empty for text in (each.text, *each.sentences)]
    return list(dict.fromkeys(wanted))
