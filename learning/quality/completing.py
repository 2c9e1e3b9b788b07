"""A whole run over a set, here and now, for commands: the run that the desk shows, its figures, and what moved."""

import time
from typing import Any

from django.utils.translation import gettext as _

from learning.models import QualityRun, QualitySet
from learning.quality.comparing import compared, run_before, tally
from learning.quality.leases import ask_for_run
from learning.quality.running import run_set
from learning.updates import short_step

POLL_SECONDS = 0.5


class RunFailed(Exception):
    """The run was set aside; the message says why."""


def completed(chosen: QualitySet) -> dict[str, Any]:
    """The figures, and how many questions got better and worse; raises RunFailed. A run that a worker has is waited for."""
    with short_step():
        run = ask_for_run(chosen, is_told=False)
    while not run_set(run.pk):
        with short_step():
            run.refresh_from_db()
        if not run.is_open:
            break
        time.sleep(POLL_SECONDS)
    with short_step():
        run.refresh_from_db()
        if run.state == QualityRun.State.FAILED:
            raise RunFailed(_("%(name)s: %(reason)s") % {"name": chosen.name, "reason": run.error_message})
        return {**run.figures, **tally(compared(run, run_before(run)))}
