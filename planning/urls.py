"""Addresses of this app, each family in a file of its own."""

from django.urls import include, path

urlpatterns = [
    path("concepts/plans/", include("planning.learning_plans.urls")),
    path("concepts/", include("planning.concepts.urls")),
]
