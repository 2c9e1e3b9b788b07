"""Answers without a model: what is chosen, how it reads, and when nothing answers."""

import re
import time

import numpy as np
import pytest

from ai.fake_vendor.answering import embedding
from ai.providers import Source, Usage
from ai.providers.extractive import MOST_WORDS, Extractive, compose
from ai.providers.remembering import Remembering
from tests.ai.asking import QUESTION, SOURCES, end, read, request, text

BACKUP = Source(
    3,
    "Backups",
    "A backup is a copy that survives the loss of the original. Keep three copies on two kinds of media.\n\n"
    "To restore one, do this:\n\n1. Stop the service.\n2. Unpack the archive.\n3. Start the service.\n\n"
    "The archive is named after the day. It is kept for 30 days, because older ones are rarely asked for.\n\n"
    "| Kind | Kept for |\n|---|---|\n| daily | 30 days |\n| monthly | one year |",
    ("Care", "Backups"),
)
PASTA = Source(4, "Cooking", "Boil the pasta for nine minutes. Salt the water well.")


def embed(texts):
    return np.array([embedding(text, 256) for text in texts], np.float32)


CASES = [
    (QUESTION, SOURCES, "docker volume create data"),
    ("How do I restore a backup?", (BACKUP, PASTA), "2. Unpack the archive."),
    ("How long is an archive kept?", (PASTA, BACKUP), "30 days"),
    ("Why is the archive kept for only 30 days?", (BACKUP,), "because older ones"),
    ("What is a backup?", (BACKUP,), "A backup is a copy"),
    ("How do containers find each other?", SOURCES, "by name. [2]"),
]


@pytest.mark.parametrize("means", [None, embed])
@pytest.mark.parametrize(("question", "sources", "expected"), CASES)
def test_it_finds_the_sentences_that_answer(question, sources, expected, means):
    composed = compose(question, sources, means)
    assert composed.is_answered
    assert expected in composed.text


@pytest.mark.parametrize(("question", "sources", "expected"), CASES)
def test_it_says_nothing_that_no_source_says(question, sources, expected):
    said = re.sub(r"\[\d+\]", "", compose(question, sources, embed).text)
    known = " ".join(source.text for source in sources)
    for line in filter(None, (line.strip() for line in said.splitlines())):
        for word in re.findall(r"\w+", line):
            assert word in known


@pytest.mark.parametrize(("question", "sources", "expected"), CASES)
def test_it_cites_every_statement_with_a_number_that_was_given(question, sources, expected):
    listed = r"```.*?```|^(?:\|[^\n]*|- [^\n]*|\d+\. [^\n\[]*)$"  # cited by the words that announce it
    answer = re.sub(listed, "", compose(question, sources, embed).text, flags=re.DOTALL | re.MULTILINE)
    numbers = {source.number for source in sources}
    assert {int(n) for n in re.findall(r"\[(\d+)\]", answer)} <= numbers
    for paragraph in filter(str.strip, answer.split("\n\n")):
        assert re.search(r"\[\d+\]$", paragraph.strip())


@pytest.mark.parametrize(
    "question", ["Who won the world cup in 1998?", "Where is the nearest airport?", "", "???", "\x00", "a " * 50_000]
)
@pytest.mark.parametrize("sources", [(), SOURCES, (Source(1, "", ""),), (Source(1, "T", "```\n\n```"),)])
def test_it_says_when_nothing_answers(question, sources):
    composed = compose(question, sources, embed)
    assert not composed.is_answered
    assert "does not seem to answer" in composed.text
    assert "trainer" in composed.text


def test_it_names_the_nearest_place():
    near = Source(7, "Vol*umes", "Volumes are drawn as barrels in our pictures.", ("Vol*umes", "Pictures"))
    composed = compose("Are volumes encrypted by hardware?", (near,), embed)
    assert not composed.is_answered
    assert r"The nearest place is **Vol\*umes › Pictures**. [7]" in composed.text


def test_it_says_what_a_thing_is_before_what_goes_wrong_with_it():
    trouble = Source(1, "Volumes", "What still holds a volume is a container.", ("Volumes", "Common errors", "Volume in use"))
    kept = (
        "What must outlive the container goes into a **volume**, which the engine keeps, or a **bind mount**, a folder of yours."
    )
    meaning = Source(2, "Volumes", kept, ("Volumes",))
    assert compose("what is a volume", (trouble, meaning), embed).text.startswith("What must outlive")
    assert compose("why is my volume in use?", (trouble, meaning), embed).text.startswith("What still holds")


def test_it_is_short():
    long = Source(1, "Volumes", " ".join(f"A volume keeps data of kind {n} when a container is removed." for n in range(80)))
    answer = compose(QUESTION, (long,), embed).text
    assert len(re.sub(r"\[\d+\]", "", answer).split()) <= MOST_WORDS


def test_it_does_not_repeat_itself():
    twice = (SOURCES[0], Source(9, "Volumes again", SOURCES[0].text))
    assert compose(QUESTION, twice, embed).text.count("A volume keeps data") == 1


def test_it_never_passes_an_authors_bracket_for_a_citation():
    quoting = Source(5, "Volumes", "A volume keeps data when a container is removed, as shown in [2].")
    answer = compose(QUESTION, (quoting,), embed).text
    assert "[2]" not in answer
    assert "(2). [5]" in answer


def test_it_fences_code_that_holds_a_fence():
    nested = Source(1, "Volumes", "Keep data when a container is removed like this:\n\n~~~~md\n```bash\nrun\n```\n~~~~")
    assert "````md\n```bash\nrun\n```\n````" in compose(QUESTION, (nested,), embed).text


async def test_it_streams_in_pieces_like_a_model():
    events = await read(Extractive(embed).stream(request()))
    assert len(events) > 5
    assert text(events) == compose(QUESTION, SOURCES, embed).text
    assert isinstance(events[-2], Usage)
    assert end(events).reason == "stop"


async def test_it_reports_that_it_found_nothing():
    events = await read(Extractive(embed).stream(request("Who won the world cup in 1998?")))
    assert end(events).reason == "unanswered"


async def test_it_goes_on_by_words_alone_when_the_embedding_fails():
    def broken(texts):
        raise OSError("away")

    assert "docker volume create data" in text(await read(Extractive(broken).stream(request())))


def test_it_is_quick():
    sources = [Source(n, f"Part {n}", BACKUP.text * 2, ("Care",)) for n in range(1, 9)]
    compose("How do I restore a backup?", sources, None)
    took = []
    for _ in range(10):
        began = time.thread_time()
        compose("How do I restore a backup?", sources, None)
        took.append(time.thread_time() - began)
    assert min(took) < 0.015


def test_it_embeds_a_sentence_once():
    asked = []

    def counting(texts):
        asked.extend(texts)
        return embed(texts)

    remembering = Remembering(counting, most=3)
    first = remembering(["a b", "c d", "a b"])
    again = remembering(["c d", "a b"])
    assert asked == ["a b", "c d"]
    assert np.array_equal(first[:2], again[::-1])
    remembering(["e", "f", "g"])
    remembering(["a b"])
    assert asked == ["a b", "c d", "e", "f", "g", "a b"]
