"""Pages about oneself: signing in and out, the password, the account and its tokens."""

import logging
from typing import Any, cast
from uuid import UUID

from django.contrib import messages
from django.contrib.auth import logout
from django.contrib.auth import views as auth_views
from django.contrib.auth.forms import AuthenticationForm, SetPasswordForm
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse_lazy
from django.utils.decorators import method_decorator
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST
from django.views.generic import FormView

from accounts import resetting, throttling, tokens
from accounts.door import behind_door, signing_in_as
from accounts.forms import AccountForm, ResetRequestForm, SignInForm, TokenForm
from accounts.models import PersonalToken, User

log = logging.getLogger("aicoach.security")


class SignIn(auth_views.LoginView):
    """By e-mail address and password; limited by address and by where the request comes from."""

    template_name = "accounts/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True

    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        verdict = _may_try(request, request.POST.get("username", ""))
        form = cast(SignInForm, self.get_form())
        form.wait = verdict.retry_after
        return self.form_valid(form) if form.is_valid() else self._answer(form, verdict)

    def form_valid(self, form: AuthenticationForm) -> HttpResponse:
        person = form.get_user()
        with signing_in_as(user_id=person.pk):
            response = super().form_valid(form)
        throttling.forget("sign-in", _counted(person.email))
        log.info("signed_in user=%s", person.pk)
        return response

    def _answer(self, form: SignInForm, verdict: throttling.Verdict) -> HttpResponse:
        event = "sign_in_failed" if verdict else "sign_in_throttled"
        log.warning("%s from=%s", event, throttling.address_of(self.request))
        response = self.form_invalid(form)
        if not verdict:
            response.status_code = 429
            response.headers["Retry-After"] = str(verdict.retry_after)
        return response


def _may_try(request: HttpRequest, email: str) -> throttling.Verdict:
    """The stricter of both limits. Both count, so that neither can be spared by spending the other."""
    by_place = throttling.allow("sign-in-place", throttling.address_of(request))
    by_account = throttling.allow("sign-in", _counted(email))
    return by_account if by_place else by_place


def _counted(email: str) -> str:
    return email.strip().lower()


class ResetRequest(FormView):
    """Sends a link; answers the same, and as quickly, for every address."""

    template_name = "accounts/password_reset.html"
    form_class = ResetRequestForm
    success_url = reverse_lazy("password-reset-done")

    def form_valid(self, form: ResetRequestForm) -> HttpResponse:
        email = form.cleaned_data["email"]
        place = throttling.address_of(self.request)
        if throttling.allow("sign-in-place", place) and throttling.allow("sign-in", f"reset {_counted(email)}"):
            protocol = "https" if self.request.is_secure() else "http"
            resetting.send_link(email, resetting.Site(protocol, self.request.get_host(), get_language() or "en"))
        else:
            log.warning("reset_throttled from=%s", place)
        return super().form_valid(form)


class ResetConfirm(auth_views.PasswordResetConfirmView):
    """Behind the link of the mail. The token is kept out of the address while the form is shown."""

    template_name = "accounts/password_reset_confirm.html"
    success_url = reverse_lazy("password-reset-complete")

    def get_user(self, uidb64: str) -> User | None:
        return resetting.account_of_link(uidb64)

    def form_valid(self, form: "SetPasswordForm[User]") -> HttpResponse:
        with signing_in_as(user_id=form.user.pk):
            response = super().form_valid(form)
        resetting.close_sessions(form.user)
        log.info("password_reset user=%s", form.user.pk)
        return response


@method_decorator([never_cache, behind_door], name="dispatch")
class PasswordChange(auth_views.PasswordChangeView):
    template_name = "accounts/password_change.html"
    success_url = reverse_lazy("account")

    def form_valid(self, form: Any) -> HttpResponse:
        response = super().form_valid(form)
        resetting.close_sessions(form.user, but=self.request.session.session_key)
        messages.success(self.request, _("Your password is changed. All other browsers were signed out."))
        log.info("password_changed user=%s", form.user.pk)
        return response


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
@behind_door
def account(request: HttpRequest) -> HttpResponse:
    """Name, time zone and personal tokens."""
    form = AccountForm(request.POST or None, instance=User.objects.get(pk=_myself(request).pk))
    if request.method == "POST" and form.is_valid():
        form.instance.save(update_fields=AccountForm.Meta.fields)
        messages.success(request, _("Saved."))
        return redirect("account")
    return _account_page(request, form=form)


@require_POST
@never_cache
@behind_door
def token_create(request: HttpRequest) -> HttpResponse:
    """The answer to this form is the only page that ever shows the token."""
    form = TokenForm(request.POST)
    if not form.is_valid():
        return _account_page(request, token_form=form, status=422)
    data = form.cleaned_data
    try:
        made = tokens.make(person=_myself(request), name=data["name"], expires_at=data["expires_at"])
    except tokens.TooManyTokens:
        form.add_error(None, _("You have %(limit)d tokens. Revoke one first.") % {"limit": tokens.LIMIT})
        return _account_page(request, token_form=form, status=422)
    log.info("token_made user=%s token=%s", request.user.pk, made.token.pk)
    return _account_page(request, new_token=made.secret)


@require_POST
@behind_door
def token_revoke(request: HttpRequest, token_id: UUID) -> HttpResponse:
    if not tokens.revoke(person=_myself(request), token_id=token_id):
        raise Http404
    log.info("token_revoked user=%s token=%s", request.user.pk, token_id)
    messages.success(request, _("The token is revoked."))
    return redirect("account")


@require_POST
@behind_door
def sign_out_everywhere(request: HttpRequest) -> HttpResponse:
    """Ends every session of this person, this one too. Tokens go on working."""
    resetting.close_sessions(_myself(request))
    log.info("signed_out_everywhere user=%s", request.user.pk)
    logout(request)
    return redirect("sign-in")


def _account_page(
    request: HttpRequest,
    *,
    form: AccountForm | None = None,
    token_form: TokenForm | None = None,
    new_token: str = "",
    status: int = 200,
) -> HttpResponse:
    context = {
        "form": form or AccountForm(instance=_myself(request)),
        "token_form": token_form or TokenForm(),
        "tokens": PersonalToken.objects.filter(user=_myself(request), revoked_at=None).order_by("-pk"),
        "new_token": new_token,
    }
    return render(request, "accounts/account.html", context, status=status)


def _myself(request: HttpRequest) -> User:
    return cast(User, request.user)
