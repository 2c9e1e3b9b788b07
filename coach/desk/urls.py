"""Addresses of the desk."""

from django.urls import path

from coach.desk import struggle_views, views

urlpatterns = [
    path("", views.desk, name="desk"),
    path("list", views.inbox, name="desk-list"),
    path("settle", views.settle, name="desk-settle"),
    path("struggles/", struggle_views.listed, name="desk-struggles"),
    path("struggles/<uuid:struggle_id>/", struggle_views.case, name="desk-struggle"),
    path("struggles/<uuid:struggle_id>/write", struggle_views.write, name="desk-struggle-write"),
    path("struggles/<uuid:struggle_id>/acknowledge", struggle_views.acknowledge, name="desk-struggle-acknowledge"),
    path("<uuid:escalation_id>/", views.case, name="desk-case"),
    path("<uuid:escalation_id>/seen", views.seen, name="desk-seen"),
    path("<uuid:escalation_id>/claim", views.claim, name="desk-claim"),
    path("<uuid:escalation_id>/reply", views.reply, name="desk-reply"),
    path("<uuid:escalation_id>/undo", views.undo, name="desk-undo"),
    path("<uuid:escalation_id>/assign", views.assign, name="desk-assign"),
    path("<uuid:escalation_id>/preview", views.preview, name="desk-preview"),
]
