"""A small course that is really imported and indexed, and questions asked in it."""

import uuid
from collections.abc import Iterable
from pathlib import Path

import pytest
from django.utils import timezone

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach import asking
from coach.models import Query
from courses.importing import apply, compare, read
from courses.models import Course
from learning.indexing import request_update, run_update

VOLUMES = """---
id: volumes
title: Volumes and bind mounts
day: 2
---
# Volumes and bind mounts

A container's own file system is thrown away with it. What must outlive the container goes into a volume.

## Which one to choose

Use a volume for data that only the container needs, such as the files of a database. Use a bind mount for files that you edit,
such as source code.

## Permissions

Files made by the container belong to the user inside it. On Linux a folder written by root inside is owned by root outside.
"""
NETWORKS = """---
id: networks
title: Networks
day: 3
---
# Networks

Containers on the same network find each other by name. The name of the container is its host name.

## Publishing a port

A port is reachable from outside only when it is published with `-p 8080:80`.
"""
LAB = """---
id: lab-database
title: Keep the database
day: 2
lab: true
---
# Keep the database

1. Start a database without a volume.
2. Remove the container and look for your data.
3. Start it again with a volume named `pgdata`.
"""


PAGES = (("volumes", VOLUMES), ("networks", NETWORKS), ("lab-database", LAB))


def fill(course: Course, folder: Path, pages: Iterable[tuple[str, str]] = PAGES) -> None:
    """Import and index the small course."""
    for name, text in pages:
        (folder / f"{name}.md").write_text(text)
    with acting_as(SYSTEM):
        draft = read(folder)
        apply(course, draft, compare(course, draft))
        update = request_update(course, update_type="full", triggered_by="manual")
    run_update(update.pk)


@pytest.fixture
def taught(course: Course, tmp_path: Path) -> Course:
    """`course` with three pages, indexed."""
    fill(course, tmp_path)
    return course


def put(learner: User, course: Course, question: str, *, place: str = "") -> Query:
    """A question as a row, not yet answered."""
    with acting_as(learner):
        return asking.ask(learner=learner, course=course, question=question, key=uuid.uuid4(), now=timezone.now(), place_id=place)


def answered(learner: User, query: Query) -> Query:
    """The question as it is now."""
    with acting_as(learner):
        return Query.objects.with_answer().get(pk=query.pk)
