"""Whether a share is worse than the control's, asked again and again: a test whose error does not grow with the number of looks.

The mixture sequential probability ratio test (Robbins 1970; Johari, Koomen, Pekelis and Walsh 2022): the likelihood of the seen
difference under a harm that is drawn from half a normal distribution, over its likelihood under no difference. Were there no
harm, the ratio would reach 1/alpha ever, at any look, with a chance of at most alpha (Ville 1939). Pure arithmetic.
"""

from math import log, sqrt
from statistics import NormalDist

from ai.variants.intervals import Sums

HARM = 0.1  # of a share: the size of harm for which the test is fastest
ALPHA = 0.05  # the chance that a harmless variant is ever stopped, for all that is watched of it together


def harm(variant: Sums, control: Sums, *, is_more_worse: bool) -> float:
    """The natural logarithm of the ratio; a harm is shown once it reaches `bound`."""
    difference = (variant.mean - control.mean) * (1 if is_more_worse else -1)
    information = 1 / (_variance(variant) + _variance(control))
    return _ratio(difference, information)


def bound(watched: int) -> float:
    """What the logarithm must reach when so many shares of one variant are watched."""
    return log(watched / ALPHA)


def _variance(sums: Sums) -> float:
    """Of the share, and never less than that of independent answers with one more of each kind (Agresti and Caffo 2000)."""
    softened = (sums.total + 1) / (sums.n + 2)
    return max(sums.variance, softened * (1 - softened) / (sums.n + 2))


def _ratio(difference: float, information: float) -> float:
    weight = 1 + information * HARM**2
    seen = difference * information * HARM / sqrt(weight)
    below = max(NormalDist().cdf(seen), 1e-300)
    return log(2) - log(weight) / 2 + seen**2 / 2 + log(below)
