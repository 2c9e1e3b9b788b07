"""A plan that a connection keeps shows each person their own rows, whoever came before on the same connection."""

import pytest
from django.db import connection

from accounts.door import SYSTEM, acting_as, planned_once
from accounts.indexes import Constant
from accounts.models import User
from learning.models import LearningItem

pytestmark = pytest.mark.django_db(transaction=True)
KEPT = "SELECT generic_plans + custom_plans, generic_plans FROM pg_prepared_statements WHERE statement LIKE %s"


def emails() -> list[str]:
    with planned_once():
        return sorted(User.objects.filter(email__gt="").values_list("email", flat=True))


def test_it_asks_anew_who_is_acting(ada: User, ben: User, tess: User, rex: User) -> None:
    everybody = sorted(person.email for person in (ada, ben, tess, rex))
    seen = {ada: [ada.email], ben: [ben.email], tess: sorted([ada.email, ben.email, tess.email]), rex: everybody}
    with acting_as(SYSTEM):  # one transaction, so one connection
        for person in (ada, tess, rex, ben) * 4:
            with acting_as(person):
                assert emails() == seen[person]
        with connection.cursor() as cursor:
            cursor.execute(KEPT, ['SELECT "users"."email"%'])
            assert cursor.fetchone() == (16, 11)  # five with their values first, as PostgreSQL does
    assert emails() == []


def test_it_does_not_keep_what_is_outside(ada: User) -> None:
    with acting_as(ada):
        with planned_once():
            pass
        assert User.objects.count() == 1
        with connection.cursor() as cursor:
            cursor.execute(KEPT, ["SELECT COUNT%"])
            assert cursor.fetchone() is None


def test_it_takes_plain_words_alone_into_the_text() -> None:
    assert "'pending'" in str(LearningItem.objects.pending().query)
    with pytest.raises(ValueError, match="plain word"):
        str(LearningItem.objects.filter(status=Constant("a' OR true --")).query)
