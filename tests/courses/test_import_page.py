"""The page on which trainers bring a course in: look first, then import exactly that."""

import io
import re
import tarfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts.door import SYSTEM, acting_as
from courses.models import Course
from learning.models import ContentUpdate
from tests.conftest import PASSWORD
from tests.courses.test_importing import TEA

pytestmark = pytest.mark.django_db(transaction=True)

PAGE = "/import/containers/"


def upload(files: dict[str, str | bytes], name: str = "tea.tar.gz") -> SimpleUploadedFile:
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w:gz") as archive:
        for path, content in files.items():
            data = content if isinstance(content, bytes) else content.encode()
            info = tarfile.TarInfo(path)
            info.size = len(data)
            archive.addfile(info, io.BytesIO(data))
    return SimpleUploadedFile(name, packed.getvalue())


def sign_in(client, person) -> None:
    client.post("/account/sign-out/")
    assert client.post("/account/sign-in/", {"username": person.email, "password": PASSWORD}).status_code == 302


def look(client, files=TEA, **headers):
    return client.post(PAGE, {"archive": upload(files), "deed": "look"}, headers=headers)


def seen_in(response) -> str:
    return re.search(r'name="seen" value="(\w+)"', response.content.decode())[1]


def chapters(course: Course) -> int:
    with acting_as(SYSTEM):
        return course.chapters.current().count()


def test_it_shows_the_changes_and_changes_nothing(client, tess, course):
    sign_in(client, tess)
    shown = look(client).content.decode()
    assert "Water" in shown
    assert "What would change" in shown
    assert chapters(course) == 0


def test_it_sends_only_the_changes_to_a_page_that_is_open(client, tess, course):
    sign_in(client, tess)
    shown = look(client, **{"HX-Request": "true"}).content.decode()
    assert shown.lstrip().startswith('<section id="changes"')


def test_it_imports_what_was_shown_and_asks_for_the_index(client, tess, course):
    sign_in(client, tess)
    seen = seen_in(look(client))
    done = client.post(PAGE, {"archive": upload(TEA), "deed": "import", "seen": seen}, follow=True)
    assert "4 pages were imported." in done.content.decode()
    assert chapters(course) == 3
    with acting_as(SYSTEM):
        assert ContentUpdate.objects.get(course=course).triggered_by == "automatic"
    assert "Nothing has changed" in look(client).content.decode()


@pytest.mark.parametrize("seen", ["", "x" * 64])
def test_it_imports_nothing_that_was_not_shown(client, tess, course, seen):
    sign_in(client, tess)
    answer = client.post(PAGE, {"archive": upload(TEA), "deed": "import", "seen": seen})
    assert answer.status_code == 409
    assert chapters(course) == 0


def test_it_lists_faults(client, tess, course):
    sign_in(client, tess)
    answer = look(client, {"a.md": "---\nday: x\n---\n", "b.md": b"\xff", "<b>.md": "---\nday: <i>\n---\n"})
    shown = answer.content.decode()
    assert answer.status_code == 422
    assert all(part in shown for part in ("<code>a.md:2</code>", "<code>b.md:1</code>", "&lt;b&gt;.md"))


@pytest.mark.parametrize("content", [b"", b"no archive", b"\x1f\x8b\x08"])
def test_it_refuses_what_is_no_archive(client, tess, course, content):
    sign_in(client, tess)
    answer = client.post(PAGE, {"archive": SimpleUploadedFile("x.tar.gz", content), "deed": "look"})
    assert answer.status_code == 422


def test_it_wants_a_file(client, tess, course):
    sign_in(client, tess)
    assert client.post(PAGE, {"deed": "look"}).status_code == 422


def test_it_is_not_there_for_others(client, ada, rex, course):
    assert client.get(PAGE).status_code == 302
    sign_in(client, ada)
    assert client.get(PAGE).status_code == 404
    assert look(client).status_code == 404
    assert client.get(f"{PAGE}progress").status_code == 404
    assert PAGE not in client.get("/courses/containers/").content.decode()
    sign_in(client, rex)
    assert client.get(PAGE).status_code == 200
    assert client.get("/import/unknown/").status_code == 404
    assert client.put(PAGE).status_code == 405


def test_it_is_linked_for_the_trainer_and_shows_the_index(client, tess, course):
    sign_in(client, tess)
    assert PAGE in client.get("/courses/containers/").content.decode()
    with acting_as(SYSTEM):
        update = ContentUpdate.objects.create(course=course, update_type="full", triggered_by="admin")
        ContentUpdate.objects.filter(pk=update.pk).update(status="processing", chunks_total=10, chunks_updated=4)
    shown = client.get(f"{PAGE}progress").content.decode()
    assert "4 of 10 passages" in shown
    assert 'hx-trigger="every 2s"' in shown


def test_it_limits_how_often(client, tess, course, settings):
    settings.RATE_LIMITS = {**settings.RATE_LIMITS, "import": "2/hour"}
    sign_in(client, tess)
    assert [look(client).status_code for _ in range(3)] == [200, 200, 429]
