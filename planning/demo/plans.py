"""Ben's plan for the demo exam: begun nine days ago and kept to, with a day missed, so that no page of plans is empty."""

from datetime import date, datetime, timedelta

from accounts.door import acting_as
from accounts.models import User
from planning.demo import CODE
from planning.models import StudyPlan, Subject
from planning.study import schedule as days
from planning.study.keeping import catch_up, grade
from planning.study.making import make
from planning.study.wishing import Wanted

BEGUN = 9  # days ago
KEPT = 8  # days that were done
EXAM_IN = 40  # days
GRADES = (4, 3, 5, 2, 4)


def plan_for(learner: User, *, now: datetime) -> int:
    """How many plans were made: none when there is one already."""
    today = now.date()
    with acting_as(learner):
        subject = Subject.objects.filter(code=CODE).first()
        if subject is None or StudyPlan.objects.filter(student=learner, subject=subject).exists():
            return 0
        wanted = Wanted(exam_date=today + timedelta(days=EXAM_IN), hours_per_day=1.5)
        plan = make(learner=learner, subject=subject, wanted=wanted, today=today - timedelta(days=BEGUN), zone="UTC")
        for number in range(KEPT):
            plan = _kept(plan, today - timedelta(days=BEGUN - number), number)
    return 1


def _kept(plan: StudyPlan, day: date, number: int) -> StudyPlan:
    """A day on which everything was graded."""
    caught = catch_up(plan, day)
    entry = days.on(caught.schedule, day)
    for place, topic in enumerate(entry["topics"] if entry else []):
        caught = grade(study_plan=caught, topic=topic, value=GRADES[(number + place) % len(GRADES)], today=day)
    return caught
