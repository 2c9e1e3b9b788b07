"""Addresses of this app."""

from django.contrib.auth.views import LogoutView
from django.urls import path
from django.views.generic import TemplateView

from accounts import views

RESET = TemplateView.as_view(template_name="accounts/password_reset_done.html")
RESET_COMPLETE = TemplateView.as_view(template_name="accounts/password_reset_complete.html")

urlpatterns = [
    path("", views.account, name="account"),
    path("sign-in/", views.SignIn.as_view(), name="sign-in"),
    path("sign-out/", LogoutView.as_view(), name="sign-out"),
    path("sign-out-everywhere/", views.sign_out_everywhere, name="sign-out-everywhere"),
    path("password/", views.PasswordChange.as_view(), name="password-change"),
    path("password/reset/", views.ResetRequest.as_view(), name="password-reset"),
    path("password/reset/sent/", RESET, name="password-reset-done"),
    path("password/reset/complete/", RESET_COMPLETE, name="password-reset-complete"),
    path("password/reset/<uidb64>/<token>/", views.ResetConfirm.as_view(), name="password-reset-confirm"),
    path("tokens/", views.token_create, name="token-create"),
    path("tokens/<uuid:token_id>/revoke", views.token_revoke, name="token-revoke"),
]
