"""`manage.py load_demo_threads [EMAIL]`: some threads with the mentor for the demo's learner, after `load_demo`."""

from django.utils import timezone

from courses.demo_commands import ForDemoLearner
from courses.models import Enrolment
from mentor.demo import talk_in_the_past


class Command(ForDemoLearner):
    help = "Load some threads with the mentor for the demo's learner."

    def load(self, enrolment: Enrolment) -> str:
        return f"{talk_in_the_past(enrolment.learner, enrolment.course, now=timezone.now())} threads"
