"""Studies with an input taken from another study."""

import numpy as np
import pytest
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier.distributions.nested import LEVELS
from mcfrontier.runs import recipe
from mcfrontier.runs.estimates import integrated
from mcfrontier.runs.load import load
from mcfrontier.runs.nested import nested_seed
from mcfrontier.study import study as study_module
from tests.conftest import entry


def study_with_nested(study="base", quantity="x", unit="USD", more=""):
    return (
        f'targets = ["y"]\n[inputs.y]\nfamily = "study"\nstudy = "{study}"\nquantity = "{quantity}"\n'
        f'unit = "{unit}"\nsource = "a study of ours"\n{more}'
    )


BASE_STUDY = 'targets = ["x"]\n' + entry("x", "lognormal", "USD", p5=1e6, p95=9e6)


def test_a_quantity_of_another_study_has_its_distribution(page):
    page("base", BASE_STUDY)
    page("top", study_with_nested())
    found = mcf.run("top", draws=2**15).quantiles([0.05, 0.25, 0.5, 0.95]).y.values
    z = np.array([-1.6448536, -0.6744898, 0, 1.6448536])
    np.testing.assert_allclose(found, 3e6 * np.exp(z * np.log(9) / 2 / 1.6448536), rtol=0.01)


def test_a_quantity_of_another_study_is_converted_to_its_unit_and_truncated(page):
    page("base", 'targets = ["x"]\n' + entry("x", "uniform", "kWh", low=1, high=3))
    page("top", study_with_nested(unit="MWh", more="low = 0.002\n"))
    run = mcf.run("top", draws=2**12)
    assert run.draws.y.min() >= 0.002
    assert run.summary["y"].values["p50"] == pytest.approx(0.0025, rel=0.01)


def test_a_row_of_a_shipped_study_can_be_used_as_an_input(page):
    page("top", study_with_nested("history", "growth[amortised]", "1"))
    assert mcf.run("top", draws=2**12).summary["y"].values["p50"] == pytest.approx(2.42, abs=0.03)


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (study_with_nested("nothing"), "top.toml: y: study: nothing: there is no such study"),
        (study_with_nested("top"), "goes in a circle, top -> top"),
        (study_with_nested(quantity="z"), "y: study: "),
        (study_with_nested(unit="W"), "unit 'W': x of base is in USD"),
        (study_with_nested(more="values = [1, 2]\n"), "no values of its own"),
        (study_with_nested(quantity="k"), "k of base is known, 3 USD; state it as a value"),
    ],
)
def test_an_invalid_request_is_rejected_with_one_line(text, message, page, command):
    page("base", BASE_STUDY.replace('["x"]', '["x", "k"]') + entry("k", value=3, unit="USD"))
    page("top", text)
    result = command("run", "top")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert message in result.err


TWO_NESTED = """
targets = ["y", "z"]
[inputs.y]
family = "study"
study = "base"
quantity = "x"
unit = "USD"
source = "a study of ours"
[inputs.z]
family = "mixture"
unit = "W"
source = "a study of ours, and us"
[[inputs.z.parts]]
family = "study"
study = "base"
quantity = "w"
[[inputs.z.parts]]
family = "uniform"
low = 1
high = 2
"""
TWO_TARGETS = BASE_STUDY.replace('["x"]', '["x", "w"]') + entry("w", "uniform", "W", low=1, high=3)


@pytest.fixture
def runs(monkeypatch):
    """The targets of each study that is run, in order."""
    targets, evaluated = [], recipe.evaluated
    recipe.reported.cache_clear()
    monkeypatch.setattr(
        recipe, "evaluated", lambda study, *rest: targets.append(study.targets) or evaluated(study, *rest)
    )
    return targets


def test_another_study_is_run_once_for_all_its_quantities(page, runs):
    page("base", TWO_TARGETS)
    page("top", TWO_NESTED)
    recipe.resolved(load("top"))
    recipe.resolved(load("top"))
    assert runs == [("x", "w")]


def test_a_quantity_is_the_same_whether_requested_alone_or_together(page):
    page("base", TWO_TARGETS)
    page("top", TWO_NESTED)
    page("alone", study_with_nested())
    together, alone = (recipe.resolved(load(name)).inputs["y"].stated["values"] for name in ("top", "alone"))
    assert together == alone


def test_a_changed_study_is_run_again(page, runs):
    page("base", TWO_TARGETS)
    page("top", study_with_nested())
    before = recipe.resolved(load("top")).inputs["y"].medians
    page("base", TWO_TARGETS.replace("9000000.0", "90000000.0"))
    assert recipe.resolved(load("top")).inputs["y"].medians > before
    assert len(runs) == 2


def test_listing_the_studies_runs_none_of_them(page, runs, command):
    page("base", TWO_TARGETS)
    page("top", 'title = "Top"\n' + TWO_NESTED)
    assert "Top" in command("list").out
    assert runs == []


def test_the_error_names_the_entry_with_the_unknown_quantity(page, command):
    page("base", TWO_TARGETS)
    page("top", TWO_NESTED.replace('"w"', '"v"'))
    result = command("run", "top")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "top.toml: z: parts[1]: study: target: 'v' is no node" in result.err


