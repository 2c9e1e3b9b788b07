"""Indexes whose names are as long as PostgreSQL allows, and values that let a kept plan use a partial one."""

import re
from typing import Any

from django.db import models


class Index(models.Index):
    """A `models.Index` with PostgreSQL's limit for names (63 bytes) instead of Oracle's."""

    max_name_length = 63


class Constant(models.Value):
    """A word of ours that stands in the statement's text: a plan that is kept for any value cannot use a partial index."""

    def as_sql(self, *args: Any, **kwargs: Any) -> tuple[str, tuple[str | int, ...]]:
        if not re.fullmatch("[a-z_]+", str(self.value)):
            raise ValueError(f"not a plain word: {self.value!r}")
        return f"'{self.value}'", ()
