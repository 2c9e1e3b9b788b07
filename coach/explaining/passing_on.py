"""A point that the course says too little about goes to the trainer, onto the same desk as questions."""

from django.utils.translation import gettext as _

from accounts.models import User
from ai.models import Handover
from coach.explaining.keeping import About
from coach.explaining.showing import request_id
from coach.sessions.referring import wake_desk_later


def pass_on(person: User, about: About) -> Handover:
    """Behind the person's door; asking again changes nothing."""
    question = _("Please explain this point of the syllabus: %(point)s") % {"point": about.point}
    said = {"user_id": person.pk, "course_id": about.course.pk, "question": question, "label": "not_found"}
    handover, _is_new = Handover.objects.get_or_create(source_id=request_id(person, about.point), defaults=said)
    wake_desk_later()
    return handover
