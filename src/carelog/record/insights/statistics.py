"""The statistics that insights use, on plain numbers. Robust ones: a slip of the tongue is one reading among others."""

import statistics
from collections.abc import Sequence
from itertools import combinations
from math import atanh, sqrt


def theil_sen(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """The slope and the intercept of the line through (x, y): the median of the slopes between all pairs (Theil 1950,
    Sen 1968), and the median of what is left. All x differ.

    >>> theil_sen([(0, 1), (1, 3), (2, 5), (3, 7), (4, 70)])[0]
    2.0
    """
    slopes = [(b[1] - a[1]) / (b[0] - a[0]) for a, b in combinations(points, 2)]
    slope = statistics.median(slopes)
    return slope, statistics.median(y - slope * x for x, y in points)


def going_up(values: Sequence[float]) -> float:
    """The share of all pairs in which the later value is the higher one; equal ones count half."""
    pairs = list(combinations(values, 2))
    return sum(1.0 if b > a else 0.5 if a == b else 0.0 for a, b in pairs) / len(pairs)


def ranks(values: Sequence[float]) -> list[float]:
    """From 1 on; equal values share the mean of their ranks.

    >>> ranks([10, 30, 20, 20])
    [1.0, 4.0, 2.5, 2.5]
    """
    ordered = sorted(values)
    first = {value: n for n, value in reversed(list(enumerate(ordered, 1)))}
    last = {value: n for n, value in enumerate(ordered, 1)}
    return [(first[value] + last[value]) / 2 for value in values]


def spearman(xs: Sequence[float], ys: Sequence[float]) -> float | None:
    """Spearman's rank correlation; None where one of the two does not vary."""
    if min(xs) == max(xs) or min(ys) == max(ys):
        return None
    return max(-1.0, min(1.0, statistics.correlation(ranks(xs), ranks(ys))))


def independent(xs: Sequence[float], ys: Sequence[float]) -> float:
    """As how many independent pairs these count, which come one day after another: n (1 - ab) / (1 + ab), where a and b
    are how far each day resembles the one before (Bartlett 1935). Two things that both drift look alike for nothing.
    """
    a, b = (_to_the_next(ranks(values)) for values in (xs, ys))
    likeness = max(0.0, a * b)
    return len(xs) * (1 - likeness) / (1 + likeness)


def _to_the_next(values: Sequence[float]) -> float:
    before, after = values[:-1], values[1:]
    if min(before) == max(before) or min(after) == max(after):
        return 0.0
    return statistics.correlation(before, after)


def spearman_p(rho: float, n: float) -> float:
    """The two-sided p of a rank correlation in n independent pairs, by Fisher's z with the variance 1.06 / (n - 3)
    (Fieller, Hartley, Pearson 1957); good from about 10 pairs on.

    >>> round(spearman_p(0.5, 30), 3)
    0.006
    """
    if n <= 3:
        return 1.0
    z = atanh(max(-0.999999, min(0.999999, rho))) * sqrt((n - 3) / 1.06)
    return 2 * (1 - statistics.NormalDist().cdf(abs(z)))


def holm(ps: Sequence[float]) -> list[float]:
    """p-values of several questions asked at once, corrected (Holm 1979), in their order.

    >>> holm([0.01, 0.04, 0.03])
    [0.03, 0.06, 0.06]
    """
    order = sorted(range(len(ps)), key=ps.__getitem__)
    corrected, highest = [0.0] * len(ps), 0.0
    for n, at in enumerate(order):
        highest = max(highest, min(1.0, ps[at] * (len(ps) - n)))
        corrected[at] = highest
    return corrected
