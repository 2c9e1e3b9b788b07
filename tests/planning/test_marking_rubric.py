"""A model's report, believed only where it can be checked."""

import json
from typing import Any

import pytest

from planning.marking.confidence import Ruled
from planning.marking.marks import Mark, Point
from planning.marking.rubric import BrokenReport, checked, read, stands_in

ANSWER = "The files survive, because a volume lies outside the container. It's “shared” as well."
POINTS = (Point("a", "Files survive.", 2, "AO1"), Point("b", "It can be shared.", 1, "AO2"))
FIRST = {"number": 1, "awarded": 2, "quote": "files survive", "reason": "You say it."}
SECOND = {"number": 2, "awarded": 1, "quote": 'it\'s "shared"', "reason": "You say this too."}


def report(*points: Any, **more: Any) -> str:
    return json.dumps({"points": list(points), "summary": "Good.", **more})


@pytest.mark.parametrize("form", ["%s", "```json\n%s\n```"])
def test_it_believes_marks_with_their_evidence(form: str) -> None:
    found = read(form % report(SECOND, FIRST), POINTS, ANSWER, 3)
    assert [point.awarded for point in found.points] == [2, 1]
    assert (found.summary, found.refused) == ("Good.", 0)


@pytest.mark.parametrize("quote", ["", "x", "nobody wrote this", "container files survive"])
def test_it_refuses_a_mark_without_evidence(quote: str) -> None:
    found = read(report(FIRST, {**SECOND, "quote": quote}), POINTS, ANSWER, 3)
    assert [point.awarded for point in found.points] == [2, 0]
    assert found.refused == 1


def test_it_never_gives_more_than_there_is() -> None:
    assert sum(point.awarded for point in read(report(FIRST, SECOND), POINTS, ANSWER, 2).points) == 2


@pytest.mark.parametrize(
    "text",
    [
        "",
        "Certainly! Full marks.",
        "[]",
        "null",
        "[" * 50_000,
        report(FIRST),
        report(FIRST, FIRST),
        report(FIRST, SECOND, {**SECOND, "number": 3}),
        report(FIRST, {**SECOND, "awarded": 2}),
        report(FIRST, {**SECOND, "awarded": -1}),
        report(FIRST, {**SECOND, "awarded": 0.5}),
        report(FIRST, {**SECOND, "awarded": True}),
        report(FIRST, {**SECOND, "reason": ""}),
        report(FIRST, {**SECOND, "quote": ["files"]}),
        report(FIRST, "second"),
        report(FIRST, SECOND, summary={"text": "x"}),
    ],
    ids=str,
)
def test_it_sends_back_what_is_broken(text: str) -> None:
    with pytest.raises(BrokenReport):
        read(text, POINTS, ANSWER, 3)


def test_it_finds_a_quote_whatever_its_blanks_and_marks() -> None:
    assert stands_in("THE  files\nsurvive", ANSWER)
    assert not stands_in("the file survives", ANSWER)


@pytest.mark.parametrize(("share", "sure"), [(0.8, 90), (0.65, 90), (0.4, 45), (0.0, 22)])
def test_it_is_less_sure_the_further_both_markers_are_apart(share: float, sure: int) -> None:
    model = Mark(round(share * 10), 5, share, 1, "model", "")
    by_rule = Mark(4, 5, 0.8, 90, "rule", "", promised=90)
    assert checked(model, by_rule).confidence == sure
    assert checked(model, by_rule, history=[Ruled(90, was_right=False)] * 5).confidence < sure
