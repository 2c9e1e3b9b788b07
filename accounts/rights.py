"""Who may use Django admin."""

from django.http import HttpRequest

from accounts.models import User


def is_admin(request: HttpRequest) -> bool:
    """Both marks are needed: the role opens the database, `is_staff` the site."""
    person = request.user
    return person.is_authenticated and person.is_active and person.is_staff and person.role == User.Role.ADMIN
