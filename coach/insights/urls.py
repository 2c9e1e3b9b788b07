"""Addresses of the dashboard."""

from django.urls import path

from coach.insights import views

urlpatterns = [
    path("", views.insights, name="insights"),
    path("wanted-error/<slug:slug>/", views.wanted_error, name="insights-wanted-error"),
    path("<slug:key>.csv", views.table, name="insights-table"),
]
