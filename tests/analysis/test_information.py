"""Interval reduction and value of information, against closed forms."""

import math

import numpy as np
import pytest
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier.analysis.estimates.ranks import ranks
from mcfrontier.analysis.information import decision, interval_gain
from mcfrontier.outputs.report import report
from mcfrontier.sampling import SAMPLERS, streams
from tests.conftest import ROOT, entry, input_entry

WEIGHTS = {"a": 3.0, "b": 2.0, "c": 1.0, "d": 0.5}
TOTAL_VARIANCE = sum(weight**2 for weight in WEIGHTS.values())


def normal(*names, mean=0, sd=1):
    return {key: value for name in names for key, value in input_entry(name, "normal", mean=mean, sd=sd).items()}


@mcf.node("1")
def total(a, b, c, d):
    return 3 * a + 2 * b + c + 0.5 * d


def gains(found, figure="value"):
    return {name: found.sel(input=name, figure=figure) for name in found.input.values.tolist()}


def gain_of_share(share):
    """The interval reduction of a linear Gaussian target when a share of its variance is removed."""
    return 1 - math.sqrt(1 - share)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_the_interval_of_a_sum_of_normals_shrinks_with_the_root_of_the_remaining_variance(sampler):
    page = {"targets": ["total"], "inputs": normal(*WEIGHTS)}
    found = mcf.run(page, model=[total], draws=2**14, sampler=sampler).interval_reduction("total")
    assert found.input.values.tolist() == list("abcd")
    assert found.attrs["scale"] == "raw"
    for name, weight in WEIGHTS.items():
        here, error = (found.sel(input=name, figure=figure) for figure in ("value", "mc_error"))
        for way, share in (("exactly", weight**2 / TOTAL_VARIANCE), ("half", 0.75 * weight**2 / TOTAL_VARIANCE)):
            assert float(here[way]) == pytest.approx(gain_of_share(share), abs=4 * float(error[way]))
            assert float(error[way]) < 0.015


def test_the_interval_of_a_product_of_lognormals_shrinks_on_the_log_scale():
    @mcf.node("1")
    def product(x, y):
        return x * y

    inputs = input_entry("x", "lognormal", mu=0, sigma=1.2) | input_entry("y", "lognormal", mu=3, sigma=0.5)
    run = mcf.run({"targets": ["product"], "inputs": inputs}, model=[product], draws=2**14)
    found = run.interval_reduction("product")
    assert found.attrs["scale"] == "log"
    whole = 1.2**2 + 0.5**2
    for name, sigma in (("x", 1.2), ("y", 0.5)):
        assert float(found.exactly.sel(input=name)[0]) == pytest.approx(gain_of_share(sigma**2 / whole), abs=0.02)
        assert float(found.half.sel(input=name)[0]) == pytest.approx(gain_of_share(0.75 * sigma**2 / whole), abs=0.02)


def test_the_interval_of_a_sum_of_two_uniforms_shrinks_to_that_of_one():
    """The sum is triangular on 0 to 2, with p5 at the square root of 0.1."""

    @mcf.node("1")
    def both(x, y):
        return x + y - 1  # negative values select the raw scale

    inputs = input_entry("x", "uniform", low=0, high=1) | input_entry("y", "uniform", low=0, high=1)
    found = mcf.run({"targets": ["both"], "inputs": inputs}, model=[both], draws=2**14).interval_reduction("both")
    gain, error = found.exactly.transpose("figure", ...)
    assert (np.abs(gain - (1 - 0.9 / (2 - 2 * math.sqrt(0.1)))) < 4 * error).all()
    assert (error < 0.02).all()


def test_the_only_input_removes_the_whole_interval():
    @mcf.node("1")
    def curve(x):
        return x**3

    run = mcf.run({"targets": ["curve"], "inputs": input_entry("x", "lognormal", p5=1, p95=9)}, model=[curve])
    found = run.interval_reduction("curve").sel(input="x", figure="value")
    assert float(found.exactly) == pytest.approx(1, abs=0.002)
    assert float(found.half) == pytest.approx(0.5, abs=0.005)


