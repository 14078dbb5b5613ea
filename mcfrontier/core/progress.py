"""Progress reports of long computations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any, TypeAlias

# iterates over steps and reports each under a title
Progress: TypeAlias = Callable[[Sequence[Any], str], Iterable[Any]]


def silent(steps: Sequence[Any], title: str) -> Iterable[Any]:
    """Iterate over steps without reporting anything."""
    return steps
