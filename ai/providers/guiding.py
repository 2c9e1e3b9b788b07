"""Help with a lab without a model: the next step and where to read, or the likely mistake; never commands ready to paste.

Like every answer without a model it only quotes: what it says of the matter stands in a source, and is cited.
"""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from ai.providers.events import Source
from ai.providers.scoring import Scored

MOST_WORDS = 45  # of each quoted statement
GUIDANCE, STRUGGLE = "lab_guidance", "lab_struggle"


def guide(scored: Sequence[Scored], sources: Sequence[Source], *, least: float) -> str:
    """The next step as the lab words it, and the chapter that explains it. `scored` come best first, the lab's own source stands
    first among `sources`.
    """
    here = f"**{_place(sources[0])}** [{sources[0].number}]"
    steps = [_("Next step: %(words)s") % {"words": _quoted(step, sources)} for step in _here(scored, least)]
    parts = steps or [_("You are at %(place)s: read it once more, line by line.") % {"place": here}]
    read = _best(scored, sources, in_lab=False, least=least)
    if read:
        place = f"**{_place(sources[read.unit.source])}** [{sources[read.unit.source].number}]"
        parts.append(_("Where to look: %(place)s.") % {"place": place})
    parts.append(_("Try it, and ask again with what you see."))
    return "\n\n".join(parts)


def console(scored: Sequence[Scored], sources: Sequence[Source], *, least: float) -> str:
    """Kind words, the likely mistake, and the way to a person."""
    parts = [_("Being stuck here is nothing unusual, and you are closer than it feels.")]
    cause = _best(scored, sources, in_lab=True, least=least)
    if cause:
        parts.append(_("A likely mistake: %(words)s") % {"words": _quoted(cause, sources)})
        parts.append(_("Check that one thing first, and change nothing else meanwhile."))
    else:
        parts += [_("Begin again at this point: %(words)s") % {"words": _quoted(step, sources)} for step in _here(scored, least)]
    parts.append(_("If it still does not work, ask your trainer: your question and what you tried go along."))
    return "\n\n".join(parts)


def _here(scored: Sequence[Scored], least: float) -> list[Scored]:
    """The instruction of the first source that fits best, or else the one it begins with; none when it says nothing."""
    own = [one for one in scored if one.unit.source == 0 and _says_something(one)]
    told = [one for one in own if one.unit.parts[0].marker] or own
    fitting = [one for one in told if one.strength >= least]
    return fitting[:1] or sorted(told, key=lambda one: one.unit.order)[:1]


def _best(scored: Sequence[Scored], sources: Sequence[Source], *, in_lab: bool, least: float) -> Scored | None:
    ours = (one for one in scored if sources[one.unit.source].is_lab == in_lab and one.strength >= least)
    return next((one for one in ours if _says_something(one)), None)


def _says_something(one: Scored) -> bool:
    return not one.unit.is_bare and bool(one.unit.parts[0].text.strip())


def _quoted(one: Scored, sources: Sequence[Source]) -> str:
    """The statement's words without its code, cited."""
    words = one.unit.parts[0].text.split()
    text = " ".join(words[:MOST_WORDS]) + (" …" if len(words) > MOST_WORDS else "")
    return f"{text.rstrip(':')} [{sources[one.unit.source].number}]"


def _place(source: Source) -> str:
    parts = dict.fromkeys((source.title, *source.heading_path[-1:]))
    return "".join(f"\\{sign}" if sign in "\\`*_[]<>" else sign for sign in " › ".join(parts))
