"""Addresses of improvement plans, below /plan/improve/."""

from django.urls import path

from planning.improve import views

urlpatterns = [
    path("", views.improvements, name="improvements"),
    path("<uuid:plan_id>/", views.improvement, name="improvement"),
    path("<uuid:plan_id>/tick", views.tick, name="improvement-tick"),
]
