"""Prompts tried against each other: who gets which, how each does, and what becomes of it."""
