"""Monte Carlo uncertainty of what frontier AI models take and cost to train and to run.

>>> import mcfrontier as mcf
>>> run = mcf.run("gpt4", draws=2**12, seed=7, set={"gpu_price": 15_000, "gpu_share": 0.7, "chip_count": 25_000})
>>> round(float(run.quantiles([0.5])["acquisition_cost"][0]), 2)
535714285.71
"""

from typing import TYPE_CHECKING

from mcfrontier.errors import InputError

if TYPE_CHECKING:
    from mcfrontier.comparison import compare
    from mcfrontier.graph import node
    from mcfrontier.solution import solve
    from mcfrontier.study import Run, Study, load, run

__version__ = "0.1.0"
__all__ = ["InputError", "Run", "Study", "compare", "load", "node", "run", "solve"]


def __getattr__(name: str) -> object:
    """The recipe, imported when it is first asked for: `import mcfrontier` alone is quick."""
    if name in __all__:
        from importlib import import_module

        rooms = {"node": "graph", "compare": "comparison", "solve": "solution"}
        return getattr(import_module(f"mcfrontier.{rooms.get(name, 'study')}"), name)
    raise AttributeError(f"module 'mcfrontier' has no attribute '{name}'")
