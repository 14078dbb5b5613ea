"""Entries whose parameters name other quantities."""

from dataclasses import replace

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks, evaluate_blocks
from mcfrontier.study import priors_file


def entry(family, unit="1", **keys):
    return {"family": family, "unit": unit, "source": "a test", **keys}


def file(targets=("x",), more=None, **inputs):
    return {"targets": list(targets), "inputs": inputs, **(more or {})}


MEAN = entry("gamma", mean=8, sd=4)
COUNTED = file(mean=MEAN, x=entry("poisson", mean="mean"))


@pytest.fixture(scope="module")
def counted():
    return mcf.run(COUNTED, draws=2**14, seed=3)


def test_a_poisson_with_a_gamma_mean_is_a_negative_binomial(counted):
    """A gamma of mean 8 and sd 4 has shape 4; the dispersion is 1/4."""
    known, x = stats.nbinom(4, 4 / (4 + 8)), counted["x"].values
    shares = np.array([x == k for k in range(25)]).mean(axis=1)
    np.testing.assert_allclose(shares, known.pmf(np.arange(25)), atol=4 * np.sqrt(0.09 / x.size))
    assert x.mean() == pytest.approx(known.mean(), abs=0.02)
    assert x.var() == pytest.approx(known.var(), rel=0.01)
    direct = mcf.run(file(x=entry("negative-binomial", mean=8, dispersion=0.25)), draws=2**14, seed=3)["x"].values
    np.testing.assert_allclose(np.quantile(x, [0.05, 0.5, 0.95]), np.quantile(direct, [0.05, 0.5, 0.95]), atol=1)


def test_the_variance_is_attributed_to_the_mean_and_to_the_stream(counted):
    """Of the variance 24, the mean of 8 has 16 and the Poisson draw 8 on average: the law of total variance."""
    found = counted.sobol("x")
    first = dict(zip(found["input"].values.tolist(), found["first"].values, strict=True))
    total = dict(zip(found["input"].values.tolist(), found["total"].values, strict=True))
    assert first["mean"] == pytest.approx(2 / 3, abs=0.01)
    assert total["x_given_mean"] == pytest.approx(1 / 3, abs=0.01)


FORMS = [
    ("normal", {"mean": 3, "sd": 2}, stats.norm(3, 2)),
    ("lognormal", {"mu": 1, "sigma": 0.5}, stats.lognorm(0.5, scale=np.e)),
    ("lognormal", {"mean": 4, "sd": 3}, stats.lognorm(np.sqrt(np.log1p(9 / 16)), scale=4 / np.sqrt(25 / 16))),
    ("lognormal", {"p50": 2, "p90": 5}, stats.lognorm(np.log(2.5) / stats.norm.ppf(0.9), scale=2)),
    ("normal", {"p5": -1, "p50": 4}, stats.norm(4, 5 / stats.norm.ppf(0.95))),
    ("gamma", {"shape": 2.5, "scale": 3}, stats.gamma(2.5, scale=3)),
    ("gamma", {"mean": 6, "sd": 3}, stats.gamma(4, scale=1.5)),
    ("uniform", {"low": 2, "high": 5}, stats.uniform(2, 3)),
    ("poisson", {"mean": 3.2}, stats.poisson(3.2)),
    ("negative-binomial", {"mean": 7, "dispersion": 0.5}, stats.nbinom(2, 1 / 4.5)),
    ("binomial", {"trials": 20, "chance": 0.3}, stats.binom(20, 0.3)),
]


@pytest.mark.parametrize("unit", ["1", "kchip"])
@pytest.mark.parametrize(("family", "parameters", "known"), FORMS)
def test_draws_are_quantiles_with_the_named_parameters(family, parameters, known, unit):
    """All parameters name a known value, so that scipy's quantiles of the stream are the draws."""
    unitless = ("mu", "sigma", "shape", "dispersion", "chance")
    named = {
        f"own_{key}": entry("value", "1" if key in unitless else unit, value=value) for key, value in parameters.items()
    }
    study = file(**named, x=entry(family, unit, **{key: f"own_{key}" for key in parameters}))
    run = mcf.run(study, draws=2**8)
    (stream,) = [each.name for each in run.study.uncertain]
    np.testing.assert_allclose(run["x"].values, known.ppf(run[stream].values), rtol=1e-9)


def test_times_names_a_quantity_of_which_the_numbers_are_multiples():
    study = file(
        base=entry("lognormal", "kUSD", p5=1, p95=9), x=entry("triangular", "USD", low=0, mode=1, high=3, times="base")
    )
    run = mcf.run(study, draws=2**10)
    np.testing.assert_allclose(run["x"], 1000 * run["base"] * run["x_given_base"], rtol=1e-12)
    assert run["x_given_base"].max() < 3


TABLE = """targets = ["x"]
[tables.lab]
file = "t.csv"
source = "s"
[inputs.x]
family = "poisson"
mean = "%s"
by = "lab"
unit = "1"
source = "s"
[inputs.%s]
unit = "1"
source = "s"
"""


@pytest.fixture
def rated(page):
    """A table with a column of rates, and a study of it."""
    page("t", "").with_suffix(".csv").write_text("lab,rate [1]\nA,2\nB,50\n")
    return lambda text: str(page("study", text))


