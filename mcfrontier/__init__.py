"""Monte Carlo uncertainty of what frontier AI models take and cost to train and to run.

>>> import mcfrontier as mcf
>>> run = mcf.run("gpt4", draws=2**12, seed=7, set={"gpu_price": 15_000, "gpu_share": 0.7, "chip_count": 25_000})
>>> round(float(run.quantiles([0.5])["acquisition_cost"][0]), 2)
535714285.71
"""

import typing as _typing

from mcfrontier.core.version import __version__

if _typing.TYPE_CHECKING:
    from mcfrontier.api.run import Run, run
    from mcfrontier.api.saved import SavedRun, open
    from mcfrontier.core.errors import InputError
    from mcfrontier.graph.node import node
    from mcfrontier.runs.load import load
    from mcfrontier.study.study import Study
    from mcfrontier.tasks.compare.compare import compare
    from mcfrontier.tasks.compare.comparison import Comparison
    from mcfrontier.tasks.importing.squigglepy import from_squigglepy
    from mcfrontier.tasks.solve.solution import Solution
    from mcfrontier.tasks.solve.solve import solve

_FACE = {  # the module that defines each public name
    "Comparison": "tasks.compare.comparison",
    "InputError": "core.errors",
    "Run": "api.run",
    "SavedRun": "api.saved",
    "Solution": "tasks.solve.solution",
    "Study": "study.study",
    "compare": "tasks.compare.compare",
    "from_squigglepy": "tasks.importing.squigglepy",
    "load": "runs.load",
    "node": "graph.node",
    "open": "api.saved",
    "run": "api.run",
    "solve": "tasks.solve.solve",
}
__all__ = [
    "Comparison",
    "InputError",
    "Run",
    "SavedRun",
    "Solution",
    "Study",
    "__version__",
    "compare",
    "from_squigglepy",
    "load",
    "node",
    "open",
    "run",
    "solve",
]


def __getattr__(name: str) -> object:
    """A public name, imported when it is first used: `import mcfrontier` alone is quick."""
    if name in _FACE:
        import importlib

        return getattr(importlib.import_module(f"mcfrontier.{_FACE[name]}"), name)
    raise AttributeError(f"module 'mcfrontier' has no attribute '{name}'")


def __dir__() -> list[str]:
    """The public names."""
    return __all__