def test_a_non_monotone_input_reduces_the_interval():
    """Knowing x removes the interval of x squared; the rank correlation is 0."""

    @mcf.node("1")
    def square(x, y):
        return x * x - 0.001 * y - 1

    run = mcf.run({"targets": ["square"], "inputs": normal("x", "y")}, model=[square], draws=2**14)
    found = run.interval_reduction("square")
    assert found.input.values[0] == "x"
    assert float(found.exactly[0, 0]) > 0.97


def test_an_unused_input_has_no_reduction_within_its_error():
    rng = np.random.default_rng(5)
    x, idle = np.exp(rng.normal(size=(2, 2**14)))
    found = interval_gain.interval_gains(x - 2, {"idle": ranks(idle)})
    assert (np.abs(found.gains) < 4 * found.errors).all()
    assert (found.errors < 0.03).all()


def test_the_stated_errors_cover_the_truth():
    """Over 60 seeds and three samplers, within a t interval with 15 degrees of freedom at least 88 % of the time."""
    covered = []
    for seed in range(60):
        plan = streams.sampler(list(SAMPLERS)[seed % 3], seed, 2**12, "xyz")
        x, y, z = (special.ndtri(streams.probabilities(plan, name)) for name in "xyz")
        found = interval_gain.interval_gains(2 * x + y + 0.5 * z, {"x": ranks(x), "y": ranks(y)})
        truth = [[gain_of_share(s * w) for s in (1, 0.75)] for w in (4 / 5.25, 1 / 5.25)]
        at = [found.inputs.index(name) for name in "xy"]
        covered.append(np.abs(found.gains[at] - truth) < stats.t.ppf(0.975, 15) * found.errors[at])
    assert (np.mean(covered, axis=0) > 0.88).all()


def test_a_correlated_input_is_accounted_for():
    """x + y with correlation r: knowing x leaves the square root of (1 - r^2) / (2 + 2 r)."""

    @mcf.node("1")
    def both(x, y):
        return x + y

    page = {"targets": ["both"], "inputs": normal("x", "y"), "correlation": {"kind": "normal", "x ~ y": 0.6}}
    found = mcf.run(page, model=[both], draws=2**14).interval_reduction("both").exactly.sel(input="x", figure="value")
    assert float(found) == pytest.approx(1 - math.sqrt((1 - 0.6**2) / 3.2), abs=0.02)


def test_with_evidence_the_reduction_is_that_of_the_posterior():
    """x, observed with an error of a tenth of its sd, has a posterior variance of 1/101: knowing y leaves little."""

    @mcf.node("1")
    def both(x, y):
        return x + y

    end = 0.1 * special.ndtri(0.95)
    seen = {"quantity": "x", "p5": 1 - end, "p95": 1 + end, "unit": "1", "source": "a test"}
    page = {"targets": ["both"], "inputs": normal("x", "y"), "evidence": {"look": seen}}
    found = mcf.run(page, model=[both]).interval_reduction("both")
    for name, share in (("x", 1 / 102), ("y", 101 / 102)):
        value, error = found.exactly.sel(input=name).values
        assert value == pytest.approx(gain_of_share(share), abs=3 * error)
        assert error < 0.08


def test_only_inputs_of_a_target_are_listed():
    @mcf.node("1")
    def one(x, k):
        return x + k

    inputs = normal("x", "y") | input_entry("k", value=3)
    run = mcf.run({"targets": ["one", "y", "k"], "inputs": inputs}, model=[one], draws=2**10)
    assert run.interval_reduction("one").input.values.tolist() == ["x"]
    assert run.interval_reduction("y").input.values.tolist() == ["y"]
    assert run.interval_reduction("k").sizes["input"] == 0
    with pytest.raises(mcf.InputError, match="no such quantity"):
        run.interval_reduction("z")


def test_a_row_depends_on_its_own_label_unless_a_node_works_along_the_dimension():
    @mcf.node("1")
    def cost(price, count):
        return price * count

    @mcf.node("1", along="chip")
    def mean(cost):
        return cost.sum(axis=0) / len(cost)

    @mcf.node("1")
    def beyond(cost, mean):
        return cost - mean

    inputs = input_entry("price", "lognormal", p5=1, p95=[2, 3], by="chip") | input_entry(
        "count", "lognormal", p5=1, p95=2
    )
    page = {"targets": ["cost", "mean", "beyond"], "dimensions": {"chip": ["a", "b"]}, "inputs": inputs}
    run = mcf.run(page, model=[cost, mean, beyond], draws=2**10)
    assert set(run.interval_reduction("cost[a]").input.values) == {"price[a]", "count"}
    assert set(run.interval_reduction("mean").input.values) == {"price[a]", "price[b]", "count"}
    assert set(run.interval_reduction("beyond[b]").input.values) == {"price[a]", "price[b]", "count"}


