"""Sampling: samplers, the point streams of inputs, their draws, and blocks of evaluated draws."""

from mcfrontier.sampling.draws import points, values
from mcfrontier.sampling.plan import Sampler, generator
from mcfrontier.sampling.streams import SAMPLERS, probabilities, sampler, stream

__all__ = ["SAMPLERS", "Sampler", "generator", "points", "probabilities", "sampler", "stream", "values"]
