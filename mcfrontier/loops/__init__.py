"""The loops that are gone through for every draw: compiled where the package was built with a C compiler, else numpy.

plain      in numpy: what they do
compiled   the same to the bit, several times as fast
"""

try:
    from mcfrontier.loops.compiled import below, counted, looked_up
except ImportError:
    from mcfrontier.loops.plain import below, counted, looked_up

__all__ = ["below", "counted", "looked_up"]
