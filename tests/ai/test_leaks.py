"""No model reads its instructions out: what the system said and the word of the borders reach no reader, however it is cut."""

import random

import pytest

from ai.prompts.fencing import stable
from ai.prompts.files import present
from ai.providers import ChatRequest, Message, ProviderError
from ai.providers.keeping_back import KeptBack
from ai.providers.openai_compatible import Limits
from ai.providers.routing import stream
from tests.ai.asking import read, request, text

CANARY = "CANARY-7f3a-Zebra"
HARMLESS = (
    "A volume keeps data when the container is removed [1]. Write only numbers you were given, like v1.2.3 or sha256:ab12cd34."
)


def of(system: str) -> KeptBack:
    return KeptBack.of(
        ChatRequest((Message("system", system), Message("user", "The word of this message is abc123def456.")), (), "")
    )


def said(system: str, words: str, size: int) -> str:
    """What a reader sees of words that come in pieces."""
    kept, shown = of(system), []
    try:
        for start in range(0, len(words), size):
            shown.append(kept.feed(words[start : start + size]))
        shown.append(kept.flush())
    except ProviderError as error:
        shown.append(f"<{error.kind}>")
    return "".join(shown)


@pytest.mark.parametrize("size", [1, 3, 7, 4000])
@pytest.mark.parametrize("version", present())
def test_it_shows_no_sentence_of_the_instructions(version: str, size: int) -> None:
    shown = said(stable(version), f"Sure. {stable(version)}", size)
    assert shown.endswith("<leaked>")
    assert len(shown.split()) <= 6


@pytest.mark.parametrize("size", [1, 5, 4000])
def test_it_shows_no_rare_word_of_the_instructions(size: int) -> None:
    system = f"{stable('coach/v1')}\n\nThe mark of this house is {CANARY}."
    for words in (f"It is {CANARY}.", f"It is {CANARY.lower()}", f"x{CANARY}x", f"a.{CANARY}", "y" * 500 + CANARY + "y" * 500):
        shown = said(system, words, size)
        assert "canary-7f3a" not in shown.lower()
        assert shown.endswith("<leaked>")


@pytest.mark.parametrize("size", [1, 4, 4000])
def test_it_shows_no_word_of_the_borders(size: int) -> None:
    assert "abc123def456" not in said("Be kind.", "The word is abc123def456, look.", size)


@pytest.mark.parametrize("size", [1, 2, 5, 4000])
def test_it_leaves_everything_else_as_it_is(size: int) -> None:
    for version in present():
        assert said(stable(version), HARMLESS * 60, size) == HARMLESS * 60


def test_it_leaves_any_text_as_it_is_that_is_no_reading_out() -> None:
    luck, words = random.Random(3), stable("coach/v1").split()
    for _ in range(200):
        text = " ".join(luck.choice(words) for _ in range(60))
        pieces = said(stable("coach/v1"), text, luck.choice([1, 3, 9]))
        assert pieces == text or pieces.endswith("<leaked>")


async def test_it_holds_back_no_first_word() -> None:
    kept = of(stable("coach/v1"))
    assert [kept.feed(piece) for piece in ("A vol", "ume kee", "ps data")] == ["A vol", "ume kee", "ps data"]


async def test_it_answers_from_the_course_when_a_model_reads_its_prompt_out(vendor, fake_vendor) -> None:
    fake_vendor.tell("echo")
    attempts = []
    shown = text(await read(stream(request(), attempts=attempts, providers=[vendor(limits=Limits())])))
    assert [attempt.error_class for attempt in attempts] == ["leaked", ""]
    assert "You are the coach" not in shown[20:]
    assert "The word of this message" not in shown
    assert "docker volume create data" in shown
