"""Markdown of lessons, of messages, and as plain text: the only place that turns somebody's text into HTML.

Lessons are written by trainers and may hold HTML; messages come from models and people and may not. Both pass a
sanitiser with a short allowlist, and neither can bring a script, a style, an event handler or a foreign request.
"""

from courses.markdown.headings import Heading
from courses.markdown.lesson import Lesson, headings, parse_lesson, render_lesson
from courses.markdown.message import render_exact, render_message
from courses.markdown.plain import plain_text, sentences

__all__ = [
    "Heading",
    "Lesson",
    "headings",
    "parse_lesson",
    "plain_text",
    "render_exact",
    "render_lesson",
    "render_message",
    "sentences",
]
