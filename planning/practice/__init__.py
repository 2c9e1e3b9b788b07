"""Practising: an attempt from its beginning to its marks."""
