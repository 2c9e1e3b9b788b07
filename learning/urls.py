"""Addresses of this app."""

from django.urls import path

from learning import views

urlpatterns = [
    path("import/<slug:slug>/", views.course_import, name="course-import"),
    path("updates/<slug:slug>/", views.updates, name="course-updates"),
    path("updates/<slug:slug>/<uuid:update_id>/retry", views.update_retry, name="course-update-retry"),
    path("import/<slug:slug>/progress", views.import_progress, name="course-import-progress"),
]
