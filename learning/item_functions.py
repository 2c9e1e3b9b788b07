"""What must hold of an item of the queue, whatever code writes it, in one function.

A check is read from its text and taken apart by each insert; a function keeps its plan, and an expression in it is made ready
once for a transaction. So all that is asked of an item stands in one check and one expression.
"""

from django.db.models import BooleanField, F, Func

TAKES = {
    "id": "uuid",
    "status": "text",
    "source_type": "text",
    "confidence_score": "int",
    "reviewed_at": "timestamptz",
    "applied_at": "timestamptz",
    "knowledge_id": "uuid",
    "reason": "text",
    "proposed_content": "text",
    "duplicate_of_id": "uuid",
}
TAKEN = ", ".join(f"{column} {type_}" for column, type_ in TAKES.items())

# A state, a source and a confidence that there are. Decided items say when; what is applied says when and as what; a rejection
# says why; what is approved says something.
ITEM_HOLDS = f"""
CREATE OR REPLACE FUNCTION learning_item_holds({TAKEN}) RETURNS boolean LANGUAGE plpgsql IMMUTABLE PARALLEL SAFE AS $body$ BEGIN
    RETURN source_type IN ('feedback', 'correction', 'transcript', 'manual') AND confidence_score BETWEEN 0 AND 100
       AND duplicate_of_id IS DISTINCT FROM id AND CASE status
           WHEN 'pending' THEN true
           WHEN 'approved' THEN reviewed_at IS NOT NULL AND proposed_content ~ '\\S'
           WHEN 'rejected' THEN reviewed_at IS NOT NULL AND reason <> ''
           WHEN 'applied' THEN reviewed_at IS NOT NULL AND proposed_content ~ '\\S' AND applied_at IS NOT NULL
                AND knowledge_id IS NOT NULL
           ELSE false END;
END $body$
"""
NO_ITEM_HOLDS = f"DROP FUNCTION learning_item_holds({', '.join(TAKES.values())})"


def item_holds() -> Func:
    """The condition for a check of the table."""
    columns = [F("duplicate_of" if column == "duplicate_of_id" else column) for column in TAKES]
    return Func(*columns, function="learning_item_holds", output_field=BooleanField())
