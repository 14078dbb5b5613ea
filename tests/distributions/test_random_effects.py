"""The predictive distribution of one new member, checked against closed forms and simulations."""

import numpy as np
import pytest
from scipy import special, stats

from mcfrontier.distributions import random_effects
from mcfrontier.distributions.random_effects import predictive

LEVELS = np.array([0.001, 0.05, 0.25, 0.5, 0.75, 0.95, 0.999])


def own_groups(count):
    return np.arange(count)


def no_levels(count):
    """The levels of rows without offsets, and those of the class."""
    return np.empty((0, count), int), np.empty(0, int)


def width(distribution):
    low, high = distribution.ppf(np.array([0.05, 0.95]))
    return high - low


def simulated(rng, count, groups, first, second):
    """Values of rows in groups, with two columns of levels, and the value of a new member of a new group."""
    group, levels = rng.integers(groups, size=count), rng.integers(3, size=(2, count))
    level_effects, combined = first * rng.standard_normal((2, 3)), first * rng.standard_normal((3, 3))
    effects = level_effects[0, levels[0]] + level_effects[1, levels[1]] + combined[levels[0], levels[1]]
    values = effects + second * rng.standard_normal(groups)[group] + rng.standard_normal(count)
    new = level_effects[:, 0].sum() + combined[0, 0] + np.hypot(second, 1) * rng.standard_normal()
    return values, group, levels, np.zeros(2, int), new


def test_without_groups_and_offsets_it_is_students_t():
    """That of one new value of a normal sample has n - 1 degrees of freedom, and a scale of sd sqrt(1 + 1/n)."""
    y = np.random.default_rng(1).normal(3, 2, 12)
    known = stats.t(11, y.mean(), y.std(ddof=1) * np.sqrt(1 + 1 / 12))
    made = predictive(y, own_groups(12), *no_levels(12))
    tails = np.array([1e-12, 1e-6, *LEVELS])
    np.testing.assert_allclose(made.ppf(tails), known.ppf(tails), rtol=1e-10)
    np.testing.assert_allclose(made.cdf(known.ppf(tails)), tails, rtol=1e-10)
    np.testing.assert_allclose(made.sf(known.isf(tails)), tails, rtol=1e-10)


def test_the_components_equal_dense_linear_algebra():
    """The same by inverses of whole covariance matrices, for each pair of ratios."""
    rng = np.random.default_rng(2)
    y, groups, levels, _, _ = simulated(rng, 30, 8, 1, 1)
    at, ones, found = np.array([1, 7]), np.ones(30), []
    same = np.array([*(each[:, None] == each for each in levels), (levels[:, :, None] == levels[:, None]).all(axis=0)])
    own = (levels[0] == 1).astype(float)  # the second level is new, and so is the combination
    grids = [random_effects.grid(edges) for edges in (random_effects.TAIL_EDGES, random_effects.EDGES)]
    for second, second_share in zip(*grids[0], strict=True):
        for first, share in zip(*grids[1], strict=True):
            covariance = np.eye(30) + first**2 * same.sum(axis=0) + second**2 * (groups[:, None] == groups)
            inverse, shared = np.linalg.inv(covariance), first**2 * own
            information = ones @ inverse @ ones
            mean = ones @ inverse @ y / information
            residual = (y - mean) @ inverse @ (y - mean)
            variance = 1 + second**2 + 3 * first**2 - shared @ inverse @ shared
            variance += (1 - ones @ inverse @ shared) ** 2 / information
            density = -(np.linalg.slogdet(covariance)[1] + np.log(information) + 29 * np.log(residual)) / 2
            density += np.log(share * second_share)
            found.append((density, mean + shared @ inverse @ (y - mean), np.sqrt(residual / 29 * variance)))
    log_weights, locations, scales = np.array(found).T
    weights = special.softmax(log_weights)
    made = random_effects.components(y, groups, levels, at)
    used = weights > 1e-9
    assert made.df == 29
    np.testing.assert_allclose(made.weights, weights[used], rtol=1e-6)
    np.testing.assert_allclose(made.locations, locations[used], rtol=1e-9)
    np.testing.assert_allclose(made.scales, scales[used], rtol=1e-9)


def one_way_cdf(y, x):
    """The predictive of a balanced one-way layout (groups, members), by sums over the ratio and the residual sd."""
    k, m = y.shape
    means, within = y.mean(axis=1), ((y - y.mean(axis=1, keepdims=True)) ** 2).sum()
    r = np.tan(np.pi / 2 * (np.arange(2000) + 0.5) / 2000)[:, None]
    s = np.exp(np.linspace(-4, 4, 400))
    between = s**2 * (r**2 + 1 / m)  # the variance of the mean of a group
    logs = -k * (m - 1) * np.log(s) - within / (2 * s**2)
    logs = logs - (k - 1) / 2 * np.log(between) - ((means - means.mean()) ** 2).sum() / (2 * between)
    weights = special.softmax(logs)
    sd = np.sqrt(s**2 * (1 + r**2) + between / k)
    return np.array([(weights * stats.norm.cdf((each - y.mean()) / sd)).sum() for each in x])


