"""The request of a page for people who are signed in, for the type checker."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from accounts.models import User


class PersonRequest(HttpRequest):
    """What a view behind the door gets: `user` is a person, and `htmx` tells a fragment from a page."""

    user: "User"
    htmx: "HtmxDetails"
