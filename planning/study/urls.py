"""Addresses of study plans, below /plan/."""

from django.urls import path

from planning.study import feed_views, views

urlpatterns = [
    path("", views.plans, name="plans"),
    path("new/", views.new, name="plan-new"),
    path("calendar/make", feed_views.make, name="plan-calendar-make"),
    path("calendar/revoke", feed_views.revoke, name="plan-calendar-revoke"),
    path("calendar/<str:secret>.ics", feed_views.calendar, name="plan-calendar"),
    path("<uuid:plan_id>/", views.plan, name="plan"),
    path("<uuid:plan_id>/week/", views.week, name="plan-week"),
    path("<uuid:plan_id>/month/", views.month, name="plan-month"),
    path("<uuid:plan_id>/change/", views.edit, name="plan-edit"),
    path("<uuid:plan_id>/grade", views.grade, name="plan-grade"),
    path("<uuid:plan_id>/finish", views.finish, name="plan-finish"),
    path("<uuid:plan_id>/replan", views.replan, name="plan-replan"),
    path("<uuid:plan_id>/abandon", views.abandon, name="plan-abandon"),
    path("<uuid:plan_id>/complete", views.complete, name="plan-complete"),
]
