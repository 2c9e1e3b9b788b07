"""`manage.py load_demo_concepts [EMAIL]`: concepts and a plan for the demo's learner, after `load_demo`."""

from django.utils import timezone

from courses.demo_commands import ForDemoLearner
from courses.models import Enrolment
from planning.demo_concepts import pursue_in_the_past


class Command(ForDemoLearner):
    help = "Load concepts and a learning plan for the demo's learner."

    def load(self, enrolment: Enrolment) -> str:
        return f"{pursue_in_the_past(enrolment.learner, enrolment.course, now=timezone.now())} concepts"
