"""Courses, places and progress through the API."""

import pytest

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.models import Course, CourseAsset, Enrolment, PlaceProgress
from tests.api.conftest import Program
from tests.conftest import enrol, make_course, make_person

# Five of each are the token, the savepoint around the door, and its opening and closing.
BOUNDS = (("me", 5), ("courses", 6), ("courses/containers/places", 9), ("courses/containers/progress", 7))

pytestmark = pytest.mark.django_db


def test_it_says_who_one_is(ada: User, ada_calls: Program) -> None:
    body = ada_calls.send("GET", "me").json()
    assert body == {"id": str(ada.pk), "email": ada.email, "name": "Ada", "role": "learner", "time_zone": "UTC"}


def test_it_changes_name_and_time_zone_and_nothing_else(ada_calls: Program) -> None:
    change = {"name": "Ada L.", "time_zone": "Asia/Tokyo", "role": "admin", "email": "x@example.com"}
    body = ada_calls.send("PATCH", "me", change).json()
    assert (body["name"], body["time_zone"], body["role"], body["email"]) == (
        "Ada L.",
        "Asia/Tokyo",
        "learner",
        "ada@example.com",
    )
    assert ada_calls.send("PATCH", "me", {"time_zone": "Mars/Crater"}).status_code == 400
    assert ada_calls.send("GET", "me").json()["name"] == "Ada L."


def test_it_lists_the_courses_one_is_in(ada_calls: Program, taught: Course) -> None:
    make_course("elsewhere", "Not hers")
    (found,) = ada_calls.send("GET", "courses").json()["results"]
    assert (found["slug"], found["chapter_count"], found["lab_count"]) == ("containers", 2, 1)
    assert ada_calls.send("GET", "courses/containers").json() == found


def test_it_pages_by_the_last_row_seen(ada: User, ada_calls: Program) -> None:
    for number in range(5):
        enrol(ada, make_course(f"course-{number}"))
    seen, address = [], "courses?limit=2"
    while address:
        page = ada_calls.send("GET", address).json()
        seen += [row["slug"] for row in page["results"]]
        address = page["next"] and page["next"].partition("/api/v1/")[2]
    assert seen == ["course-4", "course-3", "course-2", "course-1", "course-0", "containers"]


@pytest.mark.parametrize(
    "path", ["", "/places", "/places/volumes", "/progress", "/search?q=x", "/queries", "/progress/volumes", "/places/x%00y"]
)
def test_it_hides_courses_from_those_who_are_not_in_them(taught: Course, path: str) -> None:
    stranger = Program(make_person("Sam"))
    for slug in ("containers", "unknown", "x" * 3000):
        assert stranger.send("PUT" if "progress/" in path else "GET", f"courses/{slug}{path}", None).status_code == 404


def test_it_hides_closed_courses_and_courses_one_has_left(
    ada_calls: Program, ben_calls: Program, ben: User, taught: Course
) -> None:
    with acting_as(SYSTEM):
        Enrolment.objects.filter(learner=ben).update(withdrawn_at="2020-01-01T00:00Z")
    assert ben_calls.send("GET", "courses/containers").status_code == 404
    with acting_as(SYSTEM):
        Course.objects.update(closed_at="2020-01-01T00:00Z")
    assert ada_calls.send("GET", "courses/containers").status_code == 404
    assert ada_calls.send("GET", "courses").json()["results"] == []


def test_it_shows_the_outline_and_one_page(ada_calls: Program, taught: Course) -> None:
    outline = ada_calls.send("GET", "courses/containers/places").json()
    assert {(step["id"], step["kind"]) for step in outline} == {
        ("lab-database", "lab"),
        ("volumes", "chapter"),
        ("networks", "chapter"),
    }
    page = ada_calls.send("GET", "courses/containers/places/volumes").json()
    assert page["title"] == "Volumes and bind mounts"
    assert "<h2" in page["html"]
    assert "## Which one" in page["markdown"]
    assert {"id", "level", "text"} == set(page["outline"][0])


