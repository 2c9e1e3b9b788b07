"""Addresses of this app."""

from django.urls import path

from courses import views

urlpatterns = [
    path("", views.home, name="home"),
    path("courses/<slug:slug>/", views.course, name="course"),
    path("courses/<slug:slug>/files/<path:path>", views.file, name="course-file"),
    path("courses/<slug:slug>/<str:place_id>/", views.place, name="place"),
    path("courses/<slug:slug>/<str:place_id>/done", views.place_done, name="place-done"),
]
