"""The job as each tool does it, written as one who knows the tool would: job(draws, seed) -> {target: statistics}.

A tool is imported when it is first asked for; one that is not installed is left out, by name.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module

OURS = "mcfrontier"
TOOLS = {  # and the modules of this package that use them
    OURS: "ours",
    "numpy": "with_numpy",
    "scipy": "with_scipy",
    "squigglepy": "with_squigglepy",
    "OpenTURNS": "with_openturns",
    "chaospy": "with_chaospy",
}

Job = Callable[[int, int], dict[str, list[float]]]


def job_of(tool: str) -> Job:
    """The job as a tool does it. ModuleNotFoundError if it is not installed."""
    return import_module(f"{__name__}.{TOOLS[tool]}").job


def installed() -> dict[str, Job]:
    """The jobs of all tools that are installed. Those that are not are told."""
    found = {}
    for tool in TOOLS:
        try:
            found[tool] = job_of(tool)
        except ModuleNotFoundError as problem:
            print(f"{tool}: left out, since {problem.name} is not installed")
    return found
