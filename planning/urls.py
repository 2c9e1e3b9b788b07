"""Addresses of this app."""

from django.urls import path

from planning.practice import views

urlpatterns = [
    path("practice/", views.practice, name="practice"),
    path("practice/begin/<str:code>/", views.begin, name="practice-begin"),
    path("practice/<uuid:attempt_id>/", views.attempt, name="practice-attempt"),
    path("practice/<uuid:attempt_id>/answers/<int:position>", views.answer, name="practice-answer"),
    path("practice/<uuid:attempt_id>/check/", views.check, name="practice-check"),
    path("practice/<uuid:attempt_id>/submit", views.submit, name="practice-submit"),
    path("practice/<uuid:attempt_id>/abandon", views.abandon, name="practice-abandon"),
    path("practice/<uuid:attempt_id>/result/", views.result, name="practice-result"),
]
