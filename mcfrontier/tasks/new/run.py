"""A training run in a few numbers."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import cached_property

from mcfrontier.core import limits
from mcfrontier.core.errors import InputError, suggest
from mcfrontier.core.formatting import amount
from mcfrontier.core.printable import echo
from mcfrontier.study import csv_table, locate, priors_file
from mcfrontier.study.prior import BF16, PriorsFile


@dataclass(frozen=True)
class TrainingRun:
    """A training run on a chip, at the prices of a day; numbers that are not stated are None.

    Chips and days determine its operations; parameters, those used for each token, and tokens determine its
    chip-hours. `architecture` is "dense" or "moe", "" where it is not known.
    """

    chip: str
    day: date
    chips: float | None = None
    days: float | None = None
    parameters: float | None = None
    tokens: float | None = None
    precision: str = BF16
    architecture: str = ""

    def __post_init__(self) -> None:
        for option in ("chips", "days", "parameters", "tokens"):
            x = getattr(self, option)
            if x is not None and not 0 < x < float("inf"):
                raise InputError(f"--{option} {x:g}: a number above 0 is expected")
        operations = (self.parameters, self.tokens)
        if self.days is not None and operations != (None, None):
            raise InputError("--days: the length of the run follows from its parameters and tokens; leave it out")
        if (self.days is None and None in operations) or (self.days is not None and self.chips is None):
            remedy = "state --chips COUNT and --days DAYS, or --parameters COUNT and --tokens COUNT"
            raise InputError(f"the size of the run is not determined; {remedy}")
        rates = [name.removesuffix("_peak_rate") for name in self.part.priors if name.endswith("_peak_rate")]
        if self.precision not in rates:
            problem = f"{self.part.where} has no peak rate of this precision"
            raise InputError(f"--precision {self.precision}: {problem}; known: {', '.join(rates)}")

    @cached_property
    def part(self) -> PriorsFile:
        """The priors file of the chip."""
        known = [name.removeprefix("chips/") for name in locate.studies() if name.startswith("chips/")]
        known = [name for name in known if name != "gpu"]
        chip = self.chip.lower().replace(" ", "-")
        if chip not in known:
            near = suggest(chip, known) or f"; known: {', '.join(known)}"
            raise InputError(f"--chip {echo(self.chip)}: there is no priors file of this chip{near}")
        return priors_file.load(f"chips/{chip}")

    @cached_property
    def label_and_generation(self) -> tuple[str, str]:
        """The chip in the table of chips, and its generation; empty where it has no row."""
        heads, rows = csv_table.cells(locate.data_file("tables/chips.csv", locate.folders()), limits.TABLE_BYTES)
        label, generation = heads.index("chip"), heads.index("generation")
        named = f"{self.part.name.removeprefix('chips/')}-"
        found = (row for row in rows if f"{row[label]}-".lower().replace(" ", "-").startswith(named))
        return next(((row[label], row[generation]) for row in found), ("", ""))

    @property
    def targets(self) -> list[str]:
        """The quantities that are determined, the one in question first."""
        if self.days is not None:
            found = ["training_compute", "amortised_cost", "cloud_cost", "acquisition_cost"]
        else:
            found = ["amortised_cost", "cloud_cost", "training_compute"]
            found += [] if self.chips is None else ["acquisition_cost", "training_time"]
        return [*found, "chip_time", "energy", *([] if self.chips is None else ["cluster_power"])]

    @property
    def title(self) -> str:
        """The numbers of the run."""
        chip = self.label_and_generation[0] or self.part.name.removeprefix("chips/")
        end = "" if self.precision == BF16 else f", in {self.precision.upper()}"
        if self.chips is not None:
            chip = f"{self.chips:,.15g} {chip}"
        if self.days is not None:
            return f"{chip} for {amount(self.days, 'day')}{end}"
        return f"{amount(self.parameters or 0, 'parameter')} on {amount(self.tokens or 0, 'token')}, on {chip}{end}"
