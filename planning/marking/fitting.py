"""Finds the numbers of the two formulas from answers that people marked, and says how well they do on questions not seen.

The share: least squares of the logistic function with a penalty on large weights, each weight kept at the sign that its
figure's meaning demands. The doubt: ridge regression of the root of the error. Errors are always those of a fit that did not
see the question. A few answers to other questions stand in as answers worth nothing, because real ones are rare. NumPy alone.
"""

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from planning.marking.features import SIGNS
from planning.marking.weighing import DOUBTED_BY, JUDGED_BY, Row, Sum, Weights, doubts

PENALTY = 6.0  # on the squares of the weights, beside some hundreds of answers
DOUBT_PENALTY = 20.0
STEPS = 60
MOST_FOLDS = 20  # questions are put together in folds when there are more
QUANTILES = 41
SAME = 1e-3  # a spread below it is none
STRANGERS = 4  # answers to other questions that each question gets as worth nothing
STRANGER_WEIGHT = 0.5


@dataclass(frozen=True, slots=True)
class Sample:
    """The figures of an answer, what a person gave, and to which question. A stranger is an answer to another one."""

    figures: dict[str, float]
    share: float
    question: str
    is_stranger: bool = False


@dataclass(frozen=True, slots=True)
class Unseen:
    """What a fit says of an answer to a question that it did not see."""

    share: float
    weights: Weights


def fit(samples: Sequence[Sample], way: str) -> Weights:
    """The weights from all samples; needs two questions or more. Raises ValueError."""
    folds = _folds(samples)
    if len(set(folds)) < 2:
        raise ValueError("a fit needs answers to at least two questions")
    real = [row for row, one in enumerate(samples) if not one.is_stranger]
    unseen = np.zeros(len(samples))
    for fold in set(folds):
        inside = [one for one, its in zip(samples, folds, strict=True) if its != fold]
        share = fit_share(inside, JUDGED_BY[way])
        for row in real:
            if folds[row] == fold:
                unseen[row] = 1 / (1 + math.exp(-share.of(samples[row].figures)))
    doubt, ratios = _fit_doubt([samples[row] for row in real], unseen[real], DOUBTED_BY[way])
    return Weights(fit_share(samples, JUDGED_BY[way]), doubt, ratios)


def held_out(samples: Sequence[Sample], way: str) -> list[Unseen]:
    """For each sample what is said of it by weights that saw neither its question nor an error on it. In the given order."""
    folds = _folds(samples)
    by_fold = {
        fold: fit([one for one, its in zip(samples, folds, strict=True) if its != fold], way) for fold in sorted(set(folds))
    }
    return [Unseen(by_fold[its].share_of(one.figures), by_fold[its]) for one, its in zip(samples, folds, strict=True)]


def fit_share(samples: Sequence[Sample], names: Sequence[str]) -> Sum:
    values = _table(samples, names)
    wanted = np.array([one.share for one in samples])
    counts = np.array([STRANGER_WEIGHT if one.is_stranger else 1.0 for one in samples])
    mean, spread = values.mean(axis=0), _spread(values)
    found = _minimise((values - mean) / spread, wanted, counts, np.array([SIGNS[name] for name in names]))
    return Sum(tuple(names), mean, spread, found[1:], float(found[0]))


def strangers(questions: Sequence[str], judge: Callable[[int, str], dict[str, float]]) -> list[Sample]:
    """Answers of other questions, judged as answers to each question; `judge` takes an answer's number and a question."""
    chance = random.Random(1)  # noqa: S311
    found = []
    for question in sorted(set(questions)):
        others = [row for row, its in enumerate(questions) if its != question]
        for row in chance.sample(others, min(STRANGERS, len(others))):
            found.append(Sample(judge(row, question), 0.0, question, is_stranger=True))
    return found


def _fit_doubt(samples: Sequence[Sample], shares: Row, names: Sequence[str]) -> tuple[Sum, Row]:
    """The doubt, and the quantiles of the true error divided by it."""
    rows = [one.figures | doubts(share) for one, share in zip(samples, shares, strict=True)]
    errors = np.abs(shares - np.array([one.share for one in samples]))
    values = np.array([[row[name] for name in names] for row in rows])
    mean, spread = values.mean(axis=0), _spread(values)
    standard, roots = (values - mean) / spread, np.sqrt(errors)
    penalty = DOUBT_PENALTY * np.eye(len(names))
    found = np.linalg.solve(standard.T @ standard + penalty, standard.T @ (roots - roots.mean()))
    doubt = Sum(tuple(names), mean, spread, found, float(roots.mean()))
    weights = Weights(doubt, doubt, np.zeros(1))
    expected = np.array([weights.error(one.figures, share) for one, share in zip(samples, shares, strict=True)])
    return doubt, np.quantile(errors / expected, np.linspace(0, 1, QUANTILES))


def _minimise(values: Row, wanted: Row, counts: Row, signs: Row) -> Row:
    """Levenberg and Marquardt's steps (SIAM J. Appl. Math. 11, 1963), put back behind the signs after each."""
    table = np.column_stack([np.ones(len(values)), values])
    penalty = PENALTY * np.array([0.0, *np.ones(values.shape[1])])
    now, damping = np.zeros(table.shape[1]), 1.0
    loss = _loss(table, wanted, counts, penalty, now)
    for _step in range(STEPS):
        said = _logistic(table @ now)
        slope = (said * (1 - said))[:, None] * table
        gradient = slope.T @ (counts * (said - wanted)) + penalty * now
        curve = slope.T @ (counts[:, None] * slope) + np.diag(penalty)
        step = now - np.linalg.solve(curve + damping * np.diag(np.diag(curve) + 1e-9), gradient)
        step[1:] = np.where(step[1:] * signs < 0, 0.0, step[1:])
        reached = _loss(table, wanted, counts, penalty, step)
        if reached < loss:
            now, loss, damping = step, reached, damping / 3
        else:
            damping *= 4
    return now


def _spread(values: Row) -> Row:
    """1 for a figure that is always the same: it says nothing, and nothing is divided by nothing."""
    found = values.std(axis=0)
    return np.where(found < SAME, 1.0, found)


def _loss(table: Row, wanted: Row, counts: Row, penalty: Row, weights: Row) -> float:
    return float(counts @ (_logistic(table @ weights) - wanted) ** 2 + penalty @ weights**2)


def _logistic(value: Row) -> Row:
    return 1 / (1 + np.exp(-np.clip(value, -30, 30)))


def _table(samples: Sequence[Sample], names: Sequence[str]) -> Row:
    return np.array([[one.figures[name] for name in names] for one in samples])


def _folds(samples: Sequence[Sample]) -> list[int]:
    numbers = {question: at % MOST_FOLDS for at, question in enumerate(sorted({one.question for one in samples}))}
    return [numbers[one.question] for one in samples]
