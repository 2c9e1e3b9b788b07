"""Addresses of learning plans."""

from django.urls import path

from planning.learning_plans import views

urlpatterns = [
    path("new/", views.new, name="learning-plan-new"),
    path("steps/<uuid:step_id>/done", views.step_done, name="learning-step-done"),
    path("steps/<uuid:step_id>/move", views.step_move, name="learning-step-move"),
    path("<uuid:plan_id>/", views.plan, name="learning-plan"),
    path("<uuid:plan_id>/change/", views.change, name="learning-plan-change"),
    path("<uuid:plan_id>/replan", views.replan, name="learning-plan-replan"),
    path("<uuid:plan_id>/state", views.set_state, name="learning-plan-state"),
]
