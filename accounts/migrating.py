"""A quicker `migrate`. Django builds the classes of all related models anew after each change to a model.

An index, a constraint or a trigger changes no class that others point at, yet of the time that our migrations took, two thirds
went into building ninety classes again for each of them. Here the one class is told of it instead.
"""

import functools
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db.migrations.operations import AddConstraint, AddIndex, RemoveConstraint, RemoveIndex
from django.db.migrations.state import ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

StateForwards = Callable[[Any, str, ProjectState], None]
BESIDE_FIELDS: tuple[Any, ...] = (AddIndex, RemoveIndex, AddConstraint, RemoveConstraint, AddTrigger, RemoveTrigger)


@contextmanager
def keeping_classes() -> Iterator[None]:
    """Inside, these operations keep the classes that a state of the migrations has built."""
    usual = {operation: operation.state_forwards for operation in BESIDE_FIELDS}
    for operation, forwards in usual.items():
        operation.state_forwards = _keeping(forwards)
    try:
        yield
    finally:
        for operation, forwards in usual.items():
            operation.state_forwards = forwards


def _keeping(forwards: StateForwards) -> StateForwards:
    @functools.wraps(forwards)
    def state_forwards(operation: Any, app_label: str, state: ProjectState) -> None:
        built = state.__dict__.pop("apps", None)  # without them the state has nothing to build anew
        forwards(operation, app_label, state)
        if built is not None:
            state.__dict__["apps"] = built
            told = state.models[app_label, operation.model_name_lower].options[operation.option_name]
            setattr(built.get_model(app_label, operation.model_name)._meta, operation.option_name, list(told))

    return state_forwards
