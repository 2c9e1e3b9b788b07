"""Time zones by name, as accounts, browsers and rows hold them."""

import zoneinfo

from django.utils import timezone

from accounts.forms import zone_names
from accounts.models import User

NOT_SHARED = frozenset({"localtime"})  # means another place on every machine, and PostgreSQL has no such zone


def zone_named(name: str) -> zoneinfo.ZoneInfo:
    """The zone; UTC when there is none of that name."""
    try:
        return zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        return zoneinfo.ZoneInfo("UTC")


def zone_of(person: User) -> str:
    """The name of the zone in which a person reads: of the account, else of the browser whose page this is."""
    name = timezone.get_current_timezone_name() if person.time_zone == User.BROWSER_ZONE else person.time_zone
    return name if name in zone_names() and name not in NOT_SHARED else "UTC"
