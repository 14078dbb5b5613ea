"""Sampling: samplers, the point streams of inputs, their draws, and blocks of evaluated draws."""

from mcfrontier.sampling.draws import points, stacked, values, values_at
from mcfrontier.sampling.plan import MIN_DRAWS, RANDOMISATIONS, Sampler, Stream, generator
from mcfrontier.sampling.sobol import dimensions_of, direction_words, hashed_dimension
from mcfrontier.sampling.streams import SAMPLERS, probabilities, sampler, stream, streams

__all__ = [
    "MIN_DRAWS",
    "RANDOMISATIONS",
    "SAMPLERS",
    "Sampler",
    "Stream",
    "dimensions_of",
    "direction_words",
    "generator",
    "hashed_dimension",
    "points",
    "probabilities",
    "sampler",
    "stacked",
    "stream",
    "streams",
    "values",
    "values_at",
]
