"""Query parameters that PostgreSQL can take."""

from datetime import UTC, datetime
from typing import Any

import django_filters
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django_filters.fields import IsoDateTimeField


class MomentField(IsoDateTimeField):
    """A moment in UTC: PostgreSQL knows offsets below 16 hours only, ISO 8601 knows more."""

    def clean(self, value: Any) -> datetime | None:
        moment: datetime | None = super().clean(value)
        try:
            return moment.astimezone(UTC) if moment else None
        except OverflowError:
            raise ValidationError(_("Enter a valid date/time."), "invalid") from None


class MomentFilter(django_filters.IsoDateTimeFilter):
    field_class = MomentField
