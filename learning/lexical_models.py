"""The precomputed tables of the lexical leg: one index for each generation of a course, and its weighed terms."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from accounts.models import Uuid7
from accounts.policies import IN_MY_COURSES, WORKERS, RowSecurity
from courses.models import Course

CONTENT = {"select": IN_MY_COURSES, "insert": WORKERS, "update": WORKERS, "delete": WORKERS}


class LexicalIndex(models.Model):
    """What the words of one generation of a course were weighed with. `language` is that of the time of indexing."""

    id = models.UUIDField(primary_key=True, db_default=Uuid7(), editable=False)
    course = models.ForeignKey(Course, models.CASCADE, related_name="lexical_indexes", db_index=False)
    generation = models.IntegerField()
    language = models.CharField(max_length=63)  # a text search configuration of PostgreSQL
    chunk_count = models.IntegerField()

    class Meta:
        db_table = "ai_coach_lexical_indexes"
        constraints = [
            models.UniqueConstraint(fields=["course", "generation"], name="ai_coach_lexical_indexes_once"),
            RowSecurity(name="ai_coach_lexical_indexes_rows", **CONTENT),
        ]

    def __str__(self) -> str:
        return f"{self.course_id} {self.generation}"


class LexicalImpact(models.Model):
    """A term with everything it adds to a BM25 score: `impacts[n]` goes to the chunk `chunk_ids[n]`.

    A row for each term, not for each posting, is a quarter of the size and one index visit for each word of a question.
    """

    pk = models.CompositePrimaryKey("course_id", "generation", "term")
    course = models.ForeignKey(Course, models.CASCADE, related_name="+", db_index=False)
    generation = models.IntegerField()
    term = models.TextField()  # a lexeme, or two neighbouring ones with a space between
    idf = models.FloatField()
    chunk_ids = ArrayField(models.UUIDField())
    impacts = ArrayField(models.FloatField())

    class Meta:
        db_table = "ai_coach_lexical_impacts"
        constraints = [RowSecurity(name="ai_coach_lexical_impacts_rows", **CONTENT)]

    def __str__(self) -> str:
        return self.term
