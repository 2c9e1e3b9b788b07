"""Which prompt a learner gets: the same one for as long as it is active.

Weighted rendezvous hashing (Thaler and Ravishankar 1998; weights as in Schindler 2018): each variant draws a number for a
learner, always the same one, and the highest wins. A variant that comes, goes or changes its weight moves only learners to or
from itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256
from math import log
from uuid import UUID

from ai.prompts import DEFAULTS
from ai.prompts.files import is_present

BITS = 53  # of the hash: as many as a float holds
ACTIVE = """(SELECT coalesce(json_agg(json_build_array(p.id, p.version, p.weight)), '[]') FROM ai_prompt_variants p
         WHERE p.feature = '{feature}' AND p.is_active AND p.weight > 0)"""


@dataclass(frozen=True, slots=True)
class Prompt:
    """The prompt file that an answer is made with, and the variant that named it."""

    version: str
    variant_id: UUID | None = None


@dataclass(frozen=True, slots=True)
class Choice:
    """An active variant."""

    variant_id: UUID
    version: str
    weight: int


def active(feature: str) -> str:
    """The SQL that reads a feature's choices beside something else, as JSON."""
    return ACTIVE.format(feature=feature)


def assigned(feature: str, learner_id: UUID, rows: Iterable[Sequence[str | int]]) -> Prompt:
    """The prompt of this learner, from rows as `active` reads them; the usual one when nothing is tried."""
    choices = [Choice(UUID(str(pk)), str(version), int(weight)) for pk, version, weight in rows]
    best = chosen(learner_id, [choice for choice in choices if is_present(choice.version)])
    return Prompt(best.version, best.variant_id) if best else Prompt(DEFAULTS[feature])


def chosen(learner_id: UUID, choices: Sequence[Choice]) -> Choice | None:
    """The one that this learner draws; None of nothing."""
    return max(choices, key=lambda choice: (_drawn(learner_id, choice), choice.variant_id), default=None)


def _drawn(learner_id: UUID, choice: Choice) -> float:
    digest = sha256(choice.variant_id.bytes + learner_id.bytes).digest()
    share = ((int.from_bytes(digest[:8], "big") >> (64 - BITS)) + 0.5) / 2**BITS  # over 0 and under 1
    return -choice.weight / log(share)
