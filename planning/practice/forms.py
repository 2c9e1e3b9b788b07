"""What a person says when an attempt begins."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from planning.practice.starting import MOST_MINUTES, MOST_QUESTIONS, USUAL_QUESTIONS, Wish


class StartForm(forms.Form):
    count = forms.IntegerField(label=_("Number of questions"), min_value=1, max_value=MOST_QUESTIONS, initial=USUAL_QUESTIONS)
    mode = forms.ChoiceField(
        label=_("Clock"),
        choices=[("untimed", _("Without a clock")), ("timed", _("Timed"))],
        initial="untimed",
        widget=forms.RadioSelect,
        required=False,
    )
    minutes = forms.IntegerField(label=_("Minutes"), min_value=1, max_value=MOST_MINUTES, required=False)
    key = forms.UUIDField(widget=forms.HiddenInput)

    def wish(self, points: list[str]) -> Wish:
        said: dict[str, Any] = self.cleaned_data
        timed = said["mode"] == "timed"
        return Wish(count=said["count"], points=tuple(points), timed=timed, minutes=said["minutes"] if timed else None)
