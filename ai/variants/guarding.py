"""Stops a variant that does harm, without anybody looking: when more of its answers go to a trainer, fail, or help nobody.

The test may be asked as often as one likes (see `watching`). It never promotes, and never stops the control.
"""

import logging
from dataclasses import asdict

from accounts.door import SYSTEM, acting_as
from ai.models import PromptVariant
from ai.variants import changing
from ai.variants.intervals import Sums
from ai.variants.measuring import sums
from ai.variants.results import MEASURES, WATCHED, is_enough, together_since
from ai.variants.watching import ALPHA, bound, harm

log = logging.getLogger("aicoach.variants")

IS_MORE_WORSE = {measure.key: not measure.is_more_better for measure in MEASURES}


def stop_harmful() -> int:
    """Look at every active variant that has a control; how many were stopped. Opens the door itself."""
    with acting_as(SYSTEM):
        active = PromptVariant.objects.filter(is_active=True)
        controls = {row.feature: row for row in active.filter(is_control=True)}
        tried = [row for row in active.filter(is_control=False) if row.feature in controls]
    return sum(_judge(row, controls[row.feature]) for row in tried)


def _judge(variant: PromptVariant, control: PromptVariant) -> bool:
    """In one transaction, so that what is stopped is what was looked at."""
    with acting_as(SYSTEM):
        since = together_since(variant, control)
        ours, theirs = (sums(row.feature, row.pk, since) for row in (variant, control))
        for key in WATCHED:
            if _does_harm(key, ours.get(key), theirs.get(key)):
                return _stop(variant, key, {"variant": asdict(ours[key]), "control": asdict(theirs[key])})
    return False


def _does_harm(key: str, ours: Sums | None, theirs: Sums | None) -> bool:
    if ours is None or theirs is None or not (is_enough(ours) and is_enough(theirs)):
        return False
    return harm(ours, theirs, is_more_worse=IS_MORE_WORSE[key]) >= bound(len(WATCHED))


def _stop(variant: PromptVariant, key: str, seen: dict[str, object]) -> bool:
    try:
        changing.stop(variant_id=variant.pk, actor=None, why=key, figures={"measure": key, "alpha": ALPHA, **seen})
    except changing.VariantRefused:  # somebody was faster
        return False
    log.warning("variant_stopped variant=%s feature=%s measure=%s", variant.pk, variant.feature, key)
    return True
