"""How a session goes: one question at a time, hints before answers, and no answer for somebody who has not tried."""

from coach.sessions import leading
from coach.sessions.judging import Judged, Verdict
from coach.sessions.leading import Lesson, Turn, next_turn
from coach.sessions.steps import Sentence, Step, check, opening

CORE = [Sentence("A container lives as long as its first process.", 1)]
WHY = Step("why", "Why is this so: “the data stays”?", "a volume outlives the container", "A volume outlives the container.", 1)
LESSON = Lesson(steps=(opening("stopping", CORE), WHY, check("stopping", CORE)))
RIGHT, PARTLY, WRONG = Judged(Verdict.UNDERSTOOD), Judged(Verdict.PARTLY, "volume"), Judged(Verdict.NOT_YET, "volume")
NO_TRY, WANTS = Judged(Verdict.NO_TRY, "volume"), Judged(Verdict.WANTS_ANSWER, "volume")


def _through(lesson: Lesson, *judged: Judged) -> list[Turn]:
    turns = []
    for one in judged:
        turns.append(next_turn(lesson, one))
        lesson = turns[-1].lesson
    return turns


def test_it_goes_through_to_understood() -> None:
    turns = _through(LESSON, PARTLY, RIGHT, RIGHT)
    assert [turn.outcome for turn in turns] == ["", "", "resolved"]
    assert turns[0].ask == WHY.ask
    assert "Understood:" in leading.summary(turns[-1].lesson)


def test_it_gives_hints_from_light_to_heavy_and_then_the_answer() -> None:
    _opened, nudge, look, gaps, shown = _through(LESSON, PARTLY, WRONG, WRONG, WRONG, WRONG)
    assert "“volume”" in nudge.ask
    assert "[1]" in look.ask
    assert "____" in gaps.ask
    assert WHY.shows in shown.remark
    assert all(WHY.shows not in turn.words for turn in (nudge, look, gaps))
    assert shown.lesson.results == ("partly", "not_yet")


def test_it_shows_no_answer_to_somebody_who_did_not_try() -> None:
    turns = _through(LESSON, PARTLY, WANTS, NO_TRY, WANTS, NO_TRY)
    assert all(WHY.shows not in turn.words for turn in turns)
    assert turns[-1].lesson.results == ("partly", "no_try")


def test_it_lets_the_learner_choose_when_the_check_is_not_passed() -> None:
    last = _through(LESSON, PARTLY, RIGHT, *[WRONG] * 4)[-1]
    assert (last.outcome, last.lesson.is_choosing) == ("", True)
    again = leading.once_more(last.lesson)
    assert again.lesson.step.kind == "check"
    assert _through(again.lesson, RIGHT)[-1].outcome == "resolved"


def test_it_goes_to_the_check_when_the_learner_has_it() -> None:
    turn = leading.to_check(LESSON)
    assert turn.lesson.step.kind == "check"
    assert _through(turn.lesson, RIGHT)[-1].outcome == "resolved"


def test_it_names_what_was_turned_round() -> None:
    turned = Judged(Verdict.NOT_YET, "", "the container goes on")
    assert "“the container goes on”" in _through(LESSON, PARTLY, turned)[-1].remark


def test_it_is_the_same_after_a_trip_through_its_row() -> None:
    lesson = _through(LESSON, PARTLY, WRONG)[-1].lesson
    assert leading.read(lesson.as_row()) == lesson
