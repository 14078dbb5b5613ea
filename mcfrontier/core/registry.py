"""Functions that registries name, so that a registry can be read without importing what its members need."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any


@cache
def function_at(place: str) -> Callable[..., Any]:
    """The function that stands at a place, written as "package.module:function"."""
    module, name = place.split(":")
    function: Callable[..., Any] = getattr(import_module(module), name)
    return function
