"""A trainer's own settings: read, made, changed, given up. Behind the trainer's door; nobody changes another's."""

from dataclasses import dataclass
from typing import Any

from accounts.models import User
from coach.models import Personalization
from coach.persona import extracting
from coach.persona.extracting import Profile
from coach.persona.picturing import picture
from courses.models import Course

WITHOUT_PICTURE = ("picture",)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What a trainer sets. `picture` None leaves it as it is, empty takes it away."""

    enabled: bool
    coach_name: str
    tone: str
    greeting: str
    share_level: str
    linkedin: str
    info: Profile
    picture: bytes | None = None


def settings_of(trainer: User, course: Course | None) -> Personalization | None:
    """For one course, or with None those for all courses."""
    return Personalization.objects.defer(*WITHOUT_PICTURE).filter(trainer=trainer, course=course).first()


def keep(trainer: User, course: Course | None, wanted: Wanted) -> Personalization:
    """Raises PictureRefused."""
    values: dict[str, Any] = {
        "personalization_enabled": wanted.enabled,
        "coach_name": one_line(wanted.coach_name),
        "tone": wanted.tone,
        "greeting": one_line(wanted.greeting),
        "share_level": wanted.share_level,
        "linkedin_profile_url": wanted.linkedin or None,
        "trainer_info": extracting.tidy(wanted.info).as_info(),
    }
    if wanted.picture:
        made = picture(wanted.picture)
        values |= {"picture": made.content, "picture_hash": made.digest}
    elif wanted.picture is not None:
        values |= {"picture": None, "picture_hash": ""}
    row, _created = Personalization.objects.update_or_create(trainer=trainer, course=course, defaults=values)
    return row


def give_up(trainer: User, course: Course | None) -> bool:
    """Whether there was anything to give up."""
    return bool(Personalization.objects.filter(trainer=trainer, course=course).delete()[0])


def usual_name(trainer: User) -> str:
    """As the database has it for an empty name."""
    return f"{trainer.name.split(' ')[0]}'s AI Coach"


def one_line(text: str) -> str:
    """One line, without signs that cannot be seen."""
    return " ".join("".join(sign if sign.isprintable() else " " for sign in text).split())
