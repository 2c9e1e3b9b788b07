"""Cutting pages: what stays together, what is never lost, and that the limit holds."""

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from learning.chunking import Piece, chunk


def words(text: str) -> int:
    """Counts like a tokenizer that splits long words: four characters a token."""
    return sum(-(-len(word) // 4) for word in re.findall(r"\w+|[^\w\s]", text))


def cut(text: str, title: str = "Page", limit: int = 60) -> list[Piece]:
    return chunk(text, title=title, count_tokens=words, limit=limit)


PROSE = "The kettle boils at noon. Then we pour the tea! Is it strong? It is. " * 12
CODE = "```python\n" + "\n".join(f"step_{n} = {n}" for n in range(60)) + "\n```"
TABLE = "| Name | Size |\n|------|-----:|\n" + "\n".join(f"| file{n} | {n} |" for n in range(40))


def test_it_keeps_a_short_page_in_one_piece_with_its_title():
    (piece,) = cut("# How do I brew?\n\nPour **hot** water.", title="How do I brew?")
    assert piece.heading_path == ("How do I brew?",)
    assert piece.anchor == "at-how-do-i-brew"
    assert piece.content == "Pour **hot** water."
    assert piece.embedded_text == "How do I brew?\n\nPour **hot** water."
    assert piece.token_count == words(piece.embedded_text)


@pytest.mark.parametrize(
    ("text", "title", "contents"),
    [
        ("", "", []),
        ("", "Only a title", ["Only a title"]),
        ("# Only a title", "Only a title", ["Only a title"]),
        ("text", "", ["text"]),
        ("## Empty\n\n## Full\n\ntext", "T", ["## Empty\n\nEmpty\n\n## Full\n\ntext"]),
        ("<!-- a note -->\n\ntext", "T", ["text"]),
        ("[a][b]\n\n[b]: https://example.org", "T", ["[a][b]"]),
        ("x[^1]\n\n[^1]: A note.", "T", ["x[^1]\n\n[^1]: A note."]),
        ("::: challenge\n\nTry it.\n\n::: solution\nDone.\n:::\n:::\n\nEnd.", "T", ["Try it.\n\n## Solution\n\nDone.", "End."]),
        ("1. one\n2. two\n\ntext", "T", ["1. one\n2. two\n\ntext"]),
        ("a\r\n\r\nb\rc", "T", ["a\n\nb\nc"]),
    ],
)
def test_it_reads(text, title, contents):
    assert [piece.content for piece in cut(text, title)] == contents


def test_it_carries_the_headings_above():
    text = f"intro\n\n## Water\n\n### Hard\n\n{PROSE}\n\n### Soft {{#soft}}\n\n{PROSE}\n\n## Leaves\n\n{PROSE}"
    paths = {(piece.heading_path, piece.anchor) for piece in cut(text, "Tea")}
    assert paths == {
        (("Tea",), ""),
        (("Tea", "Water", "Hard"), "at-hard"),
        (("Tea", "Water", "Soft"), "at-soft"),
        (("Tea", "Leaves"), "at-leaves"),
    }


def test_it_lets_the_headings_of_a_box_end_with_the_box():
    text = f"## Water\n\n{PROSE}\n\n::: challenge\n\n## Try it\n\n{PROSE}\n\n:::\n\nAfter the box. {PROSE}"
    paths = [piece.heading_path[-1] for piece in cut(text)]
    assert sorted(set(paths), key=paths.index) == ["Water", "Try it"]
    assert paths[-1] == "Water"


def test_it_joins_small_neighbours_under_one_heading_only():
    text = "## A\n\n### One\n\nfirst\n\n### Two\n\nsecond\n\n## B\n\n### Three\n\nthird"
    assert [(piece.heading_path, piece.content) for piece in cut(text)] == [
        (("Page", "A"), "### One\n\nfirst\n\n### Two\n\nsecond"),
        (("Page", "B", "Three"), "third"),
    ]


def test_it_cuts_prose_at_the_ends_of_sentences():
    pieces = cut(PROSE)
    assert len(pieces) > 2
    assert all(piece.content[-1] in ".!?" for piece in pieces)


def test_it_keeps_a_code_block_whole_that_fits():
    code = "```sh\necho one\n\necho two\n```"
    assert sum(code in piece.content for piece in cut(f"{PROSE}\n\n{code}\n\n{PROSE}")) == 1


def test_it_cuts_giant_code_between_lines_and_says_so():
    pieces = cut(CODE)
    assert all(piece.content.count("```") == 2 for piece in pieces)
    assert [piece.content.startswith("(continued)\n```python") for piece in pieces] == [False] + [True] * (len(pieces) - 1)
    assert [int(n) for piece in pieces for n in re.findall(r"step_(\d+) = \1$", piece.content, re.M)] == list(range(60))


def test_it_cuts_a_giant_table_between_rows_and_repeats_its_head():
    pieces = cut(TABLE)
    assert len(pieces) > 2
    assert all(piece.content.startswith("| Name | Size |\n|------|-----:|\n| file") for piece in pieces)
    assert [int(n) for piece in pieces for n in re.findall(r"file(\d+)", piece.content)] == list(range(40))


def test_it_keeps_a_lead_in_with_what_it_introduces():
    text = "One sentence about tea. " * 8 + "\n\nDo this:\n\n```\n" + "pour the water\n" * 10 + "```"
    assert [piece.content.startswith("Do this:\n\n```") for piece in cut(text)][-1]


def test_it_shortens_headings_that_are_too_long():
    pieces = cut("## " + "deep " * 100 + "\n\ntext", "Title " * 40)
    assert all(words(piece.embedded_text) <= 60 for piece in pieces)
    assert pieces[-1].content.endswith("text")


BLOCKS = st.sampled_from([
    "# Top", "## Part", "### Detail", "### Detail", PROSE, "A line.\nAnother line", CODE, TABLE, "- one\n- two\n  - three",
    "1. first\n\n   ```sh\n   ls\n   ```\n2. second", "> quoted\n> text", "::: challenge", ":::", "x" * 700, "~~~\nopen",
    "$$\na^2\n$$", "    indented = 1", "Term\n: Meaning", "<div>\nraw\n</div>", "| lone | row |", "日本語の文。次の文。" * 30,
    "[^1]: note", "- " + PROSE, "***", "Setext\n===",
])  # fmt: skip
NOISE = st.text(alphabet="ab .\n#-*`|>:~[]()1$\t", max_size=60)
PAGES = st.lists(st.one_of(BLOCKS, NOISE), max_size=12).map("\n\n".join)


def letters(text: str) -> list[str]:
    """What must survive: runs of word characters, in order, without the names of divisions."""
    text = re.sub(r"^\s*:{3,}[^:\n]*:*[ \t]*$", "", text, flags=re.M)
    text = re.sub(r"^ {0,3}\[(?!\^)[^\]]+\]:[ \t]*\S+.*$", "", text, flags=re.M)
    return re.findall(r"[^\W_]", text)


@settings(max_examples=150, deadline=None)
@given(PAGES, st.sampled_from([24, 60, 254]))
def test_it_holds_the_limit_loses_nothing_and_always_gives_the_same(text, limit):
    pieces = cut(text, "Tea time", limit)
    assert pieces == cut(text, "Tea time", limit)
    assert [piece.position for piece in pieces] == list(range(len(pieces)))
    assert all(words(piece.embedded_text) == piece.token_count <= limit for piece in pieces)
    rest = iter("".join(f"{' '.join(piece.heading_path)} {piece.content}\n" for piece in pieces))
    missing = [letter for letter in letters(text) if letter not in rest]
    assert not missing
