"""Kernels over draws: compiled and numpy versions are bit-identical and correct."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcfrontier.core import kernels
from mcfrontier.core.kernels import plain
from mcfrontier.distributions import tables
from mcfrontier.distributions.curves import NORMAL, UNIFORM, beta
from mcfrontier.distributions.empirical import sample_distribution

TABLES = [
    tables.quantile_table(each)
    for each in (NORMAL, UNIFORM, beta(0.3, 3), sample_distribution(np.array([1.0, 2.0, 7.0])))
]
SEEDS = st.integers(0, 2**32)
SIZES = st.integers(0, 200) | st.integers(500, 1200)  # more than one chunk above 512


@pytest.fixture(scope="module")
def compiled():
    """The compiled kernels, if the package was built with a C compiler."""
    return pytest.importorskip("mcfrontier.core.kernels.compiled")


@pytest.mark.parametrize(("older", "chosen"), [("compiled.pyx", "compiled"), ("compiled.*.so", "plain")])
def test_compiled_kernels_older_than_their_source_are_not_used(compiled, older, chosen, tmp_path):
    core = tmp_path / "mcfrontier" / "core"
    shutil.copytree(Path(plain.__file__).parent.parent, core, ignore=shutil.ignore_patterns("__pycache__"))
    (core.parent / "__init__.py").touch()
    for path in (core / "kernels").iterdir():
        os.utime(path, (1e9, 1e9) if path.match(older) else (2e9, 2e9))
    probe = "from mcfrontier.core import kernels; print(kernels.sum_probabilities.__module__)"
    result = subprocess.run([sys.executable, "-c", probe], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert result.stdout.strip() == f"mcfrontier.core.kernels.{chosen}"


@pytest.mark.parametrize("table", TABLES)
@given(seed=SEEDS, size=SIZES, times=st.integers(1, 3))
def test_compiled_and_plain_lookups_are_identical(compiled, table, seed, size, times):
    rng = np.random.default_rng(seed)
    words, moved = (rng.integers(0, 2**52, shape, dtype=np.uint64) for shape in (size, (times, 16)))
    words[: size // 2] >>= rng.integers(0, 52, size // 2, dtype=np.uint64)  # far in the lower tail
    words[: size // 4] ^= np.uint64(2**52 - 1)
    ours, theirs = np.empty((2, times * size))
    lost = [
        each.look_up_quantiles(words, moved, table.parabolas, *tables.TAIL_CELLS, out)
        for each, out in ((plain, ours), (compiled, theirs))
    ]
    assert lost[0] == lost[1] == np.isnan(ours).sum()
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("loop", [plain, kernels])
def test_points_are_words_combined_with_the_words_of_their_part(loop):
    words, moved = np.random.default_rng(1).integers(0, 2**52, (2, 64), dtype=np.uint64)
    moved = moved[:32].reshape(2, 16)
    whole = [int(word) ^ int(row[i % 16]) for row in moved for i, word in enumerate(words)]
    assert tables.Points(words, moved).combined.tolist() == whole
    table = tables.quantile_table(NORMAL)
    combined, alone = np.empty((2, 128))
    loop.look_up_quantiles(words, moved, table.parabolas, *tables.TAIL_CELLS, combined)
    still = np.zeros((1, 16), np.uint64)
    loop.look_up_quantiles(np.array(whole, np.uint64), still, table.parabolas, *tables.TAIL_CELLS, alone)
    assert (combined == alone).all()


def drawn(seed, size, signs):
    """Draws of one or both signs, some non-finite, some outside the bins, some zero."""
    rng = np.random.default_rng(seed)
    x = np.exp(rng.normal(0, 1, size))
    x[rng.random(size) < 0.1] = rng.choice([np.nan, np.inf, -np.inf, 1e300, 1e-300])
    return x if not signs else np.where(rng.random(size) < 0.1, 0.0, x * rng.choice([-1, 1], size))


@given(seed=SEEDS, size=SIZES, signs=st.booleans(), kind=st.sampled_from([np.int32, np.int64]))
def test_compiled_and_plain_counts_are_identical(compiled, seed, size, signs, kind):
    x, middle = drawn(seed, size, signs), int(np.float64(1).view(np.int64)) >> 44
    where = (44, -900, middle - 800) if signs else (44, middle - 500, -1)
    found = []
    for each in (plain, compiled):
        fine, coarse, sums = np.zeros(1801, kind), np.zeros((226, 16), kind), np.full((2, 16), np.nan)
        found.append((each.count_draws(x, 1.0, *where, fine, coarse, sums), fine, coarse, sums))
    for ours, theirs in zip(*found, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("loop", [plain, kernels])
def test_counts_are_exact(loop):
    x = np.array([1.0, 1.5, np.nan, 1.5, -1.0, 1e9, np.inf] + 10 * [2.0])
    fine, coarse, sums = np.zeros(64, np.int64), np.zeros((8, 16), np.int64), np.empty((2, 16))
    first = int(np.float64(1).view(np.int64)) >> 48  # 16 bins per doubling, from 1
    assert loop.count_draws(x, 1.0, 48, first, -1, fine, coarse, sums) == 2
    assert {i: n for i, n in enumerate(fine.tolist()) if n} == {0: 2, 8: 2, 16: 10, 63: 1}
    assert coarse.sum(axis=0).tolist() == [2, 1, 0, 1, 1, 1, 0, *9 * [1]]
    assert {i: n for i, n in enumerate(coarse.sum(axis=1).tolist()) if n} == {0: 2, 1: 2, 2: 10, 7: 1}
    assert coarse[7, 5] == 1
    assert sums.tolist() == [
        [1, 0.5, 0, 0.5, -2, 1e9 - 1, 0, *9 * [1]],
        [1, 0.25, 0, 0.25, 4, (1e9 - 1) ** 2, 0, *9 * [1]],
    ]


@given(seed=SEEDS, kind=st.sampled_from(["smooth", "measured", "bounded", "extreme"]))
def test_compiled_and_plain_quantile_tables_are_identical(compiled, seed, kind):
    rng = np.random.default_rng(seed)
    values = np.sort(rng.normal(0, 1, (3, 33)), axis=1)
    if kind == "smooth":
        values = np.exp(np.linspace(0, 1e-3, 33) * rng.normal(0, 1, (3, 1)))
    if kind == "extreme":
        values[rng.random(values.shape) < 0.2] = rng.choice([np.nan, np.inf, -np.inf, 1e308, 0.0])
    left, step = rng.integers(0, 64, (3, 1)) + np.arange(16.0), 2.0 ** -rng.integers(4, 20, (3, 1))
    errors = rng.random((3, 16)) * 1e-3 if kind == "measured" else np.empty((0, 0))
    support = (values[0, 3], np.inf) if kind == "bounded" else (-np.inf, np.inf)
    ours, theirs = np.empty((2, 3, 16, 3))
    for each, out in ((plain, ours), (compiled, theirs)):
        each.fit_parabolas(values, left, step, errors, (1e-3, 1e-2), (0.0, 2.0), support, out)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("loop", [plain, kernels])
def test_parabolas_run_through_a_parabola_where_they_are_monotone_and_inside_the_support(loop):
    x = np.linspace(0, 1, 17)  # in eight cells; x^2 - 0.3 x is not monotone in the second, and negative below 0.3
    values, left, out = (x * x - 0.3 * x)[None], np.arange(8.0)[None], np.empty((1, 8, 3))
    for support, cells in (((-np.inf, np.inf), [0, 2, 3, 4, 5, 6, 7]), ((0.0, 1.0), [3, 4, 5, 6, 7])):
        loop.fit_parabolas(values, left, np.array([[0.125]]), np.zeros((1, 8)), (1.0, 1.0), (0.0, 1.0), support, out)
        assert np.flatnonzero(np.isfinite(out[0, :, 0])).tolist() == cells
        np.testing.assert_allclose(out[0, cells], [[0, -0.3, 1]] * len(cells), atol=1e-12)


@given(seed=SEEDS, size=SIZES)
def test_compiled_and_plain_polynomials_are_identical(compiled, seed, size):
    rng = np.random.default_rng(seed)
    polynomials, position = rng.normal(0, 1, (9, 8)), rng.uniform(-2, 11, size)
    ours, theirs = np.empty((2, size))
    for each, out in ((plain, ours), (compiled, theirs)):
        each.evaluate_polynomials(polynomials, position, out)
    np.testing.assert_array_equal(ours, theirs)
    inside = (position >= 0) & (position < 9)
    expected = [np.polyval(polynomials[int(at)], at % 1) for at in position[inside]]
    np.testing.assert_allclose(ours[inside], expected, rtol=1e-12, atol=1e-12)


@given(seed=SEEDS, size=SIZES, fixed=st.booleans(), noise=st.sampled_from([0, 1e-13, 1e-9, 1e-3, np.nan]))
def test_compiled_and_plain_tests_of_linearity_agree(compiled, seed, size, fixed, noise):
    rng = np.random.default_rng(seed)
    low, rise, t = rng.normal(0, 10, size), rng.normal(0, 1, size), rng.random(1 if fixed else size)
    between = low + rise * t
    if size and noise:
        between[rng.integers(size)] += noise
    found = [each.is_linear(low, low + rise, between, (0.0, 1.0), t, (1e-9, 1e-13)) for each in (plain, compiled)]
    assert found[0] == found[1]
    assert found[0] or noise or not size
    assert not found[0] or not noise or noise < 1e-3 or not size


def table_of(edges, even):
    """A table for sum_probabilities: parabolas through increasing probabilities at cell edges."""
    p = np.sort(np.random.default_rng(edges.size).random(2 * edges.size - 1))
    left, width = edges[:-1], np.diff(edges)
    rise, bend = 4 * p[1:-1:2] - 3 * p[:-2:2] - p[2::2], 2 * (p[:-2:2] - 2 * p[1:-1:2] + p[2::2])
    parabolas = np.stack(
        [
            p[:-2:2] - left * (rise - left * bend / width) / width,
            rise / width - 2 * left * bend / width**2,
            bend / width**2,
        ],
        axis=1,
    )
    parabolas = np.concatenate([parabolas, parabolas[-1:]])
    return (0.0, edges[-1], 1 / width[0], 0, 0, parabolas) if even else (0.0, edges[-1], 0.0, 52, 1020, parabolas)


TABLES_OF_P = [table_of(np.arange(33) / 8.0, True), table_of(np.concatenate([[0.0], 2.0 ** np.arange(-3, 3)]), False)]


@pytest.mark.parametrize("table", TABLES_OF_P)
@given(seed=SEEDS, size=SIZES, falling=st.booleans(), turned=st.booleans())
def test_compiled_and_plain_probability_sums_are_identical(compiled, table, seed, size, falling, turned):
    rng, size = np.random.default_rng(seed), size // 16 * 16
    start, inverse, at = rng.normal(0, 1, size), rng.uniform(0.5, 5, size), rng.normal(0, 3, 5)
    inverse[rng.random(size) < falling / 2] *= -1
    at[0], at[1] = np.nan, rng.choice([-1e300, 1e300])
    ours, theirs = np.full((2, 5, 16), np.nan)
    for each, sums in ((plain, ours), (compiled, theirs)):
        each.sum_probabilities(at, start, inverse, 0.3, turned, table, sums)
    np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("loop", [plain, kernels])
def test_probabilities_of_a_uniform_are_exact(loop):
    """P(start + slope t <= v) with t uniform from 0 to 1 is (v - start) / slope, or its complement for a negative
    slope. In one cell, or in three cells of doubling width."""
    start, slope, sums = np.repeat([0.0, 1.0], 8), np.repeat([2.0, -4.0], 8), np.empty((2, 16))
    line = np.repeat([[0.0, 1.0, 0.0]], 4, axis=0)
    for cells in ((1.0, 0, 0), (0.0, 52, 1021)):
        loop.sum_probabilities(
            np.array([0.5, 3.0]), start + slope / 4, 1 / slope, 0.25, False, (0.0, 1.0, *cells, line), sums
        )
        np.testing.assert_allclose(sums, [[0.25] * 8 + [0.875] * 8, [1.0] * 16])
    falling = np.repeat([[1.0, -1.0, 0.0]], 2, axis=0)  # the complement for -t, from -1 to 0
    loop.sum_probabilities(np.array([0.5, 3.0]), start, -1 / slope, 0.0, True, (-1.0, 0.0, 1.0, 0, 0, falling), sums)
    np.testing.assert_allclose(sums, [[0.25] * 8 + [0.875] * 8, [1.0] * 16])
