"""What a family of distributions is: an entry of a priors file whose fields are its words."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar

import msgspec
from scipy import special

from mcfrontier.distributions import Array, Distribution, truncated
from mcfrontier.errors import InputError

PERCENTILE = r"p([1-9]\d?|(0|[1-9]\d?)_\d*[1-9])"  # p5, p95, p2_5, p0_1: one way to write each level
REPORTED = ("reported_low", "reported_high", "narrower")  # words about an entry's sources, on which no draw hangs
COUNTS = {2: "two percentiles such as p5 and p95", 3: "three percentiles such as p5, p50 and p95"}


class Family(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="family"):
    """An entry of a priors file: what is believed of one quantity, in which unit, and on whose word.

    `by` is the dimension that it has a row for each label of, each row correlated with the next by `autocorrelation`;
    the other numbers are multiples of `times`. `reported_low` and `reported_high` are the least and the largest figure
    that its sources report, `narrower` says why its interval may be narrower than these. `lists` are the words that are
    lists themselves; the list of any other is dealt out, one number a label. A family that is `joint` takes all its
    rows together.
    """

    lists: ClassVar[tuple[str, ...]] = ()
    joint: ClassVar[bool] = False

    unit: str
    source: str
    note: str = ""
    best: float | None = None
    reported_low: float | None = None
    reported_high: float | None = None
    narrower: str | None = None
    by: str | None = None
    times: float | None = None
    autocorrelation: float | None = None

    def check(self) -> None:
        """Refuse words that state no distribution."""

    def whole(self) -> Distribution:
        """The distribution before truncation."""
        raise NotImplementedError

    def distribution(self) -> Distribution:
        """The distribution that the words state, in the unit of the entry."""
        self.check()
        return self.whole()

    def rows(self, labels: Sequence[str]) -> tuple[Distribution, ...]:
        """The distributions of all rows, where the family takes them together."""
        raise NotImplementedError

    def centres(self, rows: Sequence[Distribution]) -> list[float]:
        """The central value of each row, where no best guess is stated."""
        return [row.median for row in rows]

    def together(self, probabilities: Array) -> Array:
        """Draws (labels, draws) from probabilities of the same shape, where the family takes its rows together."""
        raise NotImplementedError


class Truncatable(Family, kw_only=True, frozen=True):
    """A family that may be cut at `low`, at `high` or at both; what is left is renormalised."""

    low: float | None = None
    high: float | None = None

    def distribution(self) -> Distribution:
        self.check()
        whole = self.whole()
        if self.low is None and self.high is None:
            return whole
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        below(low, high, "low", "high")
        return truncated(whole, low, high)


class Percentiles(Truncatable, kw_only=True, frozen=True):
    """A family that percentiles state, of the distribution before truncation: `percentiles` holds the words p5, p97_5
    and the like."""

    percentiles: dict[str, float] = {}

    def points(self) -> list[tuple[float, float]]:
        """The percentiles stated, as (probability, value), lowest first."""
        return rising(self.percentiles)


def is_percentile(word: str) -> bool:
    """Whether a word states a percentile."""
    return re.fullmatch(PERCENTILE, word) is not None


def level(word: str) -> float:
    """The probability below a percentile: 0.05 for p5, 0.975 for p97_5."""
    return float(word[1:].replace("_", ".")) / 100


def rising(percentiles: Mapping[str, float]) -> list[tuple[float, float]]:
    """Percentiles by their words as (probability, value), lowest first; refused if the values do not rise."""
    words = sorted(percentiles, key=level)
    for word, next_word in pairwise(words):
        below(percentiles[word], percentiles[next_word], word, next_word)
    return [(level(word), percentiles[word]) for word in words]


def below(low: float, high: float, low_word: str, high_word: str) -> None:
    """Refuse two words that are not in rising order."""
    if not low < high:
        raise InputError(f"{low_word} = {low:g} must lie below {high_word} = {high:g}")


def positive(value: float, word: str) -> None:
    """Refuse a word that is zero or less."""
    if not value > 0:
        raise InputError(f"{word} = {value:g} must be above 0")


def between_0_and_1(words: Iterable[tuple[str, float]]) -> None:
    """Refuse a percentile or a mean of a share that is none."""
    for word, value in words:
        if not 0 < value < 1:
            raise InputError(f"{word} = {value:g} must lie between 0 and 1")


def one_form(family: Family, *forms: tuple[str, ...], percentiles: int = 0) -> tuple[str, ...]:
    """Which of the ways to state a family was used; () where `percentiles` of these were. Others are refused."""
    words = {word for form in forms for word in form}
    stated = {word for word in words if getattr(family, word) is not None}
    count = len(family.points()) if percentiles else 0
    if percentiles and count == percentiles and not stated:
        return ()
    for form in forms:
        if stated == set(form) and not count:
            return form
    ways = ([COUNTS[percentiles]] if percentiles else []) + [listed(form) for form in forms]
    raise InputError(f"it takes {', or '.join(ways)}, one of these and no more")


def listed(words: Iterable[str]) -> str:
    """Words one after the other: location, scale and shape."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def line_through(points: list[tuple[float, float]]) -> tuple[float, float]:
    """Mean and standard deviation of the normal with two (probability, value) on its curve."""
    (p, x), (q, y) = points
    sd = (y - x) / (special.ndtri(q) - special.ndtri(p))
    mean = x - sd * special.ndtri(p)
    return (0.0 if abs(mean) < 1e-12 * sd else mean), sd  # an interval about 0 has its mean there, not next to it
