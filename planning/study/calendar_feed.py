"""A learner's plans as a calendar that other programs subscribe to (RFC 5545).

The address is a secret of its own: it opens this calendar and nothing else, only its SHA-256 is kept, and a new one closes the
old. Days of study are events of the whole day, which are right in every zone; with a usual time of day they stand at that time
in the learner's own zone, with the zone's rules in the file, so that they stay at that time when clocks change.
"""

import secrets
from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from hashlib import sha256
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db import connection
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from accounts.door import Actor
from accounts.models import User
from accounts.zones import zone_named
from planning.models import CalendarFeed, StudyPlan
from planning.study.schedule import DaySchedule
from planning.study.syllabus import SyllabusTopic, topics_of

SECRET_BYTES = 32
READER = "SELECT reader_id, reader_role FROM calendar_reader(%s)"
REFRESH = "PT6H"  # how often programs should ask again


def of(person: User) -> CalendarFeed | None:
    return CalendarFeed.objects.filter(user=person).first()


def make(person: User) -> str:
    """A new secret; the address with the one before stops working."""
    secret = secrets.token_urlsafe(SECRET_BYTES)
    CalendarFeed.objects.update_or_create(user=person, defaults={"digest": _digest(secret), "last_used_at": None})
    return secret


def revoke(person: User) -> bool:
    return CalendarFeed.objects.filter(user=person).delete()[0] > 0


def reader(secret: str) -> Actor | None:
    """Whose calendar the secret opens, in one round trip outside any door; None for unknown ones and closed accounts."""
    with connection.cursor() as cursor:
        cursor.execute(READER, [_digest(secret)])
        row = cursor.fetchone()
    return Actor(row[0], row[1]) if row else None


def calendar_of(reader_id: UUID | None, site: str) -> bytes:
    """All active plans of a person as iCalendar, behind their door. `site` is how addresses begin."""
    calendar = Calendar()
    calendar.add("prodid", "-//AI Coach//Study plans//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", _("Study plan"))
    calendar.add("refresh-interval;value=duration", REFRESH)
    calendar.add("x-published-ttl", REFRESH)
    for plan in StudyPlan.objects.active().filter(student_id=reader_id).select_related("subject").order_by("pk"):
        topics = {topic.code: topic for topic in topics_of(plan.subject)}
        for event in events(plan, topics, site):
            calendar.add_component(event)
    calendar.add_missing_timezones()
    return bytes(calendar.to_ical())


def events(plan: StudyPlan, topics: dict[str, SyllabusTopic], site: str) -> Iterable[Event]:
    for entry in plan.schedule:
        yield _day(plan, entry, topics, site)
    yield _exam(plan, site)


def tag_of(content: bytes) -> str:
    """The ETag of a calendar."""
    return f'"{sha256(content).hexdigest()[:32]}"'


def _day(plan: StudyPlan, entry: DaySchedule, topics: dict[str, SyllabusTopic], site: str) -> Event:
    event = _event(plan, entry["date"], site)
    names = [topics[code].title if code in topics else code for code in entry["topics"]]
    what = _("Practice exam") if "practice_exam" in entry["activities"] else _("Study")
    event.add("summary", f"{what}: {', '.join(names)}" if names else f"{what}: {plan.subject.title}")
    event.add(
        "description",
        "\n".join([plan.subject.title, *(f"{code} {name}" for code, name in zip(entry["topics"], names, strict=True))]),
    )
    day = date.fromisoformat(entry["date"])
    if plan.starts_at is None:
        event.add("dtstart", day)
        event.add("dtend", day + timedelta(days=1))
        event.add("transp", "TRANSPARENT")
        return event
    start = datetime.combine(day, plan.starts_at, zone_named(plan.time_zone))
    event.add("dtstart", start)
    event.add("dtend", _after(start, entry["hours_allocated"], zone_named(plan.time_zone)))
    return event


def _after(start: datetime, hours: float, zone: ZoneInfo) -> datetime:
    """So many real hours later, whatever the clocks do meanwhile."""
    return (start.astimezone(UTC) + timedelta(minutes=max(round(hours * 60), 1))).astimezone(zone)


def _exam(plan: StudyPlan, site: str) -> Event:
    event = _event(plan, "exam", site)
    event.add("summary", _("Exam: %(subject)s") % {"subject": plan.subject.title})
    event.add("dtstart", plan.exam_date)
    event.add("dtend", plan.exam_date + timedelta(days=1))
    return event


def _event(plan: StudyPlan, name: str, site: str) -> Event:
    event = Event()
    event.add("uid", f"{plan.pk}-{name}@aicoach")
    event.add("dtstamp", (plan.updated_at or datetime.now(UTC)).astimezone(UTC))
    event.add("url", f"{site}/plan/{plan.pk}/")
    return event


def _digest(secret: str) -> str:
    return sha256(secret.encode()).hexdigest()
