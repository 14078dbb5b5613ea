"""Words of a study that choose between inputs.

The precision of a run picks the peak rate of its chips, and the peak that its MFU is a share of.

The files of chips state a peak rate for each precision: `bf16_peak_rate`, `fp8_peak_rate`. `precision = "fp8"` makes
`peak_rate` the same as `fp8_peak_rate`. `mfu` is a share of that peak; where the source gives a share of the BF16 peak,
it is stated as `bf16_mfu`.

The rent term picks the margin of a rent over the owner's cost: `rent_term = "1 year"` makes `rent_margin` the same as
`rent_margin_1_year`.
"""

from __future__ import annotations

from dataclasses import replace
from typing import get_args

from mcfrontier.core.errors import InputError
from mcfrontier.study.prior import BF16, MARGIN, PriorsFile
from mcfrontier.study.schema import Precision

PEAK = "peak_rate"


def with_precision(file: PriorsFile) -> PriorsFile:
    """The file with the peak rate of its precision, unless it states the peak rate itself."""
    word, same = file.precision, file.aliases.get(PEAK, "")
    wrong = [f"{other}_{PEAK}" for other in get_args(Precision) if other != word]
    if file.stated.precision and same in wrong:
        raise InputError(
            f'{file.where}: precision = "{word}": {PEAK} is the same as {same}; state {PEAK} = "{word}_{PEAK}" under '
            "[same], or the other precision"
        )
    if file.stated.precision and PEAK in file.priors and not file.priors[PEAK].own:
        where = file.priors[PEAK].where
        raise InputError(
            f'{file.where}: precision = "{word}": {where} states {PEAK} without a precision; state {word}_{PEAK}'
        )
    if word == BF16 or PEAK in {*file.priors, *file.aliases}:
        return file
    if f"{word}_{PEAK}" not in file.priors:
        known = ", ".join(name for name in file.priors if name.endswith(f"_{PEAK}")) or "no peak rate"
        raise InputError(f'{file.where}: precision = "{word}": it needs {word}_{PEAK}, and {known} is stated')
    return replace(file, aliases={**file.aliases, PEAK: f"{word}_{PEAK}"})


def with_rent_term(file: PriorsFile) -> PriorsFile:
    """The file with the margin of its rent term, unless it states the margin itself, or none of any term."""
    known = [name for name in file.priors if name.startswith(f"{MARGIN}_")]
    if not file.stated.rent_term or not known or MARGIN in {*file.priors, *file.aliases}:
        return file
    chosen = f"{MARGIN}_{file.stated.rent_term.replace(' ', '_')}"
    if chosen not in known:
        problem = f"it needs {chosen}, and {', '.join(known)} is stated; state it, or another term"
        raise InputError(f'{file.where}: rent_term = "{file.stated.rent_term}": {problem}')
    return replace(file, aliases={**file.aliases, MARGIN: chosen})
