"""The mark in the navigation that tells a learner of new replies. One indexed question, and only behind the door."""

from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import ngettext

from accounts.door import current_actor
from coach.seeing import unseen
from courses.models import Course

register = template.Library()


@register.simple_tag(takes_context=True)
def new_replies(context: dict[str, Any], course: Course | None = None) -> SafeString:
    """A count of replies that the reader has not seen; nothing when there is none."""
    person = context["request"].user
    if current_actor().user_id != person.pk:
        return mark_safe("")
    count = unseen(person, course)
    if not count:
        return mark_safe("")
    words = ngettext("%(count)d new reply", "%(count)d new replies", count) % {"count": count}
    return format_html(
        ' <span class="news" title="{}"><span aria-hidden="true">{}</span><span class="for-readers-aloud">{}</span></span>',
        words,
        count,
        words,
    )
