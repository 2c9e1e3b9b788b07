"""A course whose lab has named steps with checks, and what happened in it."""

from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest

from accounts.door import SYSTEM, acting_as
from accounts.models import User
from coach.labs import judging, trying
from coach.labs.trying import Try
from coach.models import LabOffer, LabStruggle
from courses.models import Course, Lab
from tests.coach.conftest import NETWORKS, VOLUMES, fill, taught

__all__ = ["taught"]

LAB = """---
id: lab-volumes
title: Keep the database
day: 2
lab: true
---

You keep a database over the life of its container.

## Step 1: Begin without a volume

1. Start a database.
2. Remove the container.

### Check

The data is gone, because the container's own file system is thrown away with it.

## Step 2: Add a volume

1. Make a volume named `pgdata`.
2. Start the database with it.

### Solution

```bash
docker run --volume pgdata:/var/lib/postgresql the-secret-answer
```

## Step 3: Publish the port

Publish the port of the database.
"""
STEP_2 = "at-step-2-add-a-volume"


@pytest.fixture
def lab_course(course: Course, tmp_path: Path) -> Course:
    fill(course, tmp_path, (("volumes", VOLUMES), ("networks", NETWORKS), ("lab", LAB)))
    return course


@pytest.fixture
def lab(lab_course: Course) -> Lab:
    with acting_as(SYSTEM):
        return lab_course.labs.select_related("course").get()


def fail(learner: User, lab: Lab, times: int = 3, step: str = STEP_2, ago: timedelta = timedelta(0)) -> None:
    """Failed tries, told and judged."""
    at = datetime.now().astimezone() - ago
    with acting_as(learner):
        for number in range(times):
            told = Try(lab.lab_id, finished_at=at - timedelta(milliseconds=number), score=Decimal("0.2"), passed=False, step=step)
            trying.note(learner, lab.course, told)
    judging.judge_due()


def struggle_of(learner: User, lab_id: str | None = "lab-volumes") -> LabStruggle:
    with acting_as(SYSTEM):
        return LabStruggle.objects.get(learner=learner, lab_id=lab_id)


def offers_of(learner: User) -> list[LabOffer]:
    with acting_as(SYSTEM):
        return list(LabOffer.objects.filter(learner=learner).order_by("offered_at"))
