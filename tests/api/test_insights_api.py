"""The dashboard's figures through the API: the same rights and figures as the page."""

import pytest

from accounts.models import User
from coach.insights.page import CHARTS
from courses.models import Course
from tests.api.conftest import Program
from tests.conftest import make_course
from tests.insights.conftest import asked, folded

pytestmark = pytest.mark.django_db(transaction=True)


def test_it_tells_trainers_and_admins_what_happened(taught: Course, ada: User, tess: User, rex: User) -> None:
    asked(ada, taught, days_ago=0, label="not_found", confidence=0.1)
    folded()
    for person in (tess, rex):
        found = Program(person).send("GET", "insights?course=containers&period=7d").json()
        assert (found["course"], found["period"], found["span"]) == ("containers", "7d", "day")
        assert [chart["key"] for chart in found["charts"]] == list(CHARTS)
        days = found["charts"][0]["rows"]
        assert (days[-1]["day"], days[-1]["asked"], days[-1]["not_found"]) == (found["end"], 1, 1)
    one = Program(tess).send("GET", "insights/gaps").json()
    assert one["rows"][0]["place"] == "Volumes and bind mounts"


@pytest.mark.parametrize("path", ["insights", "insights/questions"])
def test_it_has_nothing_for_others(taught: Course, ada: User, tess: User, path: str) -> None:
    make_course("other", "Another course")
    assert Program(ada).send("GET", path).status_code == 404
    assert Program().send("GET", path).status_code == 401
    assert Program(tess).send("GET", f"{path}?course=other").status_code == 404
    assert Program(tess).send("GET", f"{path}?course=%00").status_code == 404
    assert Program(tess).send("GET", f"{path}?period=odd").status_code == 400
    assert Program(tess).send("POST", path, {}).status_code == 405
    assert Program(tess).send("GET", "insights/nothing").status_code == 404
