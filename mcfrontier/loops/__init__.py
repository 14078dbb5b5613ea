"""The loops that are gone through for every draw: compiled where the package was built with a C compiler, else numpy.

plain      in numpy: what they do
compiled   the same to the bit, several times as fast; left alone where its source has changed since
"""

from pathlib import Path

from mcfrontier.loops import plain as chosen

try:
    from mcfrontier.loops import compiled

    source = Path(__file__).with_name("compiled.pyx")  # in a clone alone
    if not source.exists() or source.stat().st_mtime <= Path(compiled.__file__).stat().st_mtime:
        chosen = compiled
except ImportError:
    pass

below, counted, looked_up = chosen.below, chosen.counted, chosen.looked_up
