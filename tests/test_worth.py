"""What is worth learning and what a decision is worth, where the answer is known in closed form."""

import math

import numpy as np
import pytest
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier import sampling
from mcfrontier.analysis import decision, tornado, worth
from mcfrontier.outputs import report
from tests.conftest import ROOT, believed, entry

WEIGHTS = {"a": 3.0, "b": 2.0, "c": 1.0, "d": 0.5}
TOTAL = sum(weight**2 for weight in WEIGHTS.values())


def normal(*names, mean=0, sd=1):
    return {key: value for name in names for key, value in believed(name, "normal", mean=mean, sd=sd).items()}


@mcf.node("1")
def total(a, b, c, d):
    return 3 * a + 2 * b + c + 0.5 * d


def gains(found, figure="value"):
    return {name: found.sel(input=name, figure=figure) for name in found.input.values.tolist()}


def left(share):
    """What is gained where a share of the variance goes: of linear Gaussian targets."""
    return 1 - math.sqrt(1 - share)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_of_a_sum_of_normals_the_interval_shrinks_to_the_root_of_what_variance_is_left(sampler):
    page = {"targets": ["total"], "inputs": normal(*WEIGHTS)}
    found = mcf.run(page, model=[total], draws=2**14, sampler=sampler).worth_knowing("total")
    assert found.input.values.tolist() == list("abcd")
    assert found.attrs["scale"] == "raw"
    for name, weight in WEIGHTS.items():
        here, error = (found.sel(input=name, figure=figure) for figure in ("value", "mc_error"))
        for way, share in (("exactly", weight**2 / TOTAL), ("half", 0.75 * weight**2 / TOTAL)):
            assert float(here[way]) == pytest.approx(left(share), abs=4 * float(error[way]))
            assert float(error[way]) < 0.015


def test_of_a_product_of_lognormals_it_does_so_on_the_log_scale():
    @mcf.node("1")
    def product(x, y):
        return x * y

    inputs = believed("x", "lognormal", mu=0, sigma=1.2) | believed("y", "lognormal", mu=3, sigma=0.5)
    run = mcf.run({"targets": ["product"], "inputs": inputs}, model=[product], draws=2**14)
    found = run.worth_knowing("product")
    assert found.attrs["scale"] == "log"
    whole = 1.2**2 + 0.5**2
    for name, sigma in (("x", 1.2), ("y", 0.5)):
        assert float(found.exactly.sel(input=name)[0]) == pytest.approx(left(sigma**2 / whole), abs=0.02)
        assert float(found.half.sel(input=name)[0]) == pytest.approx(left(0.75 * sigma**2 / whole), abs=0.02)


def test_of_two_uniforms_alike_what_is_left_is_the_width_of_one():
    """Their sum is a triangle on 0 to 2, whose p5 is the root of 0.1."""

    @mcf.node("1")
    def both(x, y):
        return x + y - 1  # which may be negative: the raw scale

    inputs = believed("x", "uniform", low=0, high=1) | believed("y", "uniform", low=0, high=1)
    found = mcf.run({"targets": ["both"], "inputs": inputs}, model=[both], draws=2**14).worth_knowing("both")
    gain, error = found.exactly.transpose("figure", ...)
    assert (np.abs(gain - (1 - 0.9 / (2 - 2 * math.sqrt(0.1)))) < 4 * error).all()
    assert (error < 0.02).all()


def test_the_only_input_leaves_nothing_and_half_of_it_half_whatever_the_curve():
    @mcf.node("1")
    def curve(x):
        return x**3

    run = mcf.run({"targets": ["curve"], "inputs": believed("x", "lognormal", p5=1, p95=9)}, model=[curve])
    found = run.worth_knowing("curve").sel(input="x", figure="value")
    assert float(found.exactly) == pytest.approx(1, abs=0.002)
    assert float(found.half) == pytest.approx(0.5, abs=0.005)


