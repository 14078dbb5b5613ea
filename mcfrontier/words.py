"""The words of a priors file, but for the families of its entries."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date as Date  # `date` is also a word of a priors file
from typing import Any, Literal

import msgspec

from mcfrontier.errors import InputError

FORMAT = 1


class Disclosed(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A figure made public that the study did not use: its percentile is told beside the estimate."""

    quantity: str
    value: float
    unit: str
    source: str
    note: str = ""
    bound: Literal["about", "at least", "at most"] = "about"


class Table(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """A CSV file in the priors folders that is a dimension: its rows the labels, its columns inputs."""

    file: str
    source: str
    note: str = ""


class Evidence(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """An observation of a quantity with its error: where it alone puts the truth with 90 % probability.

    On the scale `log` its error is a factor, on the scale `raw` an amount; `log` where both ends are above 0.
    """

    quantity: str
    p5: float
    p95: float
    unit: str
    source: str
    note: str = ""
    scale: Literal["log", "raw", ""] = ""

    def check(self) -> None:
        """Refuse an interval that is none."""
        if not self.p5 < self.p95:
            raise InputError(f"p5 = {self.p5:g} must lie below p95 = {self.p95:g}")
        if self.scale == "log" and self.p5 <= 0:
            raise InputError(f'p5 = {self.p5:g} must be above 0 on the scale "log"; take scale = "raw"')

    @property
    def logarithmic(self) -> bool:
        """Whether its error is a factor."""
        return self.scale == "log" or (self.scale == "" and self.p5 > 0)


class Decision(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """To act or not, by whether a quantity lies below or above a threshold.

    Acting pays by how far the quantity lies on the right side of the threshold, in its unit; or, where they are
    stated, `gain` if it does and minus `loss` if it does not. Not acting pays nothing.
    """

    quantity: str
    act: Literal["below", "above"]
    threshold: float
    unit: str
    gain: float | None = None
    loss: float | None = None
    note: str = ""


@dataclass(frozen=True)
class Correlations:
    """Correlations by pairs of inputs, in the order of the alphabet, of a kind: Spearman's, or those of normal scores.
    `own` are the pairs that the file states itself."""

    kind: str = "spearman"
    pairs: Mapping[tuple[str, str], float] = field(default_factory=dict)
    own: frozenset[tuple[str, str]] = frozenset()


class Words(msgspec.Struct, kw_only=True, frozen=True, forbid_unknown_fields=True):
    """What a priors file may say, entry by entry still unread."""

    format: int = FORMAT
    title: str = ""
    about: str = ""
    question: str = ""
    price_year: int | None = None
    date: Date | None = None
    extends: list[str] = []
    targets: list[str] = []
    dimensions: dict[str, list[str]] = {}
    tables: dict[str, Any] = {}
    only: dict[str, list[str]] = {}
    same: dict[str, str] = {}
    inputs: dict[str, Any] = {}
    correlation: dict[str, Any] = {}
    evidence: dict[str, Any] = {}
    decision: dict[str, Any] = {}
    disclosed: dict[str, Any] = {}
    skewed: dict[str, str] = {}
