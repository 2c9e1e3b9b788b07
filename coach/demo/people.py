"""The people of the demo: two learners, their trainer and an admin, with one password that everybody knows.

It refuses nothing itself; the command decides whether such accounts may exist on this machine. An account that is already
there is left as it is, so that a changed password or role stays.
"""

from dataclasses import dataclass

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course, CourseTrainer, Enrolment

DEMO_PASSWORD = "three-days-demo"  # noqa: S105 (known on purpose; see the module's first lines)


@dataclass(frozen=True)
class DemoPerson:
    """An account to be made."""

    email: str
    name: str
    role: str

    @property
    def is_admin(self) -> bool:
        return self.role == User.Role.ADMIN


ADA = DemoPerson("ada@example.com", "Ada Learner", User.Role.LEARNER)
BEN = DemoPerson("ben@example.com", "Ben Learner", User.Role.LEARNER)
TESS = DemoPerson("tess@example.com", "Tess Trainer", User.Role.TRAINER)
REX = DemoPerson("rex@example.com", "Rex Admin", User.Role.ADMIN)
LEARNERS = (ADA, BEN)
EVERYBODY = (ADA, BEN, TESS, REX)


@dataclass(frozen=True)
class People:
    """The demo's accounts by e-mail address, and which of them are new."""

    by_email: dict[str, User]
    made: tuple[str, ...]

    def account(self, person: DemoPerson) -> User:
        return self.by_email[person.email]


def make_people() -> People:
    """Make the accounts that are missing."""
    with acting_as(SYSTEM):
        known = {user.email: user for user in User.objects.filter(email__in=[person.email for person in EVERYBODY])}
        made = {person.email: _make(person) for person in EVERYBODY if person.email not in known}
    return People({**known, **made}, tuple(made))


def enrol(course: Course, people: People) -> None:
    """Let Tess train the course, and both learners learn in it with Tess as their trainer."""
    tess = people.account(TESS)
    with acting_as(SYSTEM):
        CourseTrainer.objects.get_or_create(course=course, trainer=tess)
        for person in LEARNERS:
            Enrolment.objects.get_or_create(course=course, learner=people.account(person), defaults={"trainer": tess})


def _make(person: DemoPerson) -> User:
    return User.objects.create_user(
        person.email,
        DEMO_PASSWORD,
        name=person.name,
        role=person.role,
        is_staff=person.is_admin,
        is_superuser=person.is_admin,
    )
