"""The coach's next words in a session: a question at a time, hints before answers, a check at the end. Pure.

The ladder of a question has up to three rungs: what was not said yet, where to look, and the sentence with gaps. The answer is
shown only after the ladder, and only to somebody who has tried. A session ends with the check: understood, or a choice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from django.utils.translation import gettext as _

from coach.sessions.judging import Judged, Verdict
from coach.sessions.steps import CHECK, OPENING, Step, with_gaps

RIGHT_SHARE = 0.5  # of the questions, from which a check that was passed settles the topic


@dataclass(frozen=True, slots=True)
class Lesson:
    """The questions of a session and how far it has come. `results` has one verdict for each question that is done."""

    steps: tuple[Step, ...]
    sources: tuple[Mapping[str, Any], ...] = ()
    at: int = 0
    rung: int = 0
    tries: int = 0
    results: tuple[str, ...] = ()
    is_choosing: bool = False  # the check was not passed: the learner says how to go on
    model: str = ""  # that put the coach's last words

    @property
    def step(self) -> Step:
        return self.steps[min(self.at, len(self.steps) - 1)]

    def as_row(self) -> dict[str, Any]:
        return asdict(self) | {"steps": [step.as_row() for step in self.steps], "sources": [dict(one) for one in self.sources]}


def read(row: Mapping[str, Any]) -> Lesson:
    """A lesson from its row."""
    steps = tuple(Step(**step) for step in row["steps"])
    return Lesson(**{**row, "steps": steps, "sources": tuple(row["sources"]), "results": tuple(row["results"])})


@dataclass(frozen=True, slots=True)
class Turn:
    """What the coach says: about what was said, then what it asks. `outcome` is set when the session ends with it."""

    remark: str
    ask: str
    lesson: Lesson
    outcome: str = ""
    hides: tuple[str, ...] = field(default=())  # what these words may not give away

    @property
    def words(self) -> str:
        return "\n\n".join(part for part in (self.remark, self.ask) if part)


def next_turn(lesson: Lesson, judged: Judged) -> Turn:
    """The answer to what the learner said last."""
    if judged.verdict in (Verdict.UNDERSTOOD, Verdict.PARTLY, Verdict.NOT_YET):
        lesson = replace(lesson, tries=lesson.tries + 1)
    if lesson.step.kind == OPENING:
        return _on(lesson, _about_opening(lesson, judged), judged.verdict)
    if judged.verdict == Verdict.UNDERSTOOD:
        return _on(lesson, _praise(lesson), judged.verdict)
    if lesson.rung < len(_ladder(lesson.step, judged)):
        return _hint(lesson, judged)
    return _shown(lesson) if lesson.tries else _without_try(lesson)


def to_check(lesson: Lesson) -> Turn:
    """The learner says they have it: then the check, at once."""
    at = next(index for index, step in enumerate(lesson.steps) if step.kind == CHECK)
    skipped = ("skipped",) * (at - len(lesson.results))
    moved = replace(lesson, at=at, rung=0, tries=0, results=lesson.results + skipped, is_choosing=False)
    return Turn(_("Good. Then this should be easy."), moved.step.ask, moved, hides=_secret(moved))


def once_more(lesson: Lesson) -> Turn:
    """Again, from the first question that was not understood."""
    missed = [n for n, result in enumerate(lesson.results) if result != Verdict.UNDERSTOOD and lesson.steps[n].kind != OPENING]
    at = missed[0] if missed else len(lesson.steps) - 1
    back = replace(lesson, at=at, rung=0, tries=0, results=lesson.results[:at], is_choosing=False)
    return Turn(_("Right, once more."), back.step.ask, back, hides=_secret(back))


def summary(lesson: Lesson) -> str:
    """How it went, for the learner and for the trainer."""
    asked = [(step, result) for step, result in zip(lesson.steps, lesson.results, strict=False) if step.kind != OPENING]
    known = [step.ask for step, result in asked if result == Verdict.UNDERSTOOD]
    open_ = [step.ask for step, result in asked if result != Verdict.UNDERSTOOD]
    if not lesson.is_choosing and len(lesson.results) < len(lesson.steps):
        open_ += [lesson.step.ask] if lesson.step.kind != OPENING else []
    parts = [_listed(_("Understood:"), known), _listed(_("Not yet:"), open_)]
    return "\n\n".join(part for part in parts if part) or _("The session ended before the first question was answered.")


def _about_opening(lesson: Lesson, judged: Judged) -> str:
    if judged.turned:
        return _turned(judged)
    if judged.verdict == Verdict.UNDERSTOOD:
        return _("You have the main thing already. Let us see whether it holds.")
    if judged.verdict == Verdict.PARTLY:
        return _("That is a beginning. Let us go through it piece by piece.")
    return _("All right, then we begin at the beginning.")


def _hint(lesson: Lesson, judged: Judged) -> Turn:
    hint = _ladder(lesson.step, judged)[lesson.rung]
    lesson = replace(lesson, rung=lesson.rung + 1)
    return Turn(reaction(judged), hint, lesson, hides=_secret(lesson))


def _ladder(step: Step, judged: Judged) -> tuple[str, ...]:
    """The hints of a question, from the lightest to the last before the answer."""
    look = _("Read the passage [%(number)d], then put it in your own words. %(ask)s")
    passage = (look % {"number": step.source, "ask": step.ask},) if step.source else ()
    if step.term:
        word = {"letter": step.term[0], "count": len(step.term), "ask": step.ask}
        return (*passage, _("The word begins with “%(letter)s” and has %(count)d letters. %(ask)s") % word)
    gaps = _("Here it is with gaps. What belongs into them? “%(text)s”") % {"text": with_gaps(step.shows or step.expects)}
    return (nudge(judged), *passage, gaps)


def reaction(judged: Judged) -> str:
    """To a try that was not all of it."""
    if judged.turned:
        return _turned(judged)
    return {
        Verdict.PARTLY: _("Part of it is there."),
        Verdict.NOT_YET: _("Not quite yet."),
        Verdict.NO_TRY: _("A guess is fine: a wrong one shows where to look."),
        Verdict.WANTS_ANSWER: _("Have a go first; the answer sticks better when you have looked for it."),
    }[judged.verdict]


def _turned(judged: Judged) -> str:
    return _("Look at this again: “%(said)s”. The course says it the other way round.") % {"said": judged.turned}


def nudge(judged: Judged) -> str:
    """Towards what was not said, without saying it whole."""
    if judged.missing:
        return _("You have said nothing about “%(word)s” yet. How does it come in?") % {"word": judged.missing}
    return _("Which part of the matter have you not spoken of yet?")


def _praise(lesson: Lesson) -> str:
    cited = f" [{lesson.step.source}]" if lesson.step.source else ""
    return _("Yes, that is it.") + cited


def _shown(lesson: Lesson) -> Turn:
    """The answer, to somebody who has tried; it does not count as understood."""
    cited = f" [{lesson.step.source}]" if lesson.step.source else ""
    text = _("This is what the course says: “%(text)s”") % {"text": lesson.step.shows or lesson.step.expects}
    return _on(lesson, f"{text}{cited}", Verdict.NOT_YET)


def _without_try(lesson: Lesson) -> Turn:
    cited = f" [{lesson.step.source}]" if lesson.step.source else ""
    return _on(lesson, _("Leave this one for now and come back to it in the course.") + cited, Verdict.NO_TRY)


def _on(lesson: Lesson, remark: str, verdict: Verdict) -> Turn:
    """The next question, or the end."""
    lesson = replace(lesson, results=(*lesson.results, str(verdict)), at=lesson.at + 1, rung=0, tries=0)
    if lesson.at < len(lesson.steps):
        return Turn(remark, lesson.step.ask, lesson, hides=_secret(lesson))
    if _is_settled(lesson.results):
        return Turn(remark, _("You can explain it now, and that was the aim. Well done."), lesson, outcome="resolved")
    choosing = replace(lesson, is_choosing=True)
    return Turn(remark, _("It does not hold quite yet. How would you like to go on?"), choosing)


def _is_settled(results: Sequence[str]) -> bool:
    done = [result for result in results[1:] if result != "skipped"]
    understood = sum(result == Verdict.UNDERSTOOD for result in done)
    return results[-1] == Verdict.UNDERSTOOD and understood >= RIGHT_SHARE * len(done)


def _secret(lesson: Lesson) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for text in (lesson.step.shows, lesson.step.expects) if text))


def _listed(title: str, items: Sequence[str]) -> str:
    return "\n".join([title, "", *(f"- {item}" for item in items)]) if items else ""