def test_missing_rows_are_not_listed():
    @mcf.node("1", along="chip")
    def most(price):
        return np.nanmax(price, axis=0)

    inputs = input_entry("price", "uniform", low=1, high=[2, None, 3], by="chip")
    page = {"targets": ["most"], "dimensions": {"chip": ["a", "b", "c"]}, "inputs": inputs}
    run = mcf.run(page, model=[most], draws=2**10)
    assert set(run.interval_reduction("most").input.values) == {"price[a]", "price[c]"}


def test_non_finite_draws_are_excluded():
    """sqrt(x) + y of x from -1 to 3: one draw in four is not finite; for the remaining ones knowing x leaves y."""

    @mcf.node("1")
    def root(x, y):
        return np.sqrt(x) + y - 1

    inputs = input_entry("x", "uniform", low=-1, high=3) | input_entry("y", "uniform", low=0, high=1)
    run = mcf.run({"targets": ["root"], "inputs": inputs}, model=[root], draws=2**14)
    rng = np.random.default_rng(1)
    low, high = np.quantile(np.sqrt(rng.uniform(0, 3, 10**6)) + rng.uniform(0, 1, 10**6), [0.05, 0.95])
    assert float(run.interval_reduction("root").exactly.sel(input="x")[0]) == pytest.approx(
        1 - 0.9 / (high - low), abs=0.02
    )


@pytest.mark.parametrize("draws", [32, 100, 1000, 5000])
def test_any_number_of_draws_gives_a_reduction_with_its_error(draws):
    page = {"targets": ["total"], "inputs": normal(*WEIGHTS)}
    found = mcf.run(page, model=[total], draws=draws, sampler="lhs").interval_reduction("total")
    for name, weight in WEIGHTS.items():
        here = found.exactly.sel(input=name)
        assert float(here[0]) == pytest.approx(gain_of_share(weight**2 / TOTAL_VARIANCE), abs=5 * float(here[1]))


def test_screening_keeps_inputs_that_affect_the_mean_or_the_spread():
    draws = dict(zip("abcdefghijkl", np.random.default_rng(2).normal(size=(12, 2**12)), strict=True))
    kept = interval_gain.most_influential(
        draws["k"] + draws["b"] * draws["h"], {n: ranks(x) for n, x in draws.items()}, 3
    )
    assert set(kept) == {"k", "b", "h"}


# Decisions


def normal_evpi(mean, sd):
    """E max(0, X) - max(0, E X) of a normal X."""
    return sd * stats.norm.pdf(mean / sd) + mean * stats.norm.cdf(mean / sd) - max(0.0, mean)


def run_of_decision(mean=1.0, inputs=None, draws=2**14, **words):
    requested = {"quantity": "x", "act": "above", "threshold": 0, "unit": "USD", **words}
    inputs = inputs or input_entry("x", "normal", "USD", mean=mean, sd=2)
    return mcf.run({"targets": ["x"], "inputs": inputs, "decision": requested}, draws=draws)


def test_evpi_of_a_normal_payoff_matches_the_closed_form():
    """Act if above 0 for N(1, 2): EVPI 0.395593."""
    assert normal_evpi(1, 2) == pytest.approx(0.395593, abs=1e-6)
    found = run_of_decision().decision()
    assert float(found.right[0]) == pytest.approx(stats.norm.cdf(0.5), abs=1e-3)
    assert float(found.payoff[0]) == pytest.approx(1, abs=2e-3)
    assert float(found.evpi[0]) == pytest.approx(normal_evpi(1, 2), abs=2e-3)
    assert float(found.evppi.sel(input="x")[0]) == pytest.approx(normal_evpi(1, 2), abs=2e-3)
    assert (found.attrs["best"], found.attrs["unit"]) == ("act", "USD")


