"""How the mood is told: the rule, VADER without the words of the trade, and the command that measures it."""

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from learning.transcripts.cues import Said
from learning.transcripts.feeling import feel, judge, score
from learning.transcripts.languages import language_of
from tests.conftest import ROOT

FILE = ROOT / "benchmarks/data/sentiment.jsonl"


@pytest.mark.parametrize(
    ("scores", "mood"),
    [
        ([], "neutral"),
        ([0.1, -0.2], "neutral"),
        ([0.5], "positive"),
        ([-0.5, 0.1], "negative"),
        ([0.6, -0.6], "mixed"),
        ([0.9, 0.9, -0.4], "positive"),
        ([0.3, -0.9, -0.9], "negative"),
        ([-0.9, *[0.0] * 9], "negative"),
        ([-0.9, *[0.0] * 10], "neutral"),  # less than a tenth speaks
    ],
)
def test_it_judges_by_both_sides(scores: list[float], mood: str) -> None:
    assert judge(scores) == mood


def test_it_takes_words_of_the_trade_for_what_they_are() -> None:
    assert score("The process was killed with error 143, restore the default.") == 0
    assert score("This is terrible.") < score("Why is this terrible?") < 0


def test_it_quotes_the_strongest() -> None:
    texts = ["I am stuck.", "Thank you, that was wonderful!", "This is awful and I hate it.", "The port is open."]
    felt = feel([Said(text, "Ada", number, number) for number, text in enumerate(texts)])
    assert [quote["text"] for quote in felt.negative] == [texts[2], texts[0]]
    assert [quote["at"] for quote in felt.positive] == [1]
    assert (felt.sentences, felt.speaking) == (4, 3)


def test_it_knows_languages_or_says_nothing() -> None:
    assert language_of("Ich verstehe leider nicht, warum der Container nicht startet.") == "de"
    assert language_of("I do not understand why the container does not start at all.") == "en"
    assert language_of("ok") == ""


def test_it_measures_what_it_claims(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("evaluate", "sentiment", "--file", str(FILE), "--json")
    figures = json.loads(capsys.readouterr().out)
    assert figures["questions"] == 104
    assert figures["accuracy"] >= 0.9
    assert figures["macro_f1"] >= 0.9


def test_it_names_a_broken_line(tmp_path: Path) -> None:
    path = tmp_path / "f.jsonl"
    path.write_text('{"text": "Good.", "expected": "positive"}\n{"text": "Good.", "expected": "jolly"}\n')
    with pytest.raises(CommandError, match="line 2"):
        call_command("evaluate", "sentiment", "--file", str(path))


def test_it_wants_a_model_to_measure_one() -> None:
    with pytest.raises(CommandError, match="LLM_MODEL"):
        call_command("evaluate", "sentiment", "--file", str(FILE), "--model")
