"""Addresses of this app."""

from django.urls import path

from mentor import chat_views, memory_views, views
from mentor.streaming import chat_stream

urlpatterns = [
    path("", views.mentor, name="mentor"),
    path("memory/", memory_views.memory, name="mentor-memory"),
    path("memory/<uuid:memory_id>/correct", memory_views.correct, name="mentor-memory-correct"),
    path("memory/<uuid:memory_id>/forget", memory_views.forget, name="mentor-memory-forget"),
    path("begin", views.begin, name="mentor-begin"),
    path("asked/<slug:slug>/", chat_views.asked_again, name="mentor-asked-again"),
    path("chats/<uuid:chat_id>/stream", chat_stream, name="mentor-stream"),
    path("chats/<uuid:chat_id>/stop", chat_views.stop, name="mentor-stop"),
    path("chats/<uuid:chat_id>/retry", chat_views.retry, name="mentor-retry"),
    path("chats/<uuid:chat_id>/rating", chat_views.rate, name="mentor-rate"),
    path("chats/<uuid:chat_id>/flag", chat_views.flag, name="mentor-flag"),
    path("chats/<uuid:chat_id>/escalate", chat_views.escalate, name="mentor-escalate"),
    path("chats/<uuid:chat_id>/passed", chat_views.passed, name="mentor-passed"),
    path("<uuid:thread_id>/", views.thread, name="mentor-thread"),
    path("<uuid:thread_id>/ask", views.ask, name="mentor-ask"),
    path("<uuid:thread_id>/rename", views.rename, name="mentor-rename"),
    path("<uuid:thread_id>/concept", views.set_concept, name="mentor-concept"),
    path("<uuid:thread_id>/delete", views.delete, name="mentor-delete"),
    path("<uuid:thread_id>/restore", views.restore, name="mentor-restore"),
    path("<uuid:thread_id>/export.md", views.export, name="mentor-export"),
]
