"""Random streams by input name, and low-discrepancy points."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from mcfrontier.core.errors import InputError
from mcfrontier.distributions.families import FAMILIES
from mcfrontier.sampling import SAMPLERS, latin, sobol, streams
from mcfrontier.sampling.plan import Sampler
from mcfrontier.study.prior import Prior, prior
from tests.conftest import input_entry

KINDS = list(SAMPLERS)
every_sampler = pytest.mark.parametrize("kind", KINDS)


def points(kind="sobol", seed=1, draws=2**10, names=("a", "b"), name="a"):
    return streams.probabilities(streams.sampler(kind, seed, draws, names), name)


@every_sampler
def test_probabilities_lie_strictly_between_0_and_1(kind):
    u = points(kind, draws=2**14)
    assert u.min() > 0
    assert u.max() < 1


@every_sampler
@given(rest=st.lists(st.text("abcdefgh_", min_size=1, max_size=8), max_size=20, unique=True))
def test_a_stream_does_not_depend_on_other_inputs_after_it(kind, rest):
    plan = streams.sampler(kind, 3, 64, ["gpu_price", *rest])
    alone = points(kind, 3, 64, ["gpu_price"], "gpu_price")
    assert (streams.probabilities(plan, "gpu_price") == alone).all()


@every_sampler
def test_name_and_seed_each_change_the_stream(kind):
    assert (points(kind) == points(kind)).all()
    assert (points(kind) != points(kind, name="b")).mean() > 0.99
    assert (points(kind) != points(kind, seed=2)).mean() > 0.99


@pytest.mark.parametrize("kind", ["sobol", "random"])
def test_the_first_draws_of_a_long_run_equal_those_of_a_short_one(kind):
    assert (points(kind, draws=2**12)[: 2**10] == points(kind, draws=2**10)).all()


@every_sampler
@given(start=st.integers(0, 2**11).map(lambda i: 16 * i), count=st.integers(1, 2**15), more=st.integers(0, 99))
def test_a_part_of_the_points_is_computed_without_the_rest(kind, start, count, more):
    plan = streams.sampler(kind, 3, 2**16 + more, ["a"])
    whole, part = streams.stream(plan, "a")(0, plan.draws), streams.stream(plan, "a")(start, start + count)
    assert (part.combined == whole.combined[start : start + count]).all()


@given(sizes=st.lists(st.integers(1, 300), min_size=16, max_size=16), seed=st.integers(0, 99))
def test_a_permutation_evaluated_at_indices_is_a_permutation(sizes, seed):
    sizes = np.array(sizes, dtype=np.uint64)
    found = latin.permutation(np.random.default_rng(seed), sizes)(np.arange(sizes.max(), dtype=np.uint64))
    for r, size in enumerate(sizes):
        assert sorted(found[:size, r]) == list(range(size))


def test_a_permutation_is_uniform_over_positions():
    """Chi-squared test of 50 numbers in 50 positions over 3,200 permutations."""
    sizes = np.full(16, 50, dtype=np.uint64)
    places = np.arange(50, dtype=np.uint64)
    orders = [latin.permutation(np.random.default_rng(i), sizes)(places).T for i in range(200)]
    seen = np.zeros((50, 50))
    np.add.at(seen, (np.tile(places, 3200).astype(int), np.concatenate(orders).ravel().astype(int)), 1)
    assert stats.chi2.sf(((seen - 64) ** 2 / 64).sum(), 49 * 49) > 1e-3


@pytest.mark.parametrize("kind", ["sobol", "lhs"])
def test_each_randomisation_has_one_point_in_each_stratum(kind):
    parts = points(kind, draws=2**12).reshape(-1, 16).T
    strata = np.sort(np.floor(parts * parts.shape[1]), axis=1)
    assert (strata == np.arange(parts.shape[1])).all()


def test_a_latin_hypercube_accepts_any_number_of_draws():
    part = points("lhs", draws=1000)[5::16]
    assert sorted(np.floor(part * part.size)) == list(range(part.size))


def test_direction_words_match_scipys_sobol_points():
    known = stats.qmc.Sobol(sobol.DIMENSIONS, scramble=False, bits=52).random(64)
    for dimension in (0, 1, 2, 17, 300, sobol.DIMENSIONS - 1):
        words = sobol.direction_words(dimension, 6)
        made = {0}
        for word in words.tolist():
            made |= {one ^ word for one in made}
        assert sorted(made) == sorted((known[:, dimension] * 2**52).astype(np.uint64).tolist())


def test_two_dimensions_form_a_net():
    """A scrambled net in dimensions 0 and 1 has one of 256 points in each of 256 boxes of any shape."""
    plan = Sampler("sobol", 5, 2**12, {"x": 0, "y": 1})
    x, y = (streams.probabilities(plan, name)[0::16] for name in "xy")
    for across in (1, 4, 16, 64, 256):
        boxes = np.floor(x * across) * (256 // across) + np.floor(y * (256 // across))
        assert len(set(boxes)) == 256


def test_inputs_take_the_dimensions_in_their_order():
    plan = streams.sampler("sobol", 1, 64, ["price", "share", "price", "age"])
    assert plan.dimensions == {"price": 0, "share": 1, "age": 2}
    assert streams.sampler("random", 1, 64, ["price"]).dimensions == {}


def test_inputs_beyond_the_last_dimension_have_random_points_and_a_note():
    names = [f"input_{i}" for i in range(sobol.DIMENSIONS + 2)]
    plan = streams.sampler("sobol", 1, 2**10, names)
    last, beyond = (streams.probabilities(plan, name).reshape(-1, 16) for name in names[-3:-1])
    assert (np.sort(np.floor(last * 64), axis=0) == np.arange(64)[:, None]).all()  # one point in each stratum
    assert (np.sort(np.floor(beyond * 64), axis=0) != np.arange(64)[:, None]).any(axis=0).all()
    assert plan.notes == ("2 inputs beyond the first 1,024 have random points, from input_1024 on",)


@pytest.mark.parametrize(
    ("kind", "requested", "used", "message"),
    [("sobol", 1000, 1024, True), ("sobol", 1024, 1024, False), ("random", 1000, 1000, False), ("lhs", 5, 32, True)],
)
def test_draws_are_rounded_up_where_needed_with_a_note(kind, requested, used, message):
    plan = streams.sampler(kind, 1, requested, ["a"])
    assert plan.draws == used
    assert bool(plan.notes) == message


@pytest.mark.parametrize("draws", [0, -5, 2.5, "many"])
def test_an_invalid_number_of_draws_is_rejected(draws):
    with pytest.raises(InputError, match="draws"):
        streams.sampler("sobol", 1, draws, ["a"])


def test_rows_have_streams_by_name_and_label():
    stated = input_entry("price", "uniform", low=0, high=1, by="chip")["price"]
    three = prior("price", stated, "here", {"chip": ["A100", "H100", "V100"]}, {})
    two = prior("price", stated, "here", {"chip": ["V100", "A100"]}, {})
    plan = streams.sampler("sobol", 1, 2**10, [])
    x, y = (streams.values(prior, streams.points(plan, prior)) for prior in (three, two))
    assert x.shape == (3, 2**10)
    assert (x[0] == y[1]).all()
    assert (x[2] == y[0]).all()
    assert np.abs(np.corrcoef(x) - np.eye(3)).max() < 0.2


@every_sampler
def test_draws_have_the_stated_distribution(kind):
    stated = FAMILIES["pert"](unit="kWh", source="a test", low=1, mode=2, high=5)
    prior = Prior("energy", stated, (stated.distribution(),), (), 1000.0, "here", True, {})
    x = streams.values(prior, streams.points(streams.sampler(kind, 1, 2**13, ["energy"]), prior)) / 1000
    assert stats.kstest(x, stats.beta(1 + 1, 1 + 3, 1, 4).cdf).pvalue > 1e-3
