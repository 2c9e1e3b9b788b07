"""What a learner asks of a plan, and what is refused of it. The database refuses the same; here it is said in words."""

from dataclasses import dataclass
from datetime import date, time, timedelta
from math import isfinite
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from planning.models import StudyPlan
from planning.study.days import NONE_OFF, DaysOff, study_days
from planning.study_functions import LONGEST
from planning.study_models import MOST_HOURS

MOST_DATES_OFF = 366
WEEK = 7


@dataclass(frozen=True, slots=True)
class Wanted:
    """A plan as its learner wants it. `known` holds codes of syllabus points."""

    exam_date: date
    hours_per_day: float
    off: DaysOff = NONE_OFF
    known: frozenset[str] = frozenset()
    method: str = StudyPlan.Method.SM2
    starts_at: time | None = None


class PlanRefused(Exception):
    """A plan cannot be made like this; `problems` are messages by the name of the field."""

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(problems))
        self.problems = problems


def problems_of(wanted: Wanted, today: date, codes: frozenset[str]) -> dict[str, str]:
    """What is wrong with a wish on `today`, in words, by field; `codes` are the syllabus's topics. Empty: nothing."""
    found = {
        "exam_date": _date_problem(wanted.exam_date, today),
        "hours_per_day": _hours_problem(wanted.hours_per_day),
        "known": _known_problem(wanted.known, codes),
        "days_off": _off_problem(wanted, today),
        "method": "" if wanted.method in StudyPlan.Method.values else _("Choose one of the methods."),
    }
    return {name: problem for name, problem in found.items() if problem}


def as_json(off: DaysOff) -> dict[str, Any]:
    return {"weekdays": sorted(off.weekdays), "dates": sorted(day.isoformat() for day in off.dates)}


def from_json(stored: dict[str, Any]) -> DaysOff:
    return DaysOff(frozenset(stored.get("weekdays", ())), frozenset(date.fromisoformat(day) for day in stored.get("dates", ())))


def _date_problem(exam_date: date, today: date) -> str:
    if exam_date <= today:
        return _("The exam has to be in the future; the earliest date is tomorrow.")
    last = today + timedelta(days=LONGEST)
    if exam_date > last:
        text = _("A plan reaches two years ahead at most, to %(day)s. Make one for a date before that, and another later.")
        return text % {"day": date_format(last, "DATE_FORMAT")}
    return ""


def _hours_problem(hours: float) -> str:
    if not isfinite(hours) or hours <= 0:
        return _("Give more than 0 hours a day.")
    return _("A day has %(most)d hours.") % {"most": MOST_HOURS} if hours > MOST_HOURS else ""


def _known_problem(known: frozenset[str], codes: frozenset[str]) -> str:
    if not codes:
        return _("This subject has no syllabus yet, so there is nothing to plan.")
    unknown = sorted(known - codes)
    if unknown:
        text = ngettext("The syllabus has no point %(codes)s.", "The syllabus has no points %(codes)s.", len(unknown))
        return text % {"codes": ", ".join(unknown[:5])}
    if known >= codes:
        return _("When you know everything already, there is nothing left to plan. Leave out what you want to go over again.")
    return ""


def _off_problem(wanted: Wanted, today: date) -> str:
    if any(day not in range(WEEK) for day in wanted.off.weekdays):
        return _("Weekdays are 0 (Monday) to 6 (Sunday).")
    if len(wanted.off.dates) > MOST_DATES_OFF:
        return _("That are more than %(most)d days off.") % {"most": MOST_DATES_OFF}
    if today < wanted.exam_date <= today + timedelta(days=LONGEST) and not study_days(today, wanted.exam_date, wanted.off):
        return _("No day is left for studying before the exam. Take fewer days off.")
    return ""