def test_an_input_in_which_the_target_turns_back_is_worth_knowing():
    """Of x squared, normal, nothing is left; its rank correlation is 0."""

    @mcf.node("1")
    def square(x, y):
        return x * x - 0.001 * y - 1

    run = mcf.run({"targets": ["square"], "inputs": normal("x", "y")}, model=[square], draws=2**14)
    found = run.worth_knowing("square")
    assert found.input.values[0] == "x"
    assert float(found.exactly[0, 0]) > 0.97


def test_an_input_that_does_nothing_is_worth_nothing_within_its_error():
    rng = np.random.default_rng(5)
    x, idle = np.exp(rng.normal(size=(2, 2**14)))
    found = worth.worth(x - 2, {"idle": tornado.ranks(idle)})
    assert (np.abs(found.gains) < 4 * found.errors).all()
    assert (found.errors < 0.03).all()


def test_the_stated_errors_hold_the_truth():
    """Over 60 seeds, three samplers in turn, within a t with 15 degrees of freedom 88 % of the time or more."""
    held = []
    for seed in range(60):
        plan = sampling.sampler(list(sampling.STREAMS)[seed % 3], seed, 2**12, "xyz")
        x, y, z = (special.ndtri(sampling.probabilities(plan, name)) for name in "xyz")
        found = worth.worth(2 * x + y + 0.5 * z, {"x": tornado.ranks(x), "y": tornado.ranks(y)})
        truth = [[left(s * w) for s in (1, 0.75)] for w in (4 / 5.25, 1 / 5.25)]
        at = [found.inputs.index(name) for name in "xy"]
        held.append(np.abs(found.gains[at] - truth) < stats.t.ppf(0.975, 15) * found.errors[at])
    assert (np.mean(held, axis=0) > 0.88).all()


def test_what_an_input_tells_of_another_counts():
    """x + y with correlation r: knowing x leaves the root of (1 - r^2) / (2 + 2 r)."""

    @mcf.node("1")
    def both(x, y):
        return x + y

    page = {"targets": ["both"], "inputs": normal("x", "y"), "correlation": {"kind": "normal", "x ~ y": 0.6}}
    found = mcf.run(page, model=[both], draws=2**14).worth_knowing("both").exactly.sel(input="x", figure="value")
    assert float(found) == pytest.approx(1 - math.sqrt((1 - 0.6**2) / 3.2), abs=0.02)


def test_given_evidence_it_is_what_is_left_to_learn_that_counts():
    """x, observed with an error of a tenth of its spread, has a variance of 1/101 left: knowing y leaves little."""

    @mcf.node("1")
    def both(x, y):
        return x + y

    end = 0.1 * special.ndtri(0.95)
    seen = {"quantity": "x", "p5": 1 - end, "p95": 1 + end, "unit": "1", "source": "a test"}
    page = {"targets": ["both"], "inputs": normal("x", "y"), "evidence": {"look": seen}}
    found = mcf.run(page, model=[both]).worth_knowing("both")
    for name, share in (("x", 1 / 102), ("y", 101 / 102)):
        value, error = found.exactly.sel(input=name).values
        assert value == pytest.approx(left(share), abs=3 * error)
        assert error < 0.08


def test_only_what_moves_a_target_is_told():
    @mcf.node("1")
    def one(x, k):
        return x + k

    inputs = normal("x", "y") | believed("k", value=3)
    run = mcf.run({"targets": ["one", "y", "k"], "inputs": inputs}, model=[one], draws=2**10)
    assert run.worth_knowing("one").input.values.tolist() == ["x"]
    assert run.worth_knowing("y").input.values.tolist() == ["y"]
    assert run.worth_knowing("k").sizes["input"] == 0
    with pytest.raises(mcf.InputError, match="no such quantity"):
        run.worth_knowing("z")


