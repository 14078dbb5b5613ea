"""The first Sobol dimensions, in the order of the inputs: how uniform their pairs are, and the errors that follow."""

from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier.core.kernels.plain import BITS
from mcfrontier.sampling import sobol, streams
from mcfrontier.study import locate

POINT_BITS = 13  # of the points of a randomisation, in a run of 2^17 draws


@cache
def kernel_values(dimension):
    """The covariances of a point of a scrambled net with the point 0: (points,).

    They are those of a function of one input whose variance halves with each binary digit, under Owen's scrambling:
    digits before the first that differs have equal parts, that digit has opposite ones, the rest are independent.
    """
    words = sobol.direction_words(dimension, POINT_BITS)
    points = np.zeros(1, np.uint64)
    for word in words:
        points = np.concatenate([points, points ^ word])
    variances = 2.0 ** -np.arange(1, BITS + 1)
    first = BITS + 1 - np.frexp(points.astype(float))[1]  # the place of the first set bit; BITS + 1 for 0
    before = np.concatenate([[0], np.cumsum(variances)])
    digit = np.minimum(first, BITS) - 1
    return np.where(points == 0, variances.sum(), before[digit] - variances[digit])


def pair_ratios(count):
    """The variance of the interaction of each pair of the first dimensions, as a multiple of that of random points."""
    values = np.stack([kernel_values(dimension) for dimension in range(count)])
    ratios = values @ values.T / (1 - 2.0**-BITS) ** 2
    return ratios[np.triu_indices(count, 1)]


def test_no_pair_of_inputs_of_a_shipped_study_is_near_random_points():
    for name in locate.runnable():
        study = mcf.load(name)
        needed = [i for i, each in enumerate(study.sampled) if each in study.inputs]
        bound = 0.6 if name == "frontier-2026" else 0.3  # of the 43 dimensions of the former one pair is at 0.53
        assert pair_ratios(max(needed, default=0) + 1).max(initial=0) < bound, name


def test_no_pair_of_the_first_thirty_dimensions_is_near_random_points():
    assert pair_ratios(30).max() < 0.6


def error_ratio(names, sds, draws, seeds, level):
    """The error of a percentile of a product of lognormals with these log standard deviations, over that of random
    draws: the root mean square over seeds."""
    sd = np.sqrt(np.square(sds).sum())
    misses = []
    for seed in range(seeds):
        plan = streams.sampler("sobol", seed, draws, names)
        x = sum(s * special.ndtri(streams.probabilities(plan, name)) for name, s in zip(names, sds, strict=True))
        misses.append(np.quantile(x, level, method="hazen") - sd * special.ndtri(level))
    at_random = np.sqrt(level * (1 - level) / draws) * sd / stats.norm.pdf(special.ndtri(level))
    return np.sqrt(np.square(misses).mean()) / at_random


@pytest.mark.parametrize("names", ["abc", "xyz", ["price", "share", "tokens"], ["ci2", "zz", "m_41"]])
@pytest.mark.parametrize("level", [0.05, 0.95])
def test_the_error_of_a_product_is_half_of_that_of_random_draws_whatever_the_names(names, level):
    sds = np.log([10, 25, 5]) / (2 * special.ndtri(0.95))  # of 90 % intervals (1, 10), (2, 50) and (0.1, 0.5)
    assert error_ratio(names, sds, 2**15, 40, level) < 0.55


def test_no_set_of_names_has_large_errors_in_long_runs():
    assert error_ratio(["q987", "k849", "o261"], [0.5] * 3, 2**17, 16, 0.95) < 0.5


def stated_errors(study, sampler="sobol", method="auto", draws=2**14, seed=1):
    """The stated errors of the mean, p5, p50 and p95 of the targets of a study: (4, rows)."""
    run = mcf.run(study, draws=draws, seed=seed, sampler=sampler, method=method)
    found = run.statistics().sel(figure="mc_error", statistic=["mean", "p5", "p50", "p95"])
    return np.concatenate([found[name].transpose("statistic", ...).values.reshape(4, -1) for name in run.targets], 1)


def test_stated_errors_hardly_depend_on_the_order_of_the_inputs():
    study, found = mcf.load("gpt4"), []
    for seed in range(6):
        order = np.random.default_rng(seed).permutation(study.sampled)
        found.append(np.log(stated_errors(replace(study, sampled=tuple(order)), method="order", draws=2**12)).mean())
    assert np.abs(found - np.median(found)).max() < np.log(1.25)


@pytest.mark.slow
def test_figures_of_shipped_studies_with_larger_errors_than_random_draws_are_below_one_percent():
    """Of studies without rows along labels, which have random points."""
    worse = []
    for study in map(mcf.load, locate.runnable()):
        if study.evidence or not study.uncertain or any(prior.labels for prior in study.uncertain):
            continue
        sobol, random = (
            np.mean([stated_errors(study, sampler, method, 2**13, seed) ** 2 for seed in (1, 2)], axis=0)
            for sampler, method in (("sobol", "auto"), ("random", "order"))
        )
        worse += (sobol > random)[random > 0].tolist()
    assert len(worse) > 500
    assert np.mean(worse) < 0.01
