"""The job with each tool, in its idiomatic form: job(draws, seed) -> {target: statistics}.

A tool is imported on first use. A tool that is not installed is skipped with a message.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

OURS = "mcfrontier"
TOOLS = {  # tools and their modules in this package
    OURS: "ours",
    "numpy": "with_numpy",
    "scipy": "with_scipy",
    "squigglepy": "with_squigglepy",
    "OpenTURNS": "with_openturns",
    "chaospy": "with_chaospy",
}

Job = Callable[[int, int], dict[str, list[float]]]


def job_of(tool: str) -> Job:
    """The job of a tool. Raises ModuleNotFoundError if the tool is not installed."""
    return import_module(f"{__name__}.{TOOLS[tool]}").job


def installed() -> dict[str, Job]:
    """The jobs of all installed tools. Prints the tools that are not installed."""
    found = {}
    for tool in TOOLS:
        try:
            found[tool] = job_of(tool)
        except ModuleNotFoundError as problem:
            print(f"{tool}: left out, since {problem.name} is not installed")
    return found
