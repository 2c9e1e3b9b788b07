"""Addresses of the dashboard."""

from django.urls import path

from coach.insights import views

urlpatterns = [
    path("", views.insights, name="insights"),
    path("<slug:key>.csv", views.table, name="insights-table"),
]
