"""Addresses of the desk."""

from django.urls import path

from coach.desk import views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("list", views.inbox, name="desk-list"),
    path("settle", views.settle, name="desk-settle"),
    path("<uuid:escalation_id>/", views.case, name="desk-case"),
    path("<uuid:escalation_id>/seen", views.seen, name="desk-seen"),
    path("<uuid:escalation_id>/claim", views.claim, name="desk-claim"),
    path("<uuid:escalation_id>/reply", views.reply, name="desk-reply"),
    path("<uuid:escalation_id>/undo", views.undo, name="desk-undo"),
    path("<uuid:escalation_id>/assign", views.assign, name="desk-assign"),
    path("<uuid:escalation_id>/preview", views.preview, name="desk-preview"),
]