def test_a_row_hangs_on_its_own_label_and_on_all_where_a_node_works_along_them():
    @mcf.node("1")
    def cost(price, count):
        return price * count

    @mcf.node("1", along="chip")
    def mean(cost):
        return cost.sum(axis=0) / len(cost)

    @mcf.node("1")
    def beyond(cost, mean):
        return cost - mean

    inputs = believed("price", "lognormal", p5=1, p95=[2, 3], by="chip") | believed("count", "lognormal", p5=1, p95=2)
    page = {"targets": ["cost", "mean", "beyond"], "dimensions": {"chip": ["a", "b"]}, "inputs": inputs}
    run = mcf.run(page, model=[cost, mean, beyond], draws=2**10)
    assert set(run.worth_knowing("cost[a]").input.values) == {"price[a]", "count"}
    assert set(run.worth_knowing("mean").input.values) == {"price[a]", "price[b]", "count"}
    assert set(run.worth_knowing("beyond[b]").input.values) == {"price[a]", "price[b]", "count"}


def test_rows_without_a_figure_are_not_told():
    @mcf.node("1", along="chip")
    def most(price):
        return np.nanmax(price, axis=0)

    inputs = believed("price", "uniform", low=1, high=[2, None, 3], by="chip")
    page = {"targets": ["most"], "dimensions": {"chip": ["a", "b", "c"]}, "inputs": inputs}
    run = mcf.run(page, model=[most], draws=2**10)
    assert set(run.worth_knowing("most").input.values) == {"price[a]", "price[c]"}


def test_draws_that_are_lost_are_left_out():
    """sqrt(x) + y of x from -1 to 3: one draw in four is lost, and of the others knowing x leaves y."""

    @mcf.node("1")
    def root(x, y):
        return np.sqrt(x) + y - 1

    inputs = believed("x", "uniform", low=-1, high=3) | believed("y", "uniform", low=0, high=1)
    run = mcf.run({"targets": ["root"], "inputs": inputs}, model=[root], draws=2**14)
    rng = np.random.default_rng(1)
    low, high = np.quantile(np.sqrt(rng.uniform(0, 3, 10**6)) + rng.uniform(0, 1, 10**6), [0.05, 0.95])
    assert float(run.worth_knowing("root").exactly.sel(input="x")[0]) == pytest.approx(1 - 0.9 / (high - low), abs=0.02)


@pytest.mark.parametrize("draws", [32, 100, 1000, 5000])
def test_any_number_of_draws_gives_an_answer_with_its_error(draws):
    page = {"targets": ["total"], "inputs": normal(*WEIGHTS)}
    found = mcf.run(page, model=[total], draws=draws, sampler="lhs").worth_knowing("total")
    for name, weight in WEIGHTS.items():
        here = found.exactly.sel(input=name)
        assert float(here[0]) == pytest.approx(left(weight**2 / TOTAL), abs=5 * float(here[1]))


def test_a_quick_look_keeps_the_inputs_that_matter_be_it_for_the_spread_alone():
    draws = dict(zip("abcdefghijkl", np.random.default_rng(2).normal(size=(12, 2**12)), strict=True))
    kept = worth.foremost(draws["k"] + draws["b"] * draws["h"], {n: tornado.ranks(x) for n, x in draws.items()}, 3)
    assert set(kept) == {"k", "b", "h"}


# To act or not


def loss(mean, sd):
    """E max(0, X) - max(0, E X) of a normal X."""
    return sd * stats.norm.pdf(mean / sd) + mean * stats.norm.cdf(mean / sd) - max(0.0, mean)


def decided(mean=1.0, inputs=None, draws=2**14, **words):
    asked = {"quantity": "x", "act": "above", "threshold": 0, "unit": "USD", **words}
    inputs = inputs or believed("x", "normal", "USD", mean=mean, sd=2)
    return mcf.run({"targets": ["x"], "inputs": inputs, "decision": asked}, draws=draws)


