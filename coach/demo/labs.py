"""A lab that gives the demo's second learner trouble, and the trainer's name on the coach. Doing it again adds nothing."""

from datetime import datetime, timedelta
from decimal import Decimal

from accounts.door import acting_as
from accounts.models import User
from coach.labs import judging, trying
from coach.labs.steps import steps_of
from coach.labs.trying import Try
from coach.models import LabWork
from coach.persona import keeping
from coach.persona.extracting import Profile
from coach.persona.keeping import Wanted
from courses.models import Course, Lab

LAB = "lab-1-first-image"
WORKS = 2  # steps
FAILED_MINUTES_AGO = (95, 70, 35)
AT_IT = timedelta(minutes=64)
TESS_COACH = Wanted(
    enabled=True,
    coach_name="",
    tone="warm",
    greeting="Good to see you. Ask me whatever the course leaves open; if I do not know, Tess does.",
    share_level="name_expertise",
    linkedin="",
    info=Profile(
        headline="Runs containers since there are containers, and teaches them on Fridays",
        about="I have moved three companies from one big server to many small ones, and one of them back.",
        expertise=("Container images", "Networks", "Databases in containers"),
        experience=("Platform engineer, Lighthouse Freight, 2016 – today", "System administrator, Harbour Library, 2009 – 2016"),
    ),
)


def get_stuck(course: Course, learner: User, *, now: datetime) -> int:
    """The learner fails at one step again and again; how many tries were noted."""
    with acting_as(learner):
        lab = Lab.objects.current().select_related("course").filter(course=course, lab_id=LAB).first()
        if lab is None or LabWork.objects.filter(learner=learner, course=course).exists():
            return 0
        steps = [step.id for step in steps_of(lab)]
        seconds = int(AT_IT.total_seconds())
        LabWork.objects.create(
            learner=learner, course=course, lab_id=LAB, steps_done=steps[:WORKS], seconds=seconds, open_seconds=seconds
        )
        score = round(Decimal(WORKS) / len(steps), 3)
        for minutes in FAILED_MINUTES_AGO:
            at = now - timedelta(minutes=minutes)
            trying.note(learner, course, Try(LAB, "page", at, at, score, passed=False, step=steps[WORKS]))
    judging.judge_due()
    return len(FAILED_MINUTES_AGO)


def name_the_coach(trainer: User) -> bool:
    """Give the coach its trainer's name; whether it had none."""
    with acting_as(trainer):
        if keeping.settings_of(trainer, None):
            return False
        keeping.keep(trainer, None, TESS_COACH)
    return True
