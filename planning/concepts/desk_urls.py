"""Addresses of learners' concepts at the desk."""

from django.urls import path

from planning.concepts import desk_views

urlpatterns = [
    path("", desk_views.learners, name="desk-concepts"),
    path("<slug:course>/<uuid:learner_id>/", desk_views.learner, name="desk-concepts-learner"),
]
