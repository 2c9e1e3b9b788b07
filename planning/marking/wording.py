"""What the transparent marker says of an answer, in words a learner can use."""

from django.utils.translation import gettext as _

from planning.marking.features import Expected, Nearest
from planning.marking.marks import Point
from planning.marking.texts import Counted, terms

MOST_NAMED = 4  # words that are said to be missing


def summary(awarded: int, maximum: int) -> str:
    if awarded == maximum:
        return _("Your answer says what a full answer says.")
    if awarded * 2 >= maximum:
        return _("Your answer says much of what a full answer says; see below what is missing.")
    if awarded:
        return _("Your answer says some of what a full answer says; see below what is missing.")
    return _("Your answer does not say what this question asks for.")


def reason(point: Point, awarded: int, expected: Expected, near: Nearest, *, is_near: bool) -> str:
    """Why a point earned what it did."""
    if near.is_opposite and awarded < point.marks:
        return _("Your answer speaks of this but says the opposite.")
    missing = ", ".join(_missing(expected, near)) if awarded < point.marks else ""
    if awarded and not is_near:
        return _("No sentence of your answer says just this; it was counted from the answer as a whole.")
    if awarded >= point.marks:
        return _("Your answer says this.")
    if is_near:
        if missing:
            return _("Your answer comes near to this, but not all of it is there. Look for: %(words)s.") % {"words": missing}
        return _("Your answer comes near to this, but not all of it is there.")
    return not_said()


def not_said() -> str:
    return _("Your answer does not say this.")


def nothing(answer: Counted) -> str:
    if answer.has_orders:
        return _("There is nothing here to mark: what is written is addressed to the marker.")
    if answer.has_copy:
        return _("There is nothing here to mark: this is the question again.")
    return _("There is no answer here.")


def unknown() -> str:
    return _("This question has no mark scheme and no model answer; a person marks it.")


def cut() -> str:
    return _("The answer is longer than what is read; only its beginning was compared.")


def orders() -> str:
    return _("Part of the answer is addressed to the marker; it was left out.")


def scheme_itself() -> str:
    return _("The answer is the mark scheme or the model answer nearly word for word.")


def other_language() -> str:
    return _("The answer is in another language than the mark scheme.")


def _missing(expected: Expected, near: Nearest) -> list[str]:
    """The rarest words that were expected and do not stand in the sentence."""
    written, said = terms(expected.text), terms(near.sentence)
    lacking = sorted((stem for stem in expected.words if stem not in said), key=lambda stem: -expected.words[stem])
    return [written[stem] for stem in lacking[:MOST_NAMED] if stem in written]
