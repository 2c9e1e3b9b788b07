"""The shape of what a learner says about a plan. What it means is checked by `wishing`, for pages and API alike."""

import re
from datetime import date, time, timedelta
from typing import Any

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from planning.models import StudyPlan
from planning.study.days import DaysOff
from planning.study.syllabus import SyllabusTopic
from planning.study.wishing import MOST_DATES_OFF, Wanted, from_json

DATE = r"\d{4}-\d{2}-\d{2}"
SPAN = re.compile(rf"({DATE})(?:\s*(?:to|-|–|\.\.)\s*({DATE}))?")


class PlanForm(forms.Form):
    exam_date = forms.DateField(label=gettext_lazy("Date of the exam"), widget=forms.DateInput(attrs={"type": "date"}))
    hours_per_day = forms.FloatField(
        label=gettext_lazy("Hours a day"),
        help_text=gettext_lazy("What you can really keep up: 1.5 is an hour and a half. No day gets more."),
        widget=forms.NumberInput(attrs={"step": "any", "min": "0", "max": "24", "inputmode": "decimal"}),
    )
    weekdays_off = forms.TypedMultipleChoiceField(
        label=gettext_lazy("Days off each week"),
        coerce=int,
        required=False,
        choices=list(WEEKDAYS.items()),
        widget=forms.CheckboxSelectMultiple,
    )
    dates_off = forms.CharField(
        label=gettext_lazy("Other days off"),
        required=False,
        max_length=4000,
        help_text=gettext_lazy("One a line, as year-month-day: 2026-12-25. A span with “to” between: 2026-12-24 to 2027-01-02."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    starts_at = forms.TimeField(
        label=gettext_lazy("Usual time of day"),
        required=False,
        help_text=gettext_lazy("For your calendar. Without one, each day of study is an event of the whole day."),
        widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
    )
    method = forms.ChoiceField(
        label=gettext_lazy("How reviews are spaced"), choices=StudyPlan.Method.choices, initial=StudyPlan.Method.SM2
    )
    known = forms.MultipleChoiceField(
        label=gettext_lazy("What you know already"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, *args: Any, topics: list[SyllabusTopic], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["known"].choices = [(topic.code, f"{topic.code} {topic.title}") for topic in topics]  # type: ignore[attr-defined]

    def clean_dates_off(self) -> frozenset[date]:
        return read_dates(self.cleaned_data["dates_off"])

    @property
    def wanted(self) -> Wanted:
        data = self.cleaned_data
        return Wanted(
            exam_date=data["exam_date"],
            hours_per_day=data["hours_per_day"],
            off=DaysOff(frozenset(data["weekdays_off"]), data["dates_off"]),
            known=frozenset(data["known"]),
            method=data["method"],
            starts_at=data["starts_at"],
        )

    def add_problems(self, problems: dict[str, str]) -> None:
        for name, problem in problems.items():
            self.add_error("weekdays_off" if name == "days_off" else name, problem)


def initial_of(plan: StudyPlan) -> dict[str, Any]:
    off = from_json(plan.days_off)
    starts_at: time | None = plan.starts_at
    return {
        "exam_date": plan.exam_date.isoformat(),
        "hours_per_day": plan.hours_per_day,
        "weekdays_off": sorted(off.weekdays),
        "dates_off": "\n".join(sorted(day.isoformat() for day in off.dates)),
        "starts_at": starts_at,
        "method": plan.method,
        "known": plan.known,
    }


def read_dates(text: str) -> frozenset[date]:
    """Dates and spans, one a line or with commas between. Raises ValidationError with the line that cannot be read."""
    found: set[date] = set()
    for line in re.split(r"[\n,;]+", text):
        if line.strip():
            found |= _dates(line.strip())
            if len(found) > MOST_DATES_OFF:
                raise forms.ValidationError(_("That are more than %(most)d days off.") % {"most": MOST_DATES_OFF})
    return frozenset(found)


def _dates(line: str) -> set[date]:
    match = SPAN.fullmatch(line)
    try:
        if match is None:
            raise ValueError
        first = date.fromisoformat(match[1])
        last = date.fromisoformat(match[2] or match[1])
    except ValueError:
        text = _("“%(line)s” is no date. Write year-month-day, such as 2026-12-25.")
        raise forms.ValidationError(text % {"line": line[:40]}) from None
    count = (last - first).days + 1
    if not 1 <= count <= MOST_DATES_OFF:
        raise forms.ValidationError(
            _("“%(line)s” is no span of days: it ends before it begins, or is too long.") % {"line": line}
        )
    return {first + timedelta(days=number) for number in range(count)}