def test_the_worth_of_knowing_a_normal_payoff_first_is_the_closed_form():
    """Act if above 0 on N(1, 2): 0.395593."""
    assert loss(1, 2) == pytest.approx(0.395593, abs=1e-6)
    found = decided().decision()
    assert float(found.right[0]) == pytest.approx(stats.norm.cdf(0.5), abs=1e-3)
    assert float(found.payoff[0]) == pytest.approx(1, abs=2e-3)
    assert float(found.perfect[0]) == pytest.approx(loss(1, 2), abs=2e-3)
    assert float(found.partial.sel(input="x")[0]) == pytest.approx(loss(1, 2), abs=2e-3)
    assert (found.attrs["best"], found.attrs["unit"]) == ("act", "USD")


@pytest.mark.parametrize(
    ("act", "threshold", "unit", "mean"),
    [("below", 3, "USD", 2.0), ("above", 3, "USD", -2.0), ("below", 0.5, "USD", -0.5)],
)
def test_acting_pays_by_how_far_the_quantity_lies_on_its_side(act, threshold, unit, mean):
    found = decided(act=act, threshold=threshold, unit=unit).decision()
    assert float(found.payoff[0]) == pytest.approx(mean, abs=5e-3)
    assert float(found.perfect[0]) == pytest.approx(loss(mean, 2), abs=5e-3)
    assert found.attrs["best"] == ("act" if mean > 0 else "do not act")


def test_a_threshold_may_be_told_in_another_unit_and_then_payoffs_are():
    kilo = believed("x", "normal", "kWh", mean=1000, sd=2000)
    found = decided(inputs=kilo, unit="MWh", threshold=0).decision()
    assert float(found.perfect[0]) == pytest.approx(loss(1, 2), abs=2e-3)


def test_a_stated_gain_and_loss_take_the_place_of_the_distance():
    """Right with p = 0.6915: to know first is worth 3 p - max(0, 3 p - 5 (1 - p))."""
    chance = stats.norm.cdf(0.5)
    found = decided(gain=3, loss=5).decision()
    assert float(found.payoff[0]) == pytest.approx(3 * chance - 5 * (1 - chance), abs=5e-3)
    assert float(found.perfect[0]) == pytest.approx(3 * chance - max(0, 3 * chance - 5 * (1 - chance)), abs=5e-3)
    assert float(found.partial[0, 0]) == pytest.approx(float(found.perfect[0]), abs=0.02)


@pytest.mark.parametrize("mean", [1.0, 0.3, -2.0])
def test_the_worth_of_one_input_is_that_of_what_is_to_be_expected_given_it(mean):
    """Of a sum of normals, given one of them, it is normal with the standard deviation of that one."""

    @mcf.node("1")
    def pays(x, y, idle):
        return x + y + 0 * idle

    inputs = normal("x", mean=mean, sd=1.5) | normal("y", sd=1) | normal("idle")
    asked = {"quantity": "pays", "act": "above", "threshold": 0, "unit": "1"}
    run = mcf.run({"targets": ["pays"], "inputs": inputs, "decision": asked}, model=[pays], draws=2**14)
    found = run.decision()
    for name, sd in (("x", 1.5), ("y", 1.0)):
        value, error = found.partial.sel(input=name).values
        assert value == pytest.approx(loss(mean, sd), abs=4 * error + 1e-3)
    assert found.input.values[0] == "x"
    assert float(found.partial.sel(input="idle")[0]) == pytest.approx(0, abs=0.005)
    assert float(found.perfect[0]) == pytest.approx(loss(mean, math.hypot(1.5, 1)), abs=0.01)


@pytest.mark.parametrize(
    "curve",
    [lambda z: z**2 - 1, lambda z: np.abs(z) - 0.8, lambda z: np.where(z > 1, 3.0, -1.0), lambda z: np.sin(3 * z)],
    ids=["square", "kink", "step", "wave"],
)
def test_the_worth_of_one_input_does_not_ask_that_payoffs_be_smooth(curve):
    plan = sampling.sampler("sobol", 1, 2**14, ["x", "y"])
    x, y = (special.ndtri(sampling.probabilities(plan, name)) for name in ("x", "y"))
    fine = curve(special.ndtri((np.arange(10**6) + 0.5) / 10**6))
    truth = np.maximum(0, fine).mean() - max(0, fine.mean())
    value, _ = decision.worth_of_input(curve(x) + y, tornado.ranks(x))
    assert value == pytest.approx(truth, abs=0.012)


