"""The shape of what people type about themselves."""

import zoneinfo
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from django import forms
from django.contrib.auth.forms import AuthenticationForm
from django.utils import timezone
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from accounts.models import PersonalToken, User


class SignInForm(AuthenticationForm):
    """E-mail address and password. One message for all failures, so that it says nothing about who has an account.

    With `wait` (seconds) nothing is looked up, and the person is told to wait.
    """

    wait = 0

    username = forms.EmailField(
        label=_("E-mail"),
        max_length=254,
        widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "username"}),
    )
    error_messages = {
        "invalid_login": _("The address and the password do not belong together. Mind upper and lower case."),
        "inactive": _("The address and the password do not belong together. Mind upper and lower case."),
        "throttled": _("Too many tries. Wait %(minutes)d min, then try again, or get a new password."),
    }

    def clean(self) -> dict[str, Any]:
        if self.wait:
            minutes = {"minutes": -(-self.wait // 60)}
            raise forms.ValidationError(self.error_messages["throttled"], "throttled", minutes)
        return super().clean()


class ResetRequestForm(forms.Form):
    email = forms.EmailField(
        label=_("E-mail"), max_length=254, widget=forms.EmailInput(attrs={"autofocus": True, "autocomplete": "email"})
    )


@cache
def zone_names() -> tuple[str, ...]:
    """Read once: finding them looks through a tree of files for 40 ms."""
    return tuple(sorted(zoneinfo.available_timezones() - {User.BROWSER_ZONE}))


def time_zones() -> list[tuple[str, Any]]:
    return [(User.BROWSER_ZONE, _("As my browser says")), *((name, name.replace("_", " ")) for name in zone_names())]


class AccountForm(forms.ModelForm):
    time_zone = forms.ChoiceField(label=_("Time zone"), choices=lazy(time_zones, list)())

    class Meta:
        model = User
        fields = ("name", "time_zone")
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}


class TokenForm(forms.ModelForm):
    """`expires_at` of the cleaned data is the moment that the chosen number of days ends, or None."""

    days = forms.TypedChoiceField(
        label=_("Expires"),
        coerce=int,
        choices=[(30, _("in 30 days")), (90, _("in 90 days")), (365, _("in a year")), (0, _("never"))],
        initial=90,
    )

    class Meta:
        model = PersonalToken
        fields = ("name",)
        help_texts = {"name": _("What it is for, for example the program that uses it.")}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        return {**data, "expires_at": _end(data.get("days", 0))}


def _end(days: int) -> datetime | None:
    return timezone.now() + timedelta(days=days) if days else None
