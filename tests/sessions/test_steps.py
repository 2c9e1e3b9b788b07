"""Questions out of sentences of a course: by the form of the sentence, and none where no form fits."""

import pytest

from coach.sessions import steps
from coach.sessions.steps import Sentence


def _only(kind: str, *texts: str) -> steps.Step | None:
    found = steps.middle("stopping", [Sentence(text, number) for number, text in enumerate(texts, start=1)])
    return next((step for step in found if step.kind == kind), None)


@pytest.mark.parametrize(
    ("kind", "text", "asks", "expects"),
    [
        ("define", "A health check is a command that Docker runs.", "What is a health check?", "a command that Docker runs."),
        (
            "predict",
            "If the main process ends, the container is over.",
            "What do you expect to happen if the main process ends?",
            "the container is over.",
        ),
        (
            "predict",
            "The data stays in its folder when the container is recreated.",
            "What do you expect to happen when the container is recreated?",
            "The data stays in its folder",
        ),
        (
            "why",
            "The build is quick because Docker keeps unchanged layers.",
            "Why is this so: “The build is quick”?",
            "Docker keeps unchanged layers.",
        ),
        (
            "why",
            "A volume gets a name so that other containers find the data.",
            "What is this for: “A volume gets a name”?",
            "other containers find the data.",
        ),
    ],
)
def test_it_asks_by_the_form_of_a_sentence(kind: str, text: str, asks: str, expects: str) -> None:
    step = _only(kind, text)
    assert step
    assert step.ask.startswith(asks)
    assert (step.expects, step.shows, step.source) == (expects, text, 1)


def test_it_compares_two_terms_of_the_course() -> None:
    step = _only("compare", "A **volume** belongs to the engine itself.", "A **bind mount** shows a folder of yours.")
    assert step
    assert step.ask == "What is the difference between “volume” and “bind mount”?"


def test_it_leaves_out_a_word_that_comes_again_and_is_not_the_topic() -> None:
    step = _only("gap", "Stopping ends the process at once today.", "Each process gets ten seconds before that.")
    assert step
    assert (step.term, step.shows) == ("process", "Stopping ends the process at once today.")
    assert "process" not in step.ask


@pytest.mark.parametrize(
    "text",
    [
        "They are kept because it saves them.",
        "If it fails again, the whole thing starts anew.",
        "If the second is idle, the first one may take more.",
        "The price is the weaker isolation of it all.",
        "Nothing special here.",
    ],
)
def test_it_asks_nothing_about_a_sentence_that_leans_on_another(text: str) -> None:
    assert steps.middle("stopping", [Sentence(text, 1)]) == []


def test_it_uses_whole_sentences_only() -> None:
    texts = [
        "Too short.",
        "It leans on the sentence before this one here.",
        "A whole sentence with enough words in it.",
        "no stop",
    ]
    assert [each.text for each in steps.usable((text, 1) for text in texts)] == ["A whole sentence with enough words in it."]


def test_it_leaves_gaps_for_the_words_that_say_most() -> None:
    assert steps.with_gaps("A volume outlives the container.").count(steps.GAP) == 3