@pytest.mark.parametrize(
    ("act", "threshold", "unit", "mean"),
    [("below", 3, "USD", 2.0), ("above", 3, "USD", -2.0), ("below", 0.5, "USD", -0.5)],
)
def test_the_payoff_is_the_distance_from_the_threshold(act, threshold, unit, mean):
    found = run_of_decision(act=act, threshold=threshold, unit=unit).decision()
    assert float(found.payoff[0]) == pytest.approx(mean, abs=5e-3)
    assert float(found.evpi[0]) == pytest.approx(normal_evpi(mean, 2), abs=5e-3)
    assert found.attrs["best"] == ("act" if mean > 0 else "do not act")


def test_payoffs_are_in_the_unit_of_the_threshold():
    kilo = input_entry("x", "normal", "kWh", mean=1000, sd=2000)
    found = run_of_decision(inputs=kilo, unit="MWh", threshold=0).decision()
    assert float(found.evpi[0]) == pytest.approx(normal_evpi(1, 2), abs=2e-3)


def test_a_stated_gain_and_loss_replace_the_distance():
    """Right with p = 0.6915: EVPI is 3 p - max(0, 3 p - 5 (1 - p))."""
    chance = stats.norm.cdf(0.5)
    found = run_of_decision(gain=3, loss=5).decision()
    assert float(found.payoff[0]) == pytest.approx(3 * chance - 5 * (1 - chance), abs=5e-3)
    assert float(found.evpi[0]) == pytest.approx(3 * chance - max(0, 3 * chance - 5 * (1 - chance)), abs=5e-3)
    assert float(found.evppi[0, 0]) == pytest.approx(float(found.evpi[0]), abs=0.02)


@pytest.mark.parametrize("mean", [1.0, 0.3, -2.0])
def test_evppi_of_one_input_matches_the_closed_form(mean):
    """For a sum of normals, the conditional mean given one is normal with the standard deviation of that one."""

    @mcf.node("1")
    def pays(x, y, idle):
        return x + y + 0 * idle

    inputs = normal("x", mean=mean, sd=1.5) | normal("y", sd=1) | normal("idle")
    requested = {"quantity": "pays", "act": "above", "threshold": 0, "unit": "1"}
    run = mcf.run({"targets": ["pays"], "inputs": inputs, "decision": requested}, model=[pays], draws=2**14)
    found = run.decision()
    for name, sd in (("x", 1.5), ("y", 1.0)):
        value, error = found.evppi.sel(input=name).values
        assert value == pytest.approx(normal_evpi(mean, sd), abs=4 * error + 1e-3)
    assert found.input.values[0] == "x"
    assert float(found.evppi.sel(input="idle")[0]) == pytest.approx(0, abs=0.005)
    assert float(found.evpi[0]) == pytest.approx(normal_evpi(mean, math.hypot(1.5, 1)), abs=0.01)


@pytest.mark.parametrize(
    "curve",
    [lambda z: z**2 - 1, lambda z: np.abs(z) - 0.8, lambda z: np.where(z > 1, 3.0, -1.0), lambda z: np.sin(3 * z)],
    ids=["square", "kink", "step", "wave"],
)
def test_evppi_does_not_need_smooth_payoffs(curve):
    plan = streams.sampler("sobol", 1, 2**14, ["x", "y"])
    x, y = (special.ndtri(streams.probabilities(plan, name)) for name in ("x", "y"))
    fine = curve(special.ndtri((np.arange(10**6) + 0.5) / 10**6))
    truth = np.maximum(0, fine).mean() - max(0, fine.mean())
    value, _ = decision.evppi(curve(x) + y, ranks(x))
    assert value == pytest.approx(truth, abs=0.012)


def test_a_clear_choice_has_no_value_of_information():
    found = run_of_decision(mean=30).decision()
    assert float(found.evpi[0]) == 0
    assert float(found.evppi[0, 0]) == 0
    assert "the choice is clear" in report.contents(run_of_decision(mean=30).core)["decision"]["text"]


def test_a_decision_on_a_known_quantity_has_no_value_of_information():
    found = run_of_decision(inputs=input_entry("x", unit="USD", value=3), draws=64).decision()
    assert [float(found[name][0]) for name in ("right", "payoff", "evpi")] == [1, 3, 0]
    assert found.sizes["input"] == 0


def test_non_finite_draws_are_excluded_from_a_decision():
    @mcf.node("1")
    def root(x):
        return np.sqrt(x)

    requested = {"quantity": "root", "act": "above", "threshold": 1, "unit": "1"}
    page = {"targets": ["root"], "inputs": input_entry("x", "uniform", low=-1, high=3), "decision": requested}
    found = mcf.run(page, model=[root], draws=2**12).decision()
    assert float(found.right[0]) == pytest.approx(2 / 3, abs=1e-3)


