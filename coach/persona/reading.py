"""Reading a pasted profile with a model, where there is one; else by rule. Either way a proposal that the trainer corrects.

The model gets the text without the ways to reach anybody and without the parts that speak of others, so it cannot hand them on.
What it says is believed only where it stands in the text: it can choose and put in order, and it can make nothing up. No
connection is held while it speaks; the budgets and limits of questions hold for it.
"""

import re
from typing import Any

from django.db import connections

from accounts.door import acting_as
from accounts.models import User
from accounts.throttling import allow
from ai.json_said import json_said
from ai.prompts.profiling import profile_request
from ai.providers.completing import complete, has_model
from ai.providers.events import Attempt
from coach import booking
from coach.persona import extracting
from coach.persona.extracting import Profile

PATIENCE = 20.0  # seconds for a model; then what the rules found
LISTS = ("expertise", "experience", "education", "languages")
LONGEST = 20_000  # characters of what a model says that are looked at
STANDS_THERE = 0.8  # share of an entry's words that the text must have
WORD = re.compile(r"\w+")


def read(trainer: User, text: str) -> Profile:
    """Opens doors itself; call it without one. Raises ProfileRefused."""
    by_rule = extracting.from_text(text)
    if not has_model() or not allow("ask", trainer.pk):
        return by_rule
    with acting_as(trainer):
        allowance = booking.allowance(trainer.pk, None)
    if allowance.is_over:
        return by_rule
    connections.close_all()  # none is held while a model speaks
    attempts: list[Attempt] = []
    pasted = extracting.without_others(text)
    try:
        said = complete(profile_request(pasted=pasted), attempts=attempts, within=PATIENCE)
    finally:
        booking.book(trainer.pk, None, allowance, attempts, feature="profile")
    return (found(said[0], pasted) if said else None) or by_rule


def found(said: str, pasted: str) -> Profile | None:
    """What a model copied, within the limits; None when it is no profile, or nothing of it stands in the text."""
    try:
        values = json_said(said, longest=LONGEST)
        lists = {name: tuple(_texts(values.get(name))) for name in LISTS}
        profile = Profile(headline=str(values.get("headline") or ""), about=str(values.get("about") or ""), **lists)
    except (ValueError, TypeError, AttributeError):
        return None
    there = _words(pasted)
    known = {name: tuple(one for one in lists[name] if _stands(one, there)) for name in LISTS}
    headline, about = (one if _stands(one, there) else "" for one in (profile.headline, profile.about))
    checked = extracting.tidy(Profile(headline=headline, about=about, **known))
    return None if checked.is_empty else checked


def _texts(values: Any) -> list[str]:
    return [one for one in values if isinstance(one, str)] if isinstance(values, list) else []


def _words(text: str) -> set[str]:
    return set(WORD.findall(text.casefold()))


def _stands(entry: str, there: set[str]) -> bool:
    """Whether nearly all of its words stand in the text, and every figure in it does."""
    own = _words(entry)
    figures = {word for word in own if any(sign.isdigit() for sign in word)}
    return bool(own) and figures <= there and len(own & there) >= STANDS_THERE * len(own)
