"""The JSON in what a model says."""

import pytest

from ai.json_said import json_said


@pytest.mark.parametrize("answer", ['{"a": 1}', ' \n{"a": 1}\n', '```json\n{"a": 1}\n```', '```\n{"a": 1}\n```\n'])
def test_it_reads_json_with_and_without_a_fence(answer: str) -> None:
    assert json_said(answer) == {"a": 1}


@pytest.mark.parametrize(
    "answer", ["", "Here it is: {}", '```json\n{"a": 1}', "[" * 200_000], ids=["none", "talk", "open", "deep"]
)
def test_it_refuses_everything_else_with_one_error(answer: str) -> None:
    with pytest.raises(ValueError):
        json_said(answer)


def test_it_looks_at_no_more_than_it_is_told() -> None:
    with pytest.raises(ValueError):
        json_said('{"a": "' + "x" * 100 + '"}', longest=50)
