"""Addresses of the trainer's coach."""

from django.urls import path

from coach.persona import views

urlpatterns = [
    path("", views.edit, name="trainer-coach"),
    path("save", views.save, name="trainer-coach-save"),
    path("extract", views.extract, name="trainer-coach-extract"),
    path("give-up", views.give_up, name="trainer-coach-give-up"),
    path("picture", views.own_picture, name="trainer-coach-picture"),
]
