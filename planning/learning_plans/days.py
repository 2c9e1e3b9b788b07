"""A plan's calendar: which day it is for its learner, what each day holds, and which dates and minutes can be wished for."""

import zoneinfo
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from planning.concepts.refusing import Refused
from planning.learning_plan_models import LearningPlan
from planning.learning_plans.scheduling import Room

LONGEST = timedelta(days=3 * 365)  # of a plan
MOST_MINUTES = 16 * 60  # of a day
FEWEST_MINUTES = 10  # of a day that is used at all


def zone_of(plan: LearningPlan) -> zoneinfo.ZoneInfo:
    """The learner's zone, as it was when the plan was last changed by hand."""
    return zone_named((plan.schedule or {}).get("zone", "UTC"))


def zone_named(name: str) -> zoneinfo.ZoneInfo:
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


def today_of(plan: LearningPlan, now: datetime) -> date:
    return now.astimezone(zone_of(plan)).date()


def weekly_of(plan: LearningPlan) -> tuple[int, ...]:
    """Minutes by weekday, Monday first."""
    minutes = (plan.schedule or {}).get("minutes", {})
    return tuple(int(minutes.get(str(weekday), 0)) for weekday in range(7))


def start_of(plan: LearningPlan) -> date:
    return date.fromisoformat((plan.schedule or {})["start"])


def deadline_of(plan: LearningPlan) -> date | None:
    text = (plan.schedule or {}).get("deadline")
    return date.fromisoformat(text) if text else None


def last_of(plan: LearningPlan) -> date:
    return deadline_of(plan) or start_of(plan) + LONGEST


def room_of(plan: LearningPlan, today: date) -> Room:
    """What is left of today and of the days after it; what was done today has taken its minutes."""
    taken: dict[date, int] = {}
    zone = zone_of(plan)
    for minutes, done_at in plan.steps.filter(done_at__isnull=False).values_list("minutes", "done_at"):
        if done_at:
            day = done_at.astimezone(zone).date()
            taken[day] = taken.get(day, 0) + minutes
    return Room(first=max(today, start_of(plan)), last=last_of(plan), weekly=weekly_of(plan), taken=taken)


def check_dates(start: date, deadline: date | None, today: date) -> None:
    """Raises Refused."""
    if start < today:
        raise Refused("start", _("A plan begins today or later."))
    if start > today + LONGEST:
        raise Refused("start", _("That is more than three years ahead. Choose an earlier day."))
    if deadline and deadline < today:
        raise Refused("deadline", _("%(day)s is in the past. Choose today or a later day.") % {"day": _day(deadline)})
    if deadline and deadline < start:
        raise Refused("deadline", _("The plan would end before it begins."))
    if deadline and deadline > start + LONGEST:
        raise Refused(
            "deadline", _("A plan may last three years at most. Choose a day until %(day)s.") % {"day": _day(start + LONGEST)}
        )


def check_minutes(weekly: Sequence[int]) -> None:
    """Raises Refused."""
    if len(weekly) != 7 or not any(weekly):
        raise Refused("minutes", _("A plan needs time: give at least one day of the week some minutes."))
    if any(not (minutes == 0 or FEWEST_MINUTES <= minutes <= MOST_MINUTES) for minutes in weekly):
        raise Refused(
            "minutes", _("Give a day %(least)d to %(most)d minutes, or none.") % {"least": FEWEST_MINUTES, "most": MOST_MINUTES}
        )


def _day(day: date) -> str:
    return date_format(day, "DATE_FORMAT")
