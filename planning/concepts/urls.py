"""Addresses of concepts."""

from django.urls import path

from planning.concepts import views

urlpatterns = [
    path("", views.concepts, name="concepts"),
    path("from-course", views.from_course, name="concept-from-course"),
    path("new/", views.new, name="concept-new"),
    path("beat", views.beat, name="concept-beat"),
    path("<uuid:concept_id>/", views.concept, name="concept"),
    path("<uuid:concept_id>/change/", views.change, name="concept-change"),
    path("<uuid:concept_id>/objectives/<int:number>", views.say, name="concept-say"),
    path("<uuid:concept_id>/correct", views.correct, name="concept-correct"),
    path("<uuid:concept_id>/active", views.set_active, name="concept-active"),
    path("<uuid:concept_id>/delete", views.delete, name="concept-delete"),
    path("<uuid:concept_id>/restore", views.restore, name="concept-restore"),
]
