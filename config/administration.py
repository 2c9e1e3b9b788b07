"""The site of Django admin: for admins alone, with the door open for the whole request, rendering included."""

import functools
import logging
from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import SimpleTemplateResponse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from unfold.sites import UnfoldAdminSite

from accounts.door import acting_as
from accounts.rights import is_admin

log = logging.getLogger("aicoach.security")


class Site(UnfoldAdminSite):
    """Unfold's site with our rules. Whoever is no admin gets 404; strangers go to the sign-in page."""

    def has_permission(self, request: HttpRequest) -> bool:
        return is_admin(request)

    def admin_view(self, view: Callable[..., Any], cacheable: bool = False) -> Callable[..., Any]:
        inner = super().admin_view(view, cacheable)

        @functools.wraps(inner)
        def behind(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return redirect_to_login(request.get_full_path())
            if not is_admin(request):
                log.warning("admin_refused user=%s", request.user.pk)
                raise Http404
            with acting_as(request.user):
                return _rendered(inner(request, *args, **kwargs))

        return behind

    @method_decorator(never_cache)
    def login(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        """The site has one sign-in page."""
        return redirect("admin:index") if is_admin(request) else redirect_to_login(request.GET.get("next", "/admin/"))

    def password_change(self, request: HttpRequest, extra_context: dict[str, Any] | None = None) -> HttpResponse:
        return redirect("password-change")


def _rendered(response: HttpResponseBase) -> HttpResponseBase:
    """Admin's templates read rows while they are rendered."""
    return response.render() if isinstance(response, SimpleTemplateResponse) else response
