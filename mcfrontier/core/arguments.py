"""Checks of arguments given from Python."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from mcfrontier.core.errors import InputError
from mcfrontier.core.printable import quoted


def listed(argument: str, value: Iterable[Any] | None) -> list[Any]:
    """The elements of an argument that takes one text or several; none for None."""
    if value is None or isinstance(value, str):
        return [] if value is None else [value]
    try:
        return list(value)
    except TypeError:
        raise InputError(f"{argument} = {quoted(value)}: a list is expected") from None


def check_text(argument: str, value: object, example: str) -> None:
    """Refuse an argument that is not a text."""
    if not isinstance(value, str):
        raise InputError(f"{argument} = {quoted(value)}: a text is expected, such as '{example}'")


def check_number(argument: str, value: object) -> None:
    """Refuse an argument that is not one number; a numpy scalar is one."""
    import numpy as np

    if isinstance(value, bool | np.bool_) or not isinstance(value, int | float | np.integer | np.floating):
        raise InputError(f"{argument} = {quoted(value)}: a number is expected")


def check_count(argument: str, value: object) -> None:
    """Refuse an argument that is not a whole number above 0."""
    import numpy as np

    if isinstance(value, bool) or not isinstance(value, int | np.integer) or value <= 0:
        raise InputError(f"{argument} = {quoted(value)}: a whole number above 0 is expected")
