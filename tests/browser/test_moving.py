"""A course that is renamed, and whose chapters move and go, while somebody reads it and asks."""

from collections.abc import Callable
from dataclasses import replace

import pytest
from playwright.sync_api import expect

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from courses.editing import Text, edit, take_out
from courses.models import Course
from tests.browser.conftest import Reader, watch
from tests.browser.test_depth import asked

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True), pytest.mark.timeout(300)]

WHICH = "Should I use a volume or a bind mount for the files of a database?"


def rename(course: Course) -> None:
    with acting_as(SYSTEM):
        Course.objects.filter(pk=course.pk).update(title="Boxes for everybody", slug="boxes")


def test_it_goes_on_while_the_course_is_renamed_and_rearranged(
    at_browser: Callable[..., Reader], plain_site: str, lessons: Course, ada: User
) -> None:
    reader = at_browser(plain_site, ada)
    other = replace(reader, page=watch(reader.context.new_page(), reader.faults))
    chapter, coach = reader.open("/courses/containers/volumes/"), other.open("/coach/containers/")
    first = asked(reader, WHICH)
    cited = first.locator(".sources a").first.get_attribute("href")
    assert cited

    rename(lessons)
    with acting_as(SYSTEM):
        place = lessons.chapters.get(chapter_id="volumes")
        edit(place, Text(place.title, place.body, 5, "At the end"))

    again = asked(reader, f"{WHICH} Please.")  # from pages that were open before
    expect(again.locator(".answer-text")).to_contain_text("Use a volume")
    expect(asked(other, "How do containers find each other?").locator(".answer-text")).to_contain_text("name")

    again.locator(".sources a").first.click()
    expect(chapter.locator(".lesson .cited").first).to_be_visible()
    reader.open(cited)  # the link as it was before
    expect(chapter).to_have_url(f"{plain_site}{cited.replace('containers', 'boxes', 1).partition('#')[0]}")
    expect(chapter.locator(".lesson .cited").first).to_be_visible()
    expect(chapter.locator("body")).to_contain_text("Boxes for everybody")
    coach.reload()
    expect(coach).to_have_url(f"{plain_site}/coach/boxes/")
    expect(coach.locator(".turn")).to_have_count(3)

    with acting_as(SYSTEM):
        take_out(lessons.chapters.get(chapter_id="volumes"))
    expect(asked(reader, "How is a port published?").locator(".answer-text")).to_contain_text("-p 8080:80")
    chapter.get_by_role("button", name="Done").click()  # of a page that is open and gone
    expect(chapter.get_by_text("This page is no longer part of the course.")).to_be_visible()
    reader.faults[:] = [fault for fault in reader.faults if "410" not in fault]  # Chromium names the status
    chapter.get_by_role("link", name="To the course", exact=True).click()
    expect(chapter.get_by_role("link", name="Networks").first).to_be_visible()
