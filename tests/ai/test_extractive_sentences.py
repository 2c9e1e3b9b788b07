"""How a passage of Markdown comes apart into statements."""

import pytest

from ai.providers.sentences import Block, joined, plain, sentences, statements


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("One. Two. Three.", 3),
        ("See e.g. Docker. Then go on.", 2),
        ("Dr. Smith teaches. J. Doe helps.", 2),
        ("Is it so? Yes! `docker ps` shows it.", 3),
        ("Version 3.13 is out. It is fast.", 2),
        ("Run `a. B` now. Done.", 2),
        ("停止する。始める。", 2),
        ("no end", 1),
    ],
)
def test_it_cuts_sentences(text, count):
    assert len(list(sentences(text))) == count


@pytest.mark.parametrize(
    ("markdown", "text"),
    [
        ('See [the page](https://example.com "t") and [that][ref].', "See the page and that."),
        ("![picture](a.png) A **bold** _word_.", "A **bold** _word_."),
        ("As shown in [3] and [1, 2].", "As shown in (3) and (1, 2)."),
        ("Write `a[1]` and <kbd>Esc</kbd>.", "Write `a[1]` and Esc."),
        ("A note.[^1] An image.{.wide alt='x'}", "A note. An image."),
        ("Keep <your name> as it is.", "Keep <your name> as it is."),
    ],
)
def test_it_keeps_words_and_drops_what_would_not_work_elsewhere(markdown, text):
    assert plain(markdown) == text


def test_it_joins_wrapped_lines_and_keeps_lines_that_stand_alone():
    assert joined(["The first line is wrapped here and then", "goes on. Next."]) == [
        "The first line is wrapped here and then goes on. Next."
    ]
    assert joined(["Monday", "Tuesday", "Wednesday"]) == ["Monday", "Tuesday", "Wednesday"]


def test_it_lets_code_follow_its_sentence():
    first, second = statements("Create it:\n\n```bash\ndocker volume create data\n```\n\nThen use it.")
    assert first.blocks == (Block("code", "docker volume create data", "bash"),)
    assert second.text == "Then use it."


def test_it_finds_code_that_nobody_marked():
    (first,) = statements("Check it with:\ngit status\ngit log --oneline")
    assert first.blocks == (Block("code", "git status\ngit log --oneline"),)


def test_it_keeps_the_numbers_of_steps():
    parts = statements("Do this:\n\n1. Open it.\n2. Close it.\n   - gently")
    assert [part.marker for part in parts] == ["", "1.", "2.", "-"]


@pytest.mark.parametrize(
    "markdown",
    [
        "::: objectives\n- Explain what a volume is\n:::",
        "What is a volume?\n\n- a folder\n- a file",
        "::: solution\nRun it twice.\n:::",
    ],
)
def test_it_knows_what_teaches_nothing(markdown):
    assert statements(markdown)[-1].is_aim


@pytest.mark.parametrize(
    "markdown", ["", "\n\n", "```", "```\nnever closed", "|", "- ", "#", "$$", "[", "[1", "\x00", "> > >", "a" * 10_000]
)
def test_it_survives_anything(markdown):
    statements(markdown)
