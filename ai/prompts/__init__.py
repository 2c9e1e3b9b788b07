"""Prompts as versioned files, and what puts a request into them."""

from ai.prompts.coaching import VERSION as COACH_VERSION
from ai.prompts.coaching import coach_request
from ai.prompts.mentoring import VERSION as MENTOR_VERSION
from ai.prompts.mentoring import mentor_request

__all__ = ["COACH_VERSION", "DEFAULTS", "MENTOR_VERSION", "coach_request", "mentor_request"]

DEFAULTS = {"coach": COACH_VERSION, "mentor": MENTOR_VERSION}  # what answers while nothing else is tried
