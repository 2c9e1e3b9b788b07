"""Addresses of marking."""

from django.urls import path

from planning.marking import views

urlpatterns = [
    path("desk/marking/", views.queue, name="marking"),
    path("desk/marking/<uuid:answer_id>/", views.case, name="marking-case"),
    path("desk/marking/<uuid:answer_id>/claim", views.claim, name="marking-claim"),
    path("desk/marking/<uuid:answer_id>/rule", views.rule, name="marking-rule"),
    path("desk/marking/<uuid:answer_id>/alike", views.alike, name="marking-alike"),
    path("practice/answers/<uuid:answer_id>/dispute", views.dispute, name="marking-dispute"),
    path("practice/decided", views.seen, name="marking-seen"),
]
