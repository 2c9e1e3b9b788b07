"""A course, people and some history to look at, made by the same deeds that make the real ones."""
