"""Writing questions in Django admin."""