def test_the_report_has_the_decision_as_text_and_table():
    found = report.contents(run_of_decision(note="Ask the board.").core)["decision"]
    assert found["text"].startswith("Acting is right if the x lies above $0. The payoff of acting is how far above it")
    assert "right with a probability of 69." in found["text"]
    assert "The better choice is to act." in found["text"]
    assert [row[0] for row in found["rows"]] == ["Everything", "X"]
    assert found["note"] == "Ask the board."
    assert all("$0.4" in row[1] or "$0.39" in row[1] for row in found["rows"])


def test_a_report_with_a_decision_is_written(tmp_path):
    import pypdf

    run_of_decision(draws=2**10, gain=3, loss=5).write(tmp_path)
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "report.pdf").pages)
    assert "The decision" in text
    assert "costs 5 if it does not" in " ".join(text.split())


def test_a_run_without_the_decision_quantity_has_no_decision(page):
    page("study", 'targets = ["x", "y"]\n' + entry("x", "uniform", low=0, high=1) + entry("y", value=1) + DECISION)
    run = mcf.run("study", targets=["y"], draws=64)
    assert report.contents(run.core)["decision"] is None
    with pytest.raises(mcf.InputError, match="no decision in this run"):
        run.decision()
    assert report.contents(mcf.run("study", draws=64).core)["decision"] is not None


def test_a_study_without_a_decision_has_none(gpt4):
    with pytest.raises(mcf.InputError, match="no decision in this run"):
        gpt4.decision()


DECISION = '[decision]\nquantity = "x"\nact = "above"\nthreshold = 0.5\nunit = "1"\n'
INVALID_DECISIONS = {
    "no such quantity": ('quantity = "x"', 'quantity = "xx"', "unknown quantity 'xx'", "did you mean 'x'"),
    "one that no target needs": ('quantity = "x"', 'quantity = "energy"', "no target needs energy", "targets"),
    "one with many rows": ('quantity = "x"', 'quantity = "many"', "many has a row for each chip"),
    "a wrong unit": ('unit = "1"\n', 'unit = "USD"\n', "unit 'USD' does not measure x"),
    "an unknown unit": ('unit = "1"\n', 'unit = "florin"\n', "unknown unit 'florin'"),
    "a word that is none": ('act = "above"', 'act = "over"', "act: invalid word 'over'", "known: below, above"),
    "a gain alone": ("threshold = 0.5", "threshold = 0.5\ngain = 1", "has a gain alone", "both or neither"),
    "a loss alone": ("threshold = 0.5", "threshold = 0.5\nloss = 1", "has a loss alone", "both or neither"),
    "a gain below 0": ("threshold = 0.5", "threshold = 0.5\ngain = -1\nloss = 1", "gain = -1 must be above 0"),
    "no loss at all": ("threshold = 0.5", "threshold = 0.5\ngain = 1\nloss = 0", "loss = 0 must be above 0"),
    "no threshold": ("threshold = 0.5\n", "", "has no threshold"),
    "an infinite threshold": ("threshold = 0.5", "threshold = inf", "a finite number is expected"),
    "an unknown word": ("threshold", "treshold", "unknown key 'treshold'", "did you mean 'threshold'"),
}


@pytest.mark.parametrize("case", list(INVALID_DECISIONS))
def test_an_invalid_decision_is_rejected_with_one_line(case, page, command):
    old, new, *parts = INVALID_DECISIONS[case]
    text = 'targets = ["x", "many"]\n[dimensions]\nchip = ["a", "b"]\n' + entry("x", "uniform", low=0, high=1)
    text += entry("many", "uniform", low=0, high=1, by='"chip"') + DECISION.replace(old, new)
    page("study", text)
    result = command("run", "study", "--draws", 64, "--no-report")
    assert result.code == 2
    assert result.err.count("\n") == 1
    for part in ("study.toml: decision", *parts):
        assert part in result.err


def test_the_documentation_has_the_textbook_value():
    assert "0.3956" in (ROOT / "docs/interval-reduction.md").read_text()
    assert round(normal_evpi(1, 2), 4) == 0.3956