@pytest.mark.parametrize("place", ["unknown", "x" * 3000, "a%00b", "%F0%9F%92%A9", "..%2F..", "'%20OR%201=1"])
def test_it_knows_no_other_pages(ada_calls: Program, taught: Course, place: str) -> None:
    assert ada_calls.send("GET", f"courses/containers/places/{place}").status_code == 404
    assert ada_calls.send("PUT", f"courses/containers/progress/{place}", {"done": True}).status_code == 404


def test_it_keeps_progress(ada: User, ada_calls: Program, ben_calls: Program, taught: Course) -> None:
    done = ada_calls.send("PUT", "courses/containers/progress/volumes", {"done": True}).json()
    assert (done["place_id"], done["done"]) == ("volumes", True)
    again = ada_calls.send("PUT", "courses/containers/progress/volumes", {"done": True}).json()
    assert again["done_at"] == done["done_at"]
    assert ada_calls.send("GET", "courses/containers/progress").json()["results"] == [again]
    assert ben_calls.send("GET", "courses/containers/progress").json()["results"] == []
    assert ada_calls.send("PUT", "courses/containers/progress/volumes", {"done": False}).json()["done"] is False
    with acting_as(ada):
        assert PlaceProgress.objects.get().done_at is None


@pytest.mark.parametrize("body", [{}, {"done": "perhaps"}, {"done": None}, []])
def test_it_refuses_progress_that_is_none(ada_calls: Program, taught: Course, body: object) -> None:
    assert ada_calls.send("PUT", "courses/containers/progress/volumes", body).status_code == 400


def test_it_finds_passages(ada_calls: Program, taught: Course) -> None:
    found = ada_calls.send("GET", "courses/containers/search?q=publish+a+port&limit=3").json()
    assert found[0]["chapter_id"] == "networks"
    assert found[0]["url"].startswith("/courses/containers/networks/")
    assert len(found) <= 3


@pytest.mark.parametrize("query", ["", "q=", "q=%00", "q=x&limit=0", "q=x&limit=1000", f"q={'x' * 401}"])
def test_it_refuses_searches_it_cannot_make(ada_calls: Program, taught: Course, query: str) -> None:
    assert ada_calls.send("GET", f"courses/containers/search?{query}").status_code == 400


def test_it_asks_the_database_little(ada: User, ada_calls: Program, taught: Course, django_assert_max_num_queries) -> None:
    for number in range(8):
        enrol(ada, make_course(f"course-{number}"))
    for path, bound in BOUNDS:
        with django_assert_max_num_queries(bound):
            assert ada_calls.send("GET", path).status_code == 200


def test_it_gives_the_files_of_a_course_to_those_in_it(ada_calls: Program, taught: Course) -> None:
    with acting_as(SYSTEM):
        CourseAsset.objects.create(
            course=taught, path="img/a.svg", content_type="image/svg+xml", content=b"<svg/>", content_hash="x"
        )
    found = ada_calls.send("GET", "courses/containers/files/img/a.svg", HTTP_ACCEPT="image/*")
    assert (found.status_code, found.content, found.headers["Content-Type"]) == (200, b"<svg/>", "image/svg+xml")
    assert "sandbox" in found.headers["Content-Security-Policy"]
    for path in ("img/b.svg", "a%00b", "../../etc/passwd", "x" * 4000):
        assert ada_calls.send("GET", f"courses/containers/files/{path}").status_code == 404
    assert Program(make_person("Sam")).send("GET", "courses/containers/files/img/a.svg").status_code == 404


def test_it_lists_and_revokes_ones_own_tokens(ada_calls: Program, ben_calls: Program) -> None:
    (token,) = ada_calls.send("GET", "me/tokens").json()["results"]
    assert set(token) == {"id", "name", "prefix", "created_at", "last_used_at", "expires_at"}
    assert ben_calls.send("DELETE", f"me/tokens/{token['id']}").status_code == 404
    assert ada_calls.send("DELETE", f"me/tokens/{token['id']}").status_code == 204
    assert ada_calls.send("GET", "me/tokens").status_code == 401
