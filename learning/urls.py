"""Addresses of this app."""

from django.urls import path

from learning import views

urlpatterns = [
    path("import/<slug:slug>/", views.course_import, name="course-import"),
    path("import/<slug:slug>/progress", views.import_progress, name="course-import-progress"),
]
