"""A trainer brings a transcript in and watches it being read."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import UUID

import pytest
from django.db import connections
from playwright.sync_api import expect

from accounts.door import acting_as
from accounts.models import User
from courses.models import Course
from learning.models import VoiceTranscript
from learning.transcripts.working import read_transcript
from tests.browser.conftest import PHONE, Reader
from tests.learning.transcript_cast import SESSION

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]


def in_a_worker(transcript_id: UUID) -> bool:
    """In a thread of its own, as in a worker: Playwright keeps an event loop in this one."""

    def work() -> bool:
        try:
            return read_transcript(transcript_id)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(work).result()


def test_it_shows_what_was_found_without_a_reload(
    at_browser: Callable[..., Reader], plain_site: str, lessons: Course, tess: User, tmp_path: Path
) -> None:
    (tmp_path / "monday.vtt").write_text(SESSION)
    reader = at_browser(plain_site, tess, viewport=PHONE)
    page = reader.open("/desk/transcripts/")
    page.get_by_label("File").set_input_files(tmp_path / "monday.vtt")
    page.get_by_role("button", name="Add", exact=True).click()
    expect(page.get_by_role("heading", name="monday.vtt")).to_be_visible()
    expect(page.get_by_text("Waiting.")).to_be_visible()
    with acting_as(tess):
        made = VoiceTranscript.objects.get()
    assert in_a_worker(made.pk)
    expect(page.get_by_role("heading", name="What was found")).to_be_visible()
    page.get_by_role("link", name="0:13").first.click()
    expect(page.locator("#c2")).to_be_in_viewport()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
