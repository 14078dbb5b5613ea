"""Versions of this package and of the libraries that affect its output."""

from __future__ import annotations

from contextlib import suppress
from functools import cache

__version__ = "0.1.0"
LIBRARIES = ("numpy", "scipy", "matplotlib", "typst", "h5py")  # those that can change the files of a run


@cache
def versions() -> dict[str, str]:
    """The versions of this package, of Python, and of the LIBRARIES that are installed, by name."""
    import platform
    from importlib.metadata import PackageNotFoundError, version

    found = {"mcfrontier": __version__, "python": platform.python_version()}
    for name in LIBRARIES:
        with suppress(PackageNotFoundError):
            found[name] = version(name)
    return found


@cache
def computing_versions() -> dict[str, str]:
    """The versions, by name, of what computes draws: with another one they may differ in their last bits."""
    found = versions()
    return {name: found[name] for name in ("mcfrontier", "numpy", "scipy")} | {
        "python": found["python"].rpartition(".")[0]
    }
