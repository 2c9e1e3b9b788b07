"""Addresses of transcripts, under the desk."""

from django.urls import path

from learning.transcripts import views

urlpatterns = [
    path("", views.transcripts, name="transcripts"),
    path("<uuid:transcript_id>/", views.transcript, name="transcript"),
    path("<uuid:transcript_id>/progress", views.progress, name="transcript-progress"),
    path("<uuid:transcript_id>/again", views.again, name="transcript-again"),
    path("<uuid:transcript_id>/erase", views.erasing, name="transcript-erase"),
]