def test_reading_a_study_runs_nothing(runs, command):
    study = mcf.load("frontier-cost")
    assert any(not prior.entry.resolved for prior in study.file.priors.values())
    assert command("list").code == 0
    assert runs == []
    mcf.run(study, draws=64)
    assert len(runs) > 1


# x[a] has random points, so the error of each figure of it is known: that of 2^17 independent draws
RANDOM_STUDY = 'targets = ["x"]\n[dimensions]\nplace = ["a"]\n' + entry(
    "x", "lognormal", "USD", mu=0, sigma=0.8, by='"place"'
)
HALF_NESTED = """
targets = ["y"]
[inputs.y]
family = "mixture"
unit = "USD"
source = "a study of ours, and ourselves"
[[inputs.y.parts]]
family = "study"
study = "base"
quantity = "x[a]"
[[inputs.y.parts]]
family = "lognormal"
mu = 0
sigma = 0.8
"""
FIGURES = ("mean", "p5", "p50", "p95")


def figures_of_lognormal(sigma, draws):
    """Mean, p5, p50 and p95 of a lognormal with median 1, and the standard errors of these over independent draws."""
    p = np.array([0.05, 0.5, 0.95])
    z = special.ndtri(p)
    x, density = np.exp(sigma * z), stats.norm.pdf(z) / (sigma * np.exp(sigma * z))
    mean = np.exp(sigma**2 / 2)
    sd = mean * np.sqrt(np.expm1(sigma**2))
    return np.array([mean, *x]), np.array([sd, *(np.sqrt(p * (1 - p)) / density)]) / np.sqrt(draws)


@pytest.mark.parametrize(("text", "share"), [(study_with_nested(quantity="x[a]"), 1), (HALF_NESTED, 0.5)])
def test_stated_errors_include_those_of_the_study_referred_to(text, share, page):
    page("base", RANDOM_STUDY)
    page("top", text)
    truth, error = figures_of_lognormal(0.8, 2**17)
    found = [mcf.run("top", draws=2**14, nested_seed=seed).summary["y"] for seed in range(12)]
    values = np.array([[each.values[figure] for figure in FIGURES] for each in found])
    errors = np.array([[each.errors[figure] for figure in FIGURES] for each in found])
    np.testing.assert_allclose(np.sqrt((errors**2).mean(axis=0)), share * error, rtol=0.3)
    scores = (values - truth) / errors
    assert 0.6 < np.sqrt((scores**2).mean()) < 1.4
    assert np.abs(scores).max() < 5


def test_errors_include_those_of_the_study_referred_to_where_another_input_is_integrated_out(page):
    page("base", RANDOM_STUDY.replace('"USD"', '"kWh"'))
    page(
        "top",
        'targets = ["energy_cost"]\n'
        + entry("energy", "study", "kWh", study='"base"', quantity='"x[a]"')
        + entry("energy_price", "lognormal", "USD/kWh", mu=0, sigma=0.6),
    )
    truth, _ = figures_of_lognormal(1, 2**17)
    scores = []
    for seed in range(12):
        run = mcf.run("top", draws=2**14, nested_seed=seed)
        assert integrated(run.core) == {"energy_cost": "energy_price"}
        found = run.summary["energy_cost"]
        scores += [(found.values[each] - x) / found.errors[each] for each, x in zip(FIGURES, truth, strict=True)]
    assert 0.6 < np.sqrt(np.mean(np.square(scores))) < 1.4
    assert np.abs(scores).max() < 5


def test_a_nested_row_without_a_finite_draw_is_refused(page, command):
    page(
        "base",
        'targets = ["energy_cost"]\n[dimensions]\nplace = ["a", "b"]\n'
        + entry("energy", "uniform", "kWh", low=[1, 1e300], high=[2, 2e300], by='"place"')
        + entry("energy_price", "uniform", "USD/kWh", low=1e10, high=2e10),
    )
    page("top", study_with_nested(quantity="energy_cost[b]"))
    assert "y: none of the draws of energy_cost[b] of base is finite" in command("run", "top").err


def test_extreme_draws_of_the_study_referred_to_are_kept(page):
    page("base", 'targets = ["x"]\n' + entry("x", "lognormal", "USD", mu=0, sigma=1.5))
    page("top", study_with_nested())
    nested = mcf.run("base", seed=nested_seed(1, "base")).core.samples("x").reshape(-1, 16)
    core = mcf.run("top").core
    own, kept = core.samples("y").reshape(-1, 16), np.reshape(core.study.inputs["y"].stated["values"], (16, -1))
    np.testing.assert_allclose(kept[:, 0], nested.min(axis=0), rtol=1e-8)
    np.testing.assert_allclose(kept[:, -1], nested.max(axis=0), rtol=1e-8)
    tail = nested.shape[0] // 4098  # draws of a randomisation beyond the level 1/4098
    for sign in (1, -1):
        far, nested_far = (np.sort(sign * np.log(x), axis=0)[:tail].mean() for x in (own, nested))
        assert far == pytest.approx(nested_far, rel=0.02)
    assert own.mean() == pytest.approx(nested.mean(), rel=2e-3)
    assert own.std() == pytest.approx(nested.std(), rel=0.02)


