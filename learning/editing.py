"""A page of a course is changed, and its index follows by itself: one deed for the API and for Django admin."""

from courses.editing import Text, edit, take_out
from courses.models import Chapter, Lab
from learning.indexing import request_update
from learning.models import ContentUpdate


def save_text(place: Chapter | Lab, wanted: Text, *, seen: int | None = None) -> ContentUpdate | None:
    """Save the text and ask for what changed to be indexed, in the caller's transaction; None when nothing is new.

    Raises PlaceHasMoved.
    """
    return _follow(place) if edit(place, wanted, seen=seen) else None


def remove(place: Chapter | Lab) -> ContentUpdate:
    """Take the page out of the course and of its index."""
    take_out(place)
    return _follow(place)


def _follow(place: Chapter | Lab) -> ContentUpdate:
    return request_update(place.course, update_type=ContentUpdate.Type.INCREMENTAL, triggered_by=ContentUpdate.Trigger.AUTOMATIC)
