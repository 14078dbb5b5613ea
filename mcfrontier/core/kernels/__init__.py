"""Kernels over draws: compiled where the package was built with a C compiler, otherwise numpy.

plain      the numpy implementation
compiled   the same results to the bit, several times as fast; not used if its source is newer than the build
"""

from pathlib import Path

from mcfrontier.core.kernels import plain as implementation

try:
    import mcfrontier.core.kernels.compiled as compiled

    source = Path(__file__).with_name("compiled.pyx")  # present only in a clone
    if not source.exists() or source.stat().st_mtime <= Path(compiled.__file__).stat().st_mtime:
        implementation = compiled
except ImportError:
    pass

count_draws = implementation.count_draws
evaluate_polynomials = implementation.evaluate_polynomials
fit_parabolas = implementation.fit_parabolas
is_linear = implementation.is_linear
look_up_quantiles = implementation.look_up_quantiles
sum_probabilities = implementation.sum_probabilities
