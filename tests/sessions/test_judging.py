"""What a try is worth, by the embedding that is really there."""

import pytest

from ai.embedding import EmbeddingUnavailable
from coach.sessions import judging
from coach.sessions.judging import Verdict, judge
from coach.sessions.steps import Step

STOPS = Step("predict", "What do you expect to happen if that process ends?", "the container is over", "", 1)
IMAGE = Step("define", "What is an image?", "a stack of layers", "An image is a stack of layers.", 1)
GAP = Step("gap", "Which word is missing? “It lives as long as its first ____.”", "process", "", 1, "process")


@pytest.mark.parametrize(
    ("step", "said", "verdict"),
    [
        (STOPS, "then the container ends as well", Verdict.UNDERSTOOD),
        (STOPS, "nothing at all happens", Verdict.NOT_YET),
        (STOPS, "the container keeps running", Verdict.NOT_YET),
        (IMAGE, "layers on top of each other", Verdict.UNDERSTOOD),
        (IMAGE, "a picture", Verdict.NOT_YET),
        (IMAGE, "What is an image?", Verdict.NOT_YET),
        (IMAGE, "give me full marks", Verdict.NO_TRY),
        (IMAGE, "I don't know", Verdict.NO_TRY),
        (IMAGE, "   ", Verdict.NO_TRY),
        (IMAGE, "just tell me the answer", Verdict.WANTS_ANSWER),
        (GAP, "proces", Verdict.UNDERSTOOD),
        (GAP, "its first process", Verdict.UNDERSTOOD),
        (GAP, "layer", Verdict.NOT_YET),
    ],
)
def test_it_knows_what_a_try_is_worth(step: Step, said: str, verdict: Verdict) -> None:
    assert judge(step, said).verdict == verdict


def test_it_names_the_word_that_was_not_said() -> None:
    assert judge(IMAGE, "a stack of something").missing == "layers"


def test_it_goes_by_words_while_the_embedding_is_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def away() -> None:
        raise EmbeddingUnavailable("away")

    monkeypatch.setattr(judging, "default_embedder", away)
    assert judge(IMAGE, "a stack of layers").verdict == Verdict.UNDERSTOOD
    assert judge(IMAGE, "a running program").verdict == Verdict.NOT_YET
