"""GIFT: every kind of question and each sign of the format, on files of our own, and faults that name their line."""

from decimal import Decimal

import pytest

from planning.importing.drafts import checked
from planning.importing.faults import BadQuestions
from planning.importing.gift import Item, Number, parse
from planning.importing.gift_drafts import read_gift
from planning.importing.gift_text import Text
from planning.practice.exact import judge


def one(source: str) -> Item:
    (item,) = parse(source)
    return item


@pytest.mark.parametrize(
    ("source", "kind", "stem"),
    [
        ("Explain layers.{}", "Essay", "Explain layers."),
        ("Explain.{ #### Think of caches. }", "Essay", "Explain."),
        ("Read this first.", "Description", "Read this first."),
        ("Layers change.{F}", "TF", "Layers change."),
        ("Layers stay.{ true #yes#no }", "TF", "Layers stay."),
        ("Pick.{=a ~b}", "MC", "Pick."),
        ("Pick.{~%50%a ~%50%b ~c}", "MC", "Pick."),
        ("Name it.{=a =b}", "Short", "Name it."),
        ("Name it.{=only}", "Short", "Name it."),
        ("How many?{#3}", "Numerical", "How many?"),
        ("Match.{=a -> 1 =b -> 2}", "Matching", "Match."),
        ("The {=whale ~shark} is a mammal.", "MC", "The _____ is a mammal."),
        ("Two and two\n  are {#4}, I\tthink.", "Numerical", "Two and two are _____ , I think."),
        ("$CATEGORY: tests/images", "Category", ""),
    ],
)
def test_it_knows_what_a_question_is(source: str, kind: str, stem: str) -> None:
    item = one(source)
    assert (item.kind, item.stem.text, item.has_gap) == (kind, stem, "_____" in stem)


def test_it_takes_the_meaning_from_signs() -> None:
    item = one(r"::A\:\: b::Set \{x\} \= 1\nor \\ and c\d \~?{=\=\# ~ \} ~C:\\dir # because \#1 }")
    assert item.title == "A:: b"
    assert item.stem.text == "Set {x} = 1\nor \\ and c\\d ~?"
    assert [choice.text.text for choice in item.choices] == ["=#", "}", "C:\\dir"]
    assert item.choices[2].feedback == Text("moodle", "because #1")


def test_it_keeps_formats_and_their_line_ends() -> None:
    item = one("[markdown]First  \nsecond\n{=[html]<b>a</b>#[plain]no  stars\n =b#yes\n####[html]<i>end</i>}")
    assert item.stem == Text("markdown", "First  \nsecond")
    assert [choice.text for choice in item.choices] == [Text("html", "<b>a</b>"), Text("markdown", "b")]
    assert [choice.feedback for choice in item.choices] == [Text("plain", "no stars"), Text("markdown", "yes")]
    assert item.feedback == Text("html", "<i>end</i>")


@pytest.mark.parametrize(
    ("answer", "low", "high", "form"),
    [
        ("#-3", "-3", "-3", "simple"),
        ("# 3.14:0.01", "3.13", "3.15", "range"),
        ("#-2..5", "-2", "5", "high-low"),
        ("#.5", ".5", ".5", "simple"),
        ("#1e3:5", "995", "1005", "range"),
    ],
)
def test_it_reads_numbers(answer: str, low: str, high: str, form: str) -> None:
    number = one(f"How many?{{{answer}}}").choices[0].text
    assert isinstance(number, Number)
    assert (number.low, number.high, number.form) == (Decimal(low), Decimal(high), form)


def test_it_reads_weighed_numbers_with_feedback() -> None:
    item = one("When?{#\n =1822:0#exactly\n =%50%1822:2\n ~#far off\n}")
    assert [(choice.weight, choice.is_correct) for choice in item.choices] == [(None, True), ("50", True), (None, False)]
    assert item.choices[0].feedback == Text("moodle", "exactly")
    assert item.choices[2].text is None


def test_it_reads_comments_ids_and_tags() -> None:
    source = "\ufeff// [id:q-7] [tag:C.1]\r\n// [tag:hard one]\r\nWhy?{\r\n// not a choice ~x\r\n=a ~b}\r\n\r\n"
    source += "// the end\r\n\r\nHow?{}"
    first, second = parse(source)
    assert (first.id, first.tags, first.line, len(first.choices)) == ("q-7", ("C.1", "hard one"), 3, 2)
    assert (second.id, second.tags, second.line) == (None, (), 9)


def test_it_reads_matching_with_a_right_side_alone() -> None:
    item = one("Match.{=[html]<b>one</b> -> 1 = -> 3 =two->2}")
    assert [(pair.left.text, pair.right) for pair in item.pairs] == [("<b>one</b>", "1"), ("", "3"), ("two", "2")]


@pytest.mark.parametrize(
    ("source", "line"),
    [
        ("Fine.{T}\n\nWhy?{=a\n", 3),
        ("Fine.{T}\n\n\nOpen } brace", 4),
        ("Why?\n{=a {b} }", 2),
        ("Why?{=a} How?{=b}", 1),
        ("::No end\nWhy?{}", 1),
        ("// note\n\nWhy?{ four =five}", 3),
        ("How many?{#four}", 1),
        ("How many?{#}", 1),
        ("Pick.{\n=a\n~ #only feedback\n}", 3),
    ],
)
def test_it_says_which_line_is_wrong(source: str, line: int) -> None:
    with pytest.raises(BadQuestions) as caught:
        parse(source)
    assert [fault.line for fault in caught.value.faults] == [line]


def test_it_finds_all_faults_at_once() -> None:
    with pytest.raises(BadQuestions) as caught:
        parse("a?{#x}\n\nb?{=ok}\n\nc?{#y}")
    assert [fault.line for fault in caught.value.faults] == [1, 5]


def test_it_makes_questions_of_them() -> None:
    source = "$CATEGORY: top/C.1\n\n::Q one::[html]<p>Is <b>a &lt; b</b>?</p>{=yes ~no#<i>look</i>}\n\n"
    source += "// [tag:C.2]\nA*b_c?{=%50%x*# half =y}\n\nRead."
    draft = checked(read_gift(source, {"C.1", "C.2"}))
    first, second = draft.questions
    assert (first.code, first.points, first.text_format, first.text) == ("q-one", ("C.1",), "markdown", r"Is **a \< b**?")
    assert first.key["feedback"] == {"b": "*look*"}
    assert (second.points, second.text_format, second.text) == (("C.2",), "plain", "A*b_c?")
    assert judge(second.kind, second.key, "xyz", []).percent == 50
    assert [note.line for note in draft.notes] == [8]


def test_it_gives_the_same_codes_each_time() -> None:
    source = "Why?{}\n\nWhy?{T}\n\n::T::x{}\n\n::T::y{}"
    codes = [question.code for question in read_gift(source, ()).questions]
    assert codes == [question.code for question in read_gift(source, ()).questions]
    assert len(set(codes)) == 4


def test_it_reads_a_large_file() -> None:
    assert len(parse("::T::Why \\{so\\}?{=a#b ~%-50%c ####d}\n\n" * 2000)) == 2000
