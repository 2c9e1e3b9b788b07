"""What must hold of an item of the queue, whatever code writes it, in one function.

Five conditions in five checks are read from their text and taken apart by each insert; a function keeps its plan. What values
a state, a source and a confidence may have stands in checks of their own, as the data model has them.
"""

from django.db.models import BooleanField, F, Func

COLUMNS = ("id", "status", "reviewed_at", "applied_at", "knowledge_id", "reason", "proposed_content", "duplicate_of_id")
TYPES = ("uuid", "text", "timestamptz", "timestamptz", "uuid", "text", "text", "uuid")
TAKEN = ", ".join(f"{column} {type_}" for column, type_ in zip(COLUMNS, TYPES, strict=True))

# Decided items say when; what is applied says when and as what; a rejection says why; what is approved says something.
ITEM_HOLDS = f"""
CREATE OR REPLACE FUNCTION learning_item_holds({TAKEN}) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $body$ BEGIN
    IF duplicate_of_id = id THEN RETURN false; END IF;
    IF status = 'pending' THEN RETURN true; END IF;
    RETURN reviewed_at IS NOT NULL
       AND (status <> 'applied' OR (applied_at IS NOT NULL AND knowledge_id IS NOT NULL))
       AND (status <> 'rejected' OR reason <> '')
       AND (status NOT IN ('approved', 'applied') OR proposed_content ~ '\\S');
END $body$
"""
NO_ITEM_HOLDS = f"DROP FUNCTION learning_item_holds({', '.join(TYPES)})"


def item_holds() -> Func:
    """The condition for a check of the table."""
    columns = [F("duplicate_of" if column == "duplicate_of_id" else column) for column in COLUMNS]
    return Func(*columns, function="learning_item_holds", output_field=BooleanField())
