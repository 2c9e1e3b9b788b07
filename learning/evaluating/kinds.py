"""What else `manage.py evaluate` can measure: kinds of apps above this one, named in settings.EVALUATIONS."""

from argparse import ArgumentParser
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.utils.module_loading import import_string


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing to measure. `measure` gets the command's options and gives figures by name, "course" and "questions" first."""

    name: str
    text: str
    add_arguments: Callable[[ArgumentParser], None]
    measure: Callable[[dict[str, Any]], dict[str, Any]]


def further_kinds() -> dict[str, Kind]:
    """By name."""
    kinds: list[Kind] = [import_string(path) for path in settings.EVALUATIONS]
    return {kind.name: kind for kind in kinds}
