"""Prompts as versioned files, and what puts a request into them."""