def test_where_the_choice_is_clear_nothing_is_worth_knowing():
    found = decided(mean=30).decision()
    assert float(found.perfect[0]) == 0
    assert float(found.partial[0, 0]) == 0
    assert "the choice is clear" in report.contents(decided(mean=30))["decision"]["told"]


def test_a_decision_by_what_is_known_has_nothing_to_learn():
    found = decided(inputs=believed("x", unit="USD", value=3), draws=64).decision()
    assert [float(found[name][0]) for name in ("right", "payoff", "perfect")] == [1, 3, 0]
    assert found.sizes["input"] == 0


def test_draws_that_are_lost_decide_nothing():
    @mcf.node("1")
    def root(x):
        return np.sqrt(x)

    asked = {"quantity": "root", "act": "above", "threshold": 1, "unit": "1"}
    page = {"targets": ["root"], "inputs": believed("x", "uniform", low=-1, high=3), "decision": asked}
    found = mcf.run(page, model=[root], draws=2**12).decision()
    assert float(found.right[0]) == pytest.approx(2 / 3, abs=1e-3)


def test_the_report_tells_the_decision_in_words_and_a_table():
    told = report.contents(decided(note="Ask the board."))["decision"]
    assert told["told"].startswith("To act is right if the x lies above $0. Acting pays how far above it lies;")
    assert "right with a probability of 69." in told["told"]
    assert "So it is best to act." in told["told"]
    assert [row[0] for row in told["rows"]] == ["Everything", "X"]
    assert told["note"] == "Ask the board."
    assert all("$0.4" in row[1] or "$0.39" in row[1] for row in told["rows"])


def test_a_report_with_a_decision_is_written(tmp_path):
    import pypdf

    decided(draws=2**10, gain=3, loss=5).write(tmp_path)
    text = " ".join(page.extract_text() for page in pypdf.PdfReader(tmp_path / "report.pdf").pages)
    assert "The decision" in text
    assert "costs 5 if it does not" in " ".join(text.split())


def test_a_run_that_does_not_evaluate_the_decision_tells_none(page):
    page("study", 'targets = ["x", "y"]\n' + entry("x", "uniform", low=0, high=1) + entry("y", value=1) + DECISION)
    run = mcf.run("study", targets=["y"], draws=64)
    assert report.contents(run)["decision"] is None
    with pytest.raises(mcf.InputError, match="no decision in this run"):
        run.decision()
    assert report.contents(mcf.run("study", draws=64))["decision"] is not None


def test_a_study_without_a_decision_has_none(gpt4):
    with pytest.raises(mcf.InputError, match="no decision in this run"):
        gpt4.decision()


DECISION = '[decision]\nquantity = "x"\nact = "above"\nthreshold = 0.5\nunit = "1"\n'
BAD = {
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
    "an infinite threshold": ("threshold = 0.5", "threshold = inf", "a finite number belongs here"),
    "an unknown word": ("threshold", "treshold", "unknown word 'treshold'", "did you mean 'threshold'"),
}


@pytest.mark.parametrize("case", list(BAD))
def test_a_decision_that_cannot_be_is_refused_in_one_line(case, page, command):
    old, new, *parts = BAD[case]
    text = 'targets = ["x", "many"]\n[dimensions]\nchip = ["a", "b"]\n' + entry("x", "uniform", low=0, high=1)
    text += entry("many", "uniform", low=0, high=1, by='"chip"') + DECISION.replace(old, new)
    page("study", text)
    ended = command("run", "study", "--draws", 64, "--no-report")
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    for part in ("study.toml: decision", *parts):
        assert part in ended.err


def test_the_document_says_what_the_text_book_says():
    assert "0.3956" in (ROOT / "docs/worth-knowing.md").read_text()
    assert round(loss(1, 2), 4) == 0.3956
