"""Row-level security as declarations in a model's Meta.

`RowSecurity` stands in `Meta.constraints` and becomes ENABLE and FORCE ROW LEVEL SECURITY plus one permissive policy for
each verb that some role may use; a verb that is not named is refused for everybody. The expressions call the STABLE
functions made in the first migrations, wrapped in a sub-select so that PostgreSQL evaluates them once per statement.
"""

from collections.abc import Sequence
from typing import Any

from django.db.models.constraints import BaseConstraint

VERBS = ("select", "insert", "update", "delete")

WORKERS = "(SELECT app_role()) = 'system'"
ADMINS = "(SELECT app_role()) IN ('admin', 'system')"
ANYBODY = "(SELECT app_role()) IN ('learner', 'trainer', 'admin', 'system')"
IN_MY_COURSES = "course_id = ANY ((SELECT visible_courses())::uuid[])"
IN_COURSES_I_RUN = "course_id = ANY ((SELECT run_courses())::uuid[])"


def own(column: str = "learner_id") -> str:
    """Rows of the acting person; for admin and system the range is every id there is, so one index serves all."""
    return f"{column} BETWEEN (SELECT visible_from()) AND (SELECT visible_to())"


def trained(column: str = "learner_id") -> str:
    """Rows of a learner whom the acting trainer has in the row's course. It can use an index on `column`.

    The pairs come as one JSON object, a learner's courses by the learner: a set of pairs would be hashed anew by each statement.
    Of an operator of JSON the planner believes that it seldom holds, of `coalesce` that it holds for every other row; lists
    are read by their own index only if it does not expect the rows to be few.
    """
    return (
        f"{column} = ANY ((SELECT trained_learners())::uuid[])"
        f" AND coalesce(((SELECT trained_courses()) -> {column}::text) ? course_id::text, false)"
    )


def own_or_trained(column: str = "learner_id") -> str:
    """`own`, or `trained`. Both arms can use an index on `column`."""
    return f"({own(column)}) OR ({trained(column)})"


class RowSecurity(BaseConstraint):
    """FORCE row-level security on the model's table, with one policy per verb.

    `select`, `insert`, `update` and `delete` are SQL conditions over the row; None refuses the verb. For an update the
    condition holds for the row before and after.
    """

    def __init__(
        self,
        *,
        name: str,
        select: str | None = None,
        insert: str | None = None,
        update: str | None = None,
        delete: str | None = None,
    ) -> None:
        super().__init__(name=name)
        self.rules = dict(zip(VERBS, (select, insert, update, delete), strict=True))

    def deconstruct(self) -> tuple[str, tuple[()], dict[str, Any]]:
        path, _, kwargs = super().deconstruct()
        return path, (), {**kwargs, **self.rules}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowSecurity) and (self.name, self.rules) == (other.name, other.rules)

    __hash__ = None  # type: ignore[assignment]

    def validate(self, *args: Any, **kwargs: Any) -> None:
        """The database decides; there is nothing to check beforehand."""

    def constraint_sql(self, model: Any, schema_editor: Any) -> None:  # type: ignore[override]  # nothing inside CREATE TABLE
        schema_editor.deferred_sql.append(self.create_sql(model, schema_editor))

    def create_sql(self, model: Any, schema_editor: Any) -> str:
        return "; ".join(secure_table(model._meta.db_table, **self.rules))

    def remove_sql(self, model: Any, schema_editor: Any) -> str:
        return "; ".join(release_table(model._meta.db_table))


def secure_table(table: str, **rules: str | None) -> Sequence[str]:
    """The statements that force row-level security on `table` and make its policies."""
    force = [f'ALTER TABLE "{table}" ENABLE ROW LEVEL SECURITY', f'ALTER TABLE "{table}" FORCE ROW LEVEL SECURITY']
    return force + [_policy(table, verb, rule) for verb, rule in rules.items() if rule]


def release_table(table: str) -> Sequence[str]:
    """The reverse of `secure_table`."""
    drop = [f'DROP POLICY IF EXISTS "{table}_{verb}" ON "{table}"' for verb in VERBS]
    return [
        *drop,
        f'ALTER TABLE "{table}" NO FORCE ROW LEVEL SECURITY',
        f'ALTER TABLE "{table}" DISABLE ROW LEVEL SECURITY',
    ]


def _policy(table: str, verb: str, rule: str) -> str:
    clauses = {"insert": f"WITH CHECK ({rule})", "update": f"USING ({rule}) WITH CHECK ({rule})"}
    return f'CREATE POLICY "{table}_{verb}" ON "{table}" FOR {verb.upper()} {clauses.get(verb, f"USING ({rule})")}'
