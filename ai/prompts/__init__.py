"""Prompts as versioned files, and what puts a request into them."""

from ai.prompts.coaching import VERSION as COACH_VERSION
from ai.prompts.coaching import coach_request

__all__ = ["COACH_VERSION", "coach_request"]
