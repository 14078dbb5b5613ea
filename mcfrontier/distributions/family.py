"""The base classes of families of distributions: an entry of a priors file, whose fields are its keys."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from itertools import pairwise
from typing import ClassVar, TypeAlias

import msgspec
from scipy import special

from mcfrontier.core import units
from mcfrontier.core.arrays import Array
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.curves import Distribution, on_interval, truncated

PERCENTILE_PATTERN = r"p([1-9]\d?|(0|[1-9]\d?)_\d*[1-9])"  # p5, p95, p2_5, p0_1: one spelling of each level
REPORTED_KEYS = ("reported_low", "reported_high", "narrower")  # keys about the sources, which have no effect on draws
UNITLESS_KEYS = (  # of every family
    *("autocorrelation", "mu", "sigma", "df", "shape", "alpha", "beta", "concentration", "dispersion", "chance"),
)
PERCENTILE_COUNTS = {2: "two percentiles such as p5 and p95", 3: "three percentiles such as p5, p50 and p95"}

PercentilePoints: TypeAlias = tuple[tuple[float, float], ...]  # (probability, value), in increasing order


class Family(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True, tag_field="family"):
    """An entry of a priors file: the distribution of one quantity, its unit and its source.

    With `by`, the entry has a row for each label of that dimension, each correlated with the next by `autocorrelation`;
    a list as the value of a key gives one number per label, or one text for the keys in `texts`, except for the keys in
    `lists`, whose values are lists in any case. All other numbers are multiples of `times`; amounts of money are in
    money of `money_year`. `reported_low` and `reported_high` are the lowest and the highest figure in the sources,
    `narrower` the reason why the interval may be narrower than these. A family that is `joint` has one joint
    distribution of all rows.
    """

    lists: ClassVar[tuple[str, ...]] = ()
    texts: ClassVar[tuple[str, ...]] = ()
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
    money_year: int | None = None
    autocorrelation: float | None = None

    def __hash__(self) -> int:
        return hash(msgspec.msgpack.encode(self))  # its fields may be lists

    @property
    def resolved(self) -> bool:
        """Whether the distribution is known, which it is not while it depends on draws of another study."""
        return True

    def check(self) -> None:
        """Refuse keys that do not state a distribution."""

    def untruncated(self) -> Distribution:
        """The distribution before truncation."""
        raise NotImplementedError

    def distribution(self) -> Distribution:
        """The distribution, in the unit of the entry."""
        self.check()
        return self.untruncated()

    def rows(self, labels: Sequence[str]) -> tuple[Distribution, ...]:
        """The marginal distributions of all rows of a joint family."""
        raise NotImplementedError

    def replicates(self) -> tuple[Family, ...]:
        """The entry in each of the 16 randomisations of the study that it refers to; () if it refers to none."""
        return ()

    def remark(self) -> str:
        """What the report says of the distribution; "" for most families."""
        return ""

    def centres(self, rows: Sequence[Distribution]) -> list[float]:
        """The central value of each row, used where no best guess is stated."""
        return [row.median for row in rows]

    def joint_ppf(self, probabilities: Array) -> Array:
        """Draws (labels, draws) of a joint family from probabilities of the same shape."""
        raise NotImplementedError


class Truncatable(Family, kw_only=True, frozen=True):
    """A family that can be truncated at `low`, at `high` or at both."""

    low: float | None = None
    high: float | None = None

    def distribution(self) -> Distribution:
        self.check()
        base = self.untruncated()
        if self.low is None and self.high is None:
            return base
        low = -math.inf if self.low is None else self.low
        high = math.inf if self.high is None else self.high
        check_order(low, high, "low", "high")
        return truncated(base, low, high)


class Percentiles(Truncatable, kw_only=True, frozen=True):
    """A family that can be stated by percentiles of the distribution before truncation.

    `percentiles` are the values of p5, p97_5 and the like by these keys.
    """

    percentiles: dict[str, float] = {}

    def points(self) -> PercentilePoints:
        """The stated percentiles."""
        return sorted_points(self.percentiles)

    def stated_form(self, count: int, *forms: tuple[str, ...]) -> dict[str, float]:
        """The parameters that state the distribution: those of one of the forms, or none where percentiles do.

        Raises InputError unless either one of the forms or `count` percentiles are stated, and nothing else.
        """
        values = {key: getattr(self, key) for form in forms for key in form}
        stated = {key: value for key, value in values.items() if value is not None}
        points = self.points()
        if len(points) == count and not stated:
            return {}
        for form in forms:
            if stated.keys() == set(form) and not points:
                return {key: stated[key] for key in form}
        choices = [PERCENTILE_COUNTS[count], *(join_keys(form) for form in forms)]
        raise InputError(f"it takes {', or '.join(choices)}{'; state exactly one of these' if forms else ''}")


class ShareFamily(Percentiles, kw_only=True, frozen=True):
    """A family of shares between 0 and 1, stated in its unit: in %, between 0 and 100. With `times` they are multiples
    of it, between 0 and 1."""

    @property
    def whole(self) -> float:
        """The number of its unit in a share of 1."""
        is_share = self.times is None and units.same_kind(self.unit, "share")
        return units.convert(1.0, "share", self.unit) if is_share else 1.0

    def check_shares(self, values: Iterable[tuple[str, float]]) -> None:
        """Refuse values, as (key, value), that do not lie between 0 and 1, or 0 and 100 in %."""
        whole = self.whole
        check_between(values, whole, '; for percents, state unit = "%"' if whole == 1 else f" {self.unit}")

    def points(self) -> PercentilePoints:
        """The stated percentiles, as shares."""
        return tuple((p, x / self.whole) for p, x in super().points())

    def in_unit(self, shares: Distribution) -> Distribution:
        """A distribution of shares in the unit of the entry."""
        return shares if self.whole == 1 else on_interval(shares, 0.0, self.whole)


def is_percentile(key: str) -> bool:
    """Whether a key is that of a percentile."""
    return re.fullmatch(PERCENTILE_PATTERN, key) is not None


def probability_of(key: str) -> float:
    """The probability below a percentile: 0.05 for p5, 0.975 for p97_5."""
    return float(key[1:].replace("_", ".")) / 100


def sorted_points(percentiles: Mapping[str, float]) -> PercentilePoints:
    """Percentiles by key as points in increasing order; refuses values that do not increase."""
    keys = sorted(percentiles, key=probability_of)
    for key, next_key in pairwise(keys):
        check_order(percentiles[key], percentiles[next_key], key, next_key)
    return tuple((probability_of(key), percentiles[key]) for key in keys)


def check_order(low: float, high: float, low_key: str, high_key: str) -> None:
    """Refuse the values of two keys unless the first is below the second."""
    if not low < high:
        raise InputError(f"{low_key} = {low:g} must lie below {high_key} = {high:g}")


def check_positive(value: float, key: str) -> None:
    """Refuse a value that is not above 0."""
    if not value > 0:
        raise InputError(f"{key} = {value:g} must be above 0")


def check_between(values: Iterable[tuple[str, float]], high: float = 1.0, unit: str = "") -> None:
    """Refuse values, as (key, value), that do not lie between 0 and `high`."""
    for key, value in values:
        if not 0 < value < high:
            raise InputError(f"{key} = {value:g} must lie between 0 and {high:g}{unit}")


def join_keys(keys: Sequence[str]) -> str:
    """Keys as text: location, scale and shape."""
    *first, last = keys
    return f"{', '.join(first)} and {last}" if first else last


def normal_through(points: PercentilePoints) -> tuple[float, float]:
    """Mean and standard deviation of the normal distribution with two given percentiles."""
    (p, x), (q, y) = points
    sd = (y - x) / (special.ndtri(q) - special.ndtri(p))
    mean = x - sd * special.ndtri(p)
    return (0.0 if abs(mean) < 1e-12 * sd else mean), sd  # an interval around 0 has mean 0 despite rounding
