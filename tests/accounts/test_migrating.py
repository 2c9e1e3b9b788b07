"""`migrate` does not build classes anew that no change reaches, and tells the one class that an index or the like belongs to."""

import pgtrigger
import pytest
from django.db import migrations, models
from django.db.migrations.state import ModelState, ProjectState
from pgtrigger.migrations import AddTrigger, RemoveTrigger

from accounts.migrating import keeping_classes

INDEX = models.Index(fields=["name"], name="shelf_name")
RULE = models.UniqueConstraint(fields=["name"], name="shelf_once")
KEPT = pgtrigger.Protect(name="shelf_kept", operation=pgtrigger.Delete)
CHANGES = [
    ("indexes", migrations.AddIndex("shelf", INDEX), migrations.RemoveIndex("shelf", "shelf_name")),
    ("constraints", migrations.AddConstraint("shelf", RULE), migrations.RemoveConstraint("shelf", "shelf_once")),
    ("triggers", AddTrigger("shelf", KEPT), RemoveTrigger("shelf", "shelf_kept")),
]


def shelves_and_books() -> ProjectState:
    state = ProjectState()
    key = ("id", models.BigAutoField(primary_key=True))
    state.add_model(ModelState("house", "Shelf", [key, ("name", models.TextField())]))
    state.add_model(ModelState("house", "Book", [key, ("shelf", models.ForeignKey("house.Shelf", models.CASCADE))]))
    return state


@pytest.mark.parametrize(("option", "add", "remove"), CHANGES, ids=[option for option, _add, _remove in CHANGES])
def test_it_tells_the_one_class_and_keeps_all(option, add, remove) -> None:
    state = shelves_and_books()
    shelf, book = state.apps.get_model("house", "shelf"), state.apps.get_model("house", "book")
    with keeping_classes():
        add.state_forwards("house", state)
        assert [one.name for one in getattr(shelf._meta, option)] == [state.models["house", "shelf"].options[option][0].name]
        remove.state_forwards("house", state)
    assert getattr(shelf._meta, option) == state.models["house", "shelf"].options[option] == []
    assert state.apps.get_model("house", "shelf") is shelf
    assert state.apps.get_model("house", "book") is book


def test_it_builds_classes_anew_where_fields_change() -> None:
    state = shelves_and_books()
    book = state.apps.get_model("house", "book")
    with keeping_classes():
        migrations.AddField("shelf", "owner", models.ForeignKey("house.Book", models.CASCADE)).state_forwards("house", state)
    assert state.apps.get_model("house", "book") is not book
    assert state.apps.get_model("house", "shelf")._meta.get_field("owner").related_model is state.apps.get_model("house", "book")


def test_it_leaves_django_as_it_was() -> None:
    usual = migrations.AddIndex.state_forwards
    with pytest.raises(LookupError), keeping_classes():
        raise LookupError
    assert migrations.AddIndex.state_forwards is usual