def test_rows_take_the_parameters_of_their_label(rated):
    path = rated(TABLE % ("scaled", "scaled") + 'family = "gamma"\nby = "lab"\nmean = "rate"\nsd = 1\n')
    x = mcf.run(path, draws=2**12)["x"].values
    np.testing.assert_allclose(x.mean(axis=-1), [2, 50], rtol=0.02)
    np.testing.assert_allclose(x.var(axis=-1), [3, 51], rtol=0.08)


def test_blocks_of_any_size_have_the_same_bits(counted):
    blocks = Blocks(counted.study, streams.sampler("sobol", 3, 2**14, counted.study.sampled), ("x",))
    one, other = (evaluate_blocks(blocks, 2**12, block) for block in (48, 2**12))
    np.testing.assert_array_equal(one["x"], other["x"])
    np.testing.assert_array_equal(one["x"].ravel(), counted["x"].values[: 2**12])


def test_a_correlation_is_that_of_the_stream():
    more = {"correlation": {"x ~ other": 0.8}}
    run = mcf.run(file(("x", "other"), more, mean=MEAN, other=MEAN, x=entry("normal", mean="mean", sd=1)), draws=2**12)
    assert stats.spearmanr(run["x_given_mean"], run["other"])[0] == pytest.approx(0.8, abs=0.03)


def test_a_draw_with_a_parameter_outside_its_range_is_nan():
    run = mcf.run(file(mean=entry("normal", mean=1, sd=1), x=entry("poisson", mean="mean")), draws=2**10)
    np.testing.assert_array_equal(np.isnan(run["x"]), run["mean"] < 0)


def test_an_entry_restated_by_a_study_that_extends_the_file_replaces_it(page):
    head = 'targets = ["x"]\n'
    mean = '[inputs.mean]\nfamily = "gamma"\nmean = 8\nsd = 4\nunit = "1"\nsource = "s"\n'
    count = '[inputs.x]\nfamily = "poisson"\nmean = %s\nunit = "1"\nsource = "s"\n'
    page("base", head + mean + count % '"mean"')
    page("fixed", head + 'extends = ["base"]\n' + count % "3")
    page("plain", head + count % "3")
    page("named", head + 'extends = ["plain"]\n' + mean + count % '"mean"')
    assert {*mcf.load("fixed").inputs} == {"x"}
    assert {*mcf.load("named").inputs} == {"mean", "x_given_mean"}
    assert {*mcf.load("base").inputs} == {"mean", "x_given_mean"}
    assert mcf.load("base", set={"x": 4}).inputs["x"].medians == [4]


BAD = {
    "an unknown name": (file(mean=MEAN, x=entry("poisson", mean="maen")), "did you mean 'mean'"),
    "a circle": (file(x=entry("poisson", mean="y"), y=entry("poisson", mean="x")), "depends on itself, x <- y <- x"),
    "a unit": (file(mean={**MEAN, "unit": "chip"}, x=entry("poisson", mean="mean")), "mean = mean is in chip"),
    "a negative mean": (
        file(m=entry("normal", mean=-1, sd=4), x=entry("poisson", mean="m")),
        "mean = -1 must be above",
    ),
    "a chance": (file(m=entry("value", value=2), x=entry("binomial", trials=9, chance="m")), "chance = 2 must lie"),
    "half a form": (file(m=MEAN, x=entry("lognormal", mean="m")), "two percentiles, or mean and sd, or mu and sigma"),
    "a truncation": (file(m=MEAN, x=entry("poisson", mean="m", low=1)), "low: not a key"),
    "money": (
        file(m=entry("value", "USD", value=2), x=entry("normal", "USD", mean="m", sd=1)),
        "sd: an amount of money",
    ),
    "no unit": (file(m=MEAN, x={"family": "poisson", "mean": "m", "source": "s"}), "has no unit"),
    "a family of numbers": (file(m=MEAN, x=entry("triangular", low=0, mode="m", high=9)), "mode: expected a number"),
    "its input": (file(m=MEAN, x=entry("poisson", mean="m"), x_given_m=MEAN), "the name of the input of x"),
}


@pytest.mark.parametrize(("study", "text"), BAD.values(), ids=BAD)
def test_an_entry_that_cannot_name_a_quantity_is_refused_in_one_line(study, text):
    with pytest.raises(mcf.InputError, match=text) as refused:
        mcf.load(study)
    assert "\n" not in str(refused.value)


def test_a_name_that_is_a_column_and_an_entry_is_refused(rated):
    with pytest.raises(mcf.InputError, match="'rate' is both a column and an entry"):
        mcf.load(rated(TABLE % ("rate", "rate") + 'family = "value"\nvalue = 3\n'))


def test_a_change_of_a_hierarchy_changes_the_digest():
    digests = {
        priors_file.load(file(mean=MEAN, other=MEAN, x=entry("normal", mean=name, sd=1))).digest
        for name in ("mean", "other")
    }
    assert len(digests) == 2
    study = mcf.load(COUNTED)
    assert study == mcf.load(COUNTED) != replace(study, targets=("mean",))
