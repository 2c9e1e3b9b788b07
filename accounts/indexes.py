"""Indexes whose names are as long as PostgreSQL allows: the data model's own names stay as they are."""

from django.db import models


class Index(models.Index):
    """A `models.Index` with PostgreSQL's limit for names (63 bytes) instead of Oracle's."""

    max_name_length = 63
