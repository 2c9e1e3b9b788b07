"""Verdicts teach a course what its confidence is worth, and set its threshold."""

import asyncio
from decimal import Decimal

import numpy as np
import pytest
from django.test import Client

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.answering import answer_now
from coach.calibrating import recalibrate, recalibrate_all
from coach.confidence_models import ConfidenceMap
from coach.models import Feedback, Query, Response
from courses.models import Course
from tests.coach.conftest import answered, put
from tests.insights.conftest import folded
from tests.pages.conftest import signed_in

RATED = 120


def rated(learner: User, course: Course, count: int = RATED) -> None:
    """Answers with ratings: of those at confidence p only p squared were helpful."""
    rng = np.random.default_rng(3)
    with acting_as(learner):
        queries = [put(learner, course, "what is a volume") for _n in range(count)]
    with acting_as(SYSTEM):
        Query.objects.update(intent="course_content")
        for query, sure in zip(queries, rng.uniform(0.3, 0.98, count), strict=True):
            response = Response.objects.create(
                query=query, learner=learner, course=course, answer="a", state="complete", raw_confidence=round(sure, 3)
            )
            rating = "helpful" if rng.uniform() < sure**2 else "not_helpful"
            Feedback.objects.create(response=response, learner=learner, course=course, rating=rating)


@pytest.mark.django_db(transaction=True)
def test_it_learns_once_from_the_same_verdicts_and_answers_by_them(taught: Course, ada: User) -> None:
    rated(ada, taught)
    assert recalibrate_all() == 1
    assert recalibrate(taught.pk) is None
    with acting_as(SYSTEM):
        learnt = ConfidenceMap.objects.get(course=taught, is_live=True)
        taught.refresh_from_db()
    assert (learnt.version, learnt.verdicts, sum(row[0] for row in learnt.reliability)) == (1, RATED, RATED)
    assert learnt.error <= 0.15
    assert taught.escalation_threshold == learnt.threshold > Decimal("0.5")
    query = put(ada, taught, "What outlives a container in a volume?")
    asyncio.run(answer_now(query.pk, SYSTEM))
    response = answered(ada, query).response
    assert float(response.confidence_score) == pytest.approx(learnt.map(float(response.raw_confidence)), abs=0.002)


@pytest.mark.django_db(transaction=True)
def test_it_shows_a_trainer_and_says_how_many_errors_may_pass(taught: Course, ada: User, tess: User, ben: User) -> None:
    rated(ada, taught)
    recalibrate(taught.pk)
    client, address = Client(), f"/desk/insights/wanted-error/{taught.slug}/"
    assert client.post(address).status_code == 302
    client = signed_in(ben)
    assert client.post(address, {"one_in": "10"}).status_code == 404
    client = signed_in(tess)
    assert client.get(address).status_code == 405
    client.post(address, {"one_in": "5"})
    with acting_as(SYSTEM):
        taught.refresh_from_db()
        newest = ConfidenceMap.objects.get(course=taught, is_live=True)
    assert (taught.wanted_error, newest.version) == (Decimal("0.200"), 2)
    folded()
    page = client.get(f"/desk/insights/?course={taught.slug}&period=52w").content.decode()
    assert "What the confidence is worth" in page
    assert f"{RATED} verdicts" in page
    client.post(address, {"one_in": "0"})
    with acting_as(SYSTEM):
        taught.refresh_from_db()
    assert taught.wanted_error == Decimal("0.200")
