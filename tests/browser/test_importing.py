"""A trainer brings a new version of a course in, in a real browser."""

import pytest
from playwright.sync_api import expect

from accounts.door import SYSTEM, acting_as
from tests.browser.conftest import PHONE
from tests.courses.test_import_page import upload
from tests.courses.test_importing import TEA

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


@pytest.mark.parametrize("options", [{}, {"viewport": PHONE, "color_scheme": "dark"}])
def test_it_shows_the_changes_and_imports_them_with_the_same_file(at_browser, plain_site, lessons, tess, options):
    trainer = at_browser(plain_site, tess, **options)
    page = trainer.open("/courses/containers/")
    page.get_by_role("link", name="Import a new version").click()
    sent = {"name": "tea.tar.gz", "mimeType": "application/gzip", "buffer": upload(TEA).read()}
    page.get_by_label("Course as .tar.gz").set_input_files(sent)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator("#changes li").first).to_contain_text("Water")
    width, room = page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    assert width <= room
    page.get_by_role("button", name="Import these changes").click()
    expect(page.locator(".notice.success")).to_contain_text("pages were imported")
    with acting_as(SYSTEM):
        assert lessons.chapters.current().filter(chapter_id="water").exists()


def test_it_names_faults_without_leaving_the_page(at_browser, plain_site, lessons, tess):
    page = at_browser(plain_site, tess).open("/import/containers/")
    sent = {"name": "tea.tar.gz", "mimeType": "application/gzip", "buffer": upload({"a.md": "---\nday: x\n---\n"}).read()}
    page.get_by_label("Course as .tar.gz").set_input_files(sent)
    page.get_by_role("button", name="Show what would change").click()
    expect(page.locator("#changes code")).to_have_text("a.md:2")
