"""The names of the Python interface: what the tests of docstrings and the reference page go through."""

import inspect

import mcfrontier as mcf

NAMES = [name for name in dir(mcf) if name != "__version__"]


def members(name):
    """The public methods and properties of a class of the interface."""
    cls = getattr(mcf, name)
    if not inspect.isclass(cls) or issubclass(cls, Exception):
        return []
    fields = getattr(cls, "__dataclass_fields__", {})
    indexed = ["__getitem__"] if hasattr(cls, "__getitem__") else []
    return indexed + [each for each in dir(cls) if not each.startswith("_") and each not in fields]


def documented():
    """Every documented name: "run", "Run", "Run.quantiles", ..."""
    return [place for name in NAMES for place in (name, *(f"{name}.{each}" for each in members(name)))]


def member(place):
    """What stands under a documented name."""
    found = mcf
    for part in place.split("."):
        found = getattr(found, part)
    return found