def test_quantiles_between_the_levels_deviate_far_less_than_the_monte_carlo_error(page):
    page("base", RANDOM_STUDY)
    page("top", study_with_nested(quantity="x[a]"))
    nested = mcf.run("base", seed=nested_seed(1, "base")).core.samples("x[a]").reshape(-1, 16)
    kept = np.reshape(recipe.resolved(load("top")).inputs["y"].stated["values"], (16, -1))
    p = np.linspace(0.001, 0.999, 5001)
    exact = np.quantile(nested, p, axis=0, method="hazen")
    found = np.array([np.interp(p, LEVELS, row) for row in kept]).T
    z = special.ndtri(p)
    error = np.sqrt(p * (1 - p) / 2**17) * 0.8 * np.exp(0.8 * z) / stats.norm.pdf(z)
    deviation = (found - exact).mean(axis=1) / error
    assert np.sqrt((deviation**2).mean()) < 0.1


def test_draws_of_nested_studies_are_the_same_in_any_block(page):
    from mcfrontier.sampling import streams
    from mcfrontier.sampling.blocks import Blocks

    page("base", TWO_TARGETS)
    page("top", TWO_NESTED)
    study = recipe.resolved(load("top"))
    blocks = Blocks(study, streams.sampler("sobol", 1, 2**14, study.sampled), ("y", "z"))
    whole = blocks(0, 2**14)
    for start, stop in ((0, 16), (48, 4096), (2**13, 2**14)):
        for name, x in blocks(start, stop).items():
            np.testing.assert_array_equal(x, whole[name][start:stop])


def test_the_seed_of_a_study_referred_to_follows_from_the_seed_or_is_stated(page, command):
    page("base", BASE_STUDY)
    page("top", study_with_nested())

    def priors(**words):
        run = mcf.run("top", draws=64, **words)
        return run.core.study.inputs["y"].stated["values"], run.core.study.file.digest

    assert priors(seed=1) == priors(nested_seed=1) == priors(seed=5, nested_seed=1)
    assert priors(seed=1)[0] != priors(seed=5)[0]
    assert priors(seed=1)[1] == priors(seed=5)[1], "the hash of the priors is that of what is stated"
    one, two = (mcf.compare("top", "top", draws=64, nested_seed=seed) for seed in (1, 5))
    assert one.pairs[0].runs[0].study.inputs["y"].stated["values"] == priors(seed=1)[0]
    assert two.pairs[0].runs[0].study.inputs["y"].stated["values"] == priors(seed=5)[0]
    assert command("run", "top", "--draws", 64, "--nested-seed", -1).err.startswith("mcfrontier: nested_seed = -1: ")


def test_a_changed_study_referred_to_changes_the_hash_of_the_priors(page):
    digests = []
    page("top", study_with_nested())
    for p95 in ("9000000.0", "8000000.0"):
        page("base", BASE_STUDY.replace("9000000.0", p95))
        digests.append(recipe.resolved(load("top")).file.digest)
    assert digests[0] != digests[1]


def test_indices_of_a_nested_study_are_those_of_its_distribution(page):
    page("base", 'targets = ["x"]\n' + entry("x", "lognormal", "kWh", mu=0, sigma=0.6))
    page(
        "top",
        'targets = ["energy_cost"]\n'
        + entry("energy", "study", "kWh", study='"base"', quantity='"x"')
        + entry("energy_price", "lognormal", "USD/kWh", mu=0, sigma=0.8),
    )
    found = mcf.run("top", draws=2**12).sobol("energy_cost")
    for name, share in (("energy", 0.36), ("energy_price", 0.64)):
        np.testing.assert_allclose(found.sel(input=name).total, share, atol=0.02)
        np.testing.assert_allclose(found.sel(input=name)["first"], share, atol=0.02)


@pytest.mark.slow
def test_figures_of_a_shipped_study_differ_between_nested_seeds_by_the_stated_errors(monkeypatch):
    monkeypatch.setattr(study_module, "DEFAULT_DRAWS", 2**14)  # of the nested study, whose errors are part of these
    monkeypatch.setattr(recipe, "reported", recipe.reported.__wrapped__)
    study, values, errors = mcf.load("frontier-cost"), {}, {}
    for seed in range(3):
        run = mcf.run(study, draws=2**13, nested_seed=seed)
        for row in run.core.rows_of(["base_cost", *run.targets]):
            found = run.summary[row]
            for word in ({*FIGURES, "probability"} & {*found.values}) if run.core.varies(row) else ():
                values.setdefault((row, word), []).append(found.values[word])
                errors.setdefault((row, word), []).append(found.errors[word])
    ratios = {
        key: np.std(x, ddof=1) / np.sqrt(np.mean(np.square(errors[key])))
        for key, x in values.items()
        if any(errors[key])
    }
    assert np.sqrt(np.mean(np.square([*ratios.values()]))) < 1.3
    assert max(ratios.values()) < 2.5
    assert 0.3 < ratios["base_cost", "p50"] < 2