@pytest.mark.parametrize("ratio", [0.1, 1, 4, 50])
def test_a_one_way_layout_equals_numerical_integration(ratio):
    rng = np.random.default_rng(3)
    y = rng.standard_normal((6, 4)) + ratio * rng.standard_normal((6, 1))
    made = predictive(y.ravel(), np.repeat(np.arange(6), 4), *no_levels(24))
    np.testing.assert_allclose(one_way_cdf(y, made.ppf(LEVELS)), LEVELS, atol=5e-4)


def test_copies_within_a_group_are_no_further_witnesses():
    y = np.random.default_rng(4).standard_normal(8)
    single = predictive(y, own_groups(8), *no_levels(8))
    copied = predictive(np.repeat(y, 5), np.repeat(own_groups(8), 5), *no_levels(40))
    np.testing.assert_allclose(copied.ppf(LEVELS), single.ppf(LEVELS), rtol=1e-12)


@pytest.mark.parametrize("noise", [0.2, 0.05, 0.001])
def test_near_copies_within_a_group_do_not_narrow_it_as_independent_rows_do(noise):
    rng = np.random.default_rng(5)
    y = rng.standard_normal(8)
    near = np.repeat(y, 5) + noise * rng.standard_normal(40)
    single, independent = predictive(y, own_groups(8), *no_levels(8)), predictive(near, own_groups(40), *no_levels(40))
    grouped = predictive(near, np.repeat(own_groups(8), 5), *no_levels(40))
    assert grouped.median == pytest.approx(single.median, abs=0.1 * width(single))
    assert width(grouped) == pytest.approx(width(single), rel=0.15)
    assert width(independent) < 0.95 * width(grouped)


def test_a_class_of_one_member_is_shrunk_to_the_sum_of_its_levels():
    """Between its own value and the prediction from the rows that share one of its two levels."""
    rng = np.random.default_rng(6)
    levels = np.array([[0] * 10 + [1] * 10 + [1], [0] * 5 + [1] * 5 + [0] * 10 + [1]])
    values = levels[0] + 0.5 * levels[1] + 0.3 * rng.standard_normal(21)
    values[-1] = 3.0
    with_it = predictive(values, own_groups(21), levels, np.array([1, 1])).median
    without = predictive(values[:-1], own_groups(20), levels[:, :-1], np.array([1, 1])).median
    assert without + 0.1 < with_it < 2.9
    assert without == pytest.approx(1.5, abs=0.5)


def test_a_new_level_adds_the_variance_of_levels():
    values, groups, levels, at, _ = simulated(np.random.default_rng(7), 60, 12, 1, 0.5)
    known = predictive(values, groups, levels, at)
    new = predictive(values, groups, levels, np.array([9, 9]))
    assert width(new) > 1.1 * width(known)


def test_90_percent_intervals_cover_90_percent_of_new_members():
    """Ratios from their priors, so that the coverage is exact but for the grid."""
    rng, inside = np.random.default_rng(8), []
    for _ in range(600):
        first, second = np.tan(np.pi / 2 * rng.random(2))
        values, groups, levels, at, new = simulated(rng, 25, 8, first, second)
        inside.append(0.05 < predictive(values, groups, levels, at).cdf(np.array(new)) < 0.95)
    assert np.mean(inside) == pytest.approx(0.9, abs=0.03)


def test_neither_the_order_of_rows_nor_names_of_groups_and_levels_matter():
    rng = np.random.default_rng(9)
    values, groups, levels, at, _ = simulated(rng, 40, 10, 1, 1)
    order, names = rng.permutation(40), rng.permutation(10)
    one = predictive(values, groups, levels, at)
    other = predictive(values[order], names[groups[order]], 5 - levels[::-1, order], 5 - at)
    np.testing.assert_allclose(other.ppf(LEVELS), one.ppf(LEVELS), rtol=1e-9)


def test_quantiles_and_probabilities_are_inverse_far_into_both_tails():
    made = predictive(*simulated(np.random.default_rng(10), 40, 10, 1, 1)[:4])
    p = np.array([1e-300, 1e-100, 1e-20, 1e-9, 1e-4, 0.3, 0.5])
    np.testing.assert_allclose(made.cdf(made.ppf(p)), p, rtol=1e-8)
    np.testing.assert_allclose(made.sf(made.isf(p)), p, rtol=1e-8)
    assert made.ppf(np.array(0.0)) == -np.inf
    assert made.isf(np.array(0.0)) == np.inf


def test_functions_of_one_number_and_of_many_have_the_same_bits():
    made = predictive(*simulated(np.random.default_rng(11), 40, 10, 1, 1)[:4])
    p = np.random.default_rng(12).random(50)
    assert (made.ppf(p) == [made.ppf(np.array([each]))[0] for each in p]).all()
    assert (made.cdf(p) == [made.cdf(np.array(each)) for each in p]).all()
