"""Sensitivity: variance shares, rank regression and conditional means, against known results."""

import math
from itertools import combinations, permutations

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.analysis.estimates.ranks import ranks
from mcfrontier.analysis.sensitivity import given_data, one_at_a_time, pick_freeze, shapley
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.figures import tornado as tornado_figure
from mcfrontier.outputs.figures import variance as variance_figure
from mcfrontier.outputs.figures.variance import variance_remarks
from mcfrontier.runs.sensitivity import explained, shares, tails
from tests.conftest import input_entry

Z95 = stats.norm.ppf(0.95)


def inputs_of(names, family, **words):
    """The same entry for several inputs."""
    return {name: entry for each in names for name, entry in input_entry(each, family, **words).items()}


def run_of(node, inputs, draws=2**10, correlation=None, **words):
    """A run of one node."""
    page = {"targets": [node.__name__], "inputs": inputs, "correlation": correlation or {}}
    return mcf.run(page, model=[node], draws=draws, **words)


def assert_near(found, known, error, tolerance=0.003):
    """Assert that figures match the known ones within four stated errors and a tolerance."""
    assert (np.abs(np.asarray(found) - known) <= 4 * np.asarray(error) + tolerance).all(), (found, known, error)


def assert_sobol(found, first, total, tolerance=0.003):
    """Assert that the Sobol indices match the known ones, by input."""
    found = found.sel(input=list(first))
    assert_near(found.first, list(first.values()), found.first_error, tolerance)
    assert_near(found.total, [total[name] for name in first], found.total_error, tolerance)


def assert_shapley(found, known, tolerance=0.003):
    """Assert that the Shapley shares match the known ones, by input, and sum to 1."""
    assert float(found.sum()) == pytest.approx(1, abs=1e-12)
    found = found.sel(input=list(known))
    assert_near(found, list(known.values()), found.error, tolerance)


@mcf.node("1")
def ishigami(x1, x2, x3):
    """Ishigami and Homma (1990) with a = 7 and b = 0.1."""
    return np.sin(x1) + 7 * np.sin(x2) ** 2 + 0.1 * x3**4 * np.sin(x1)


ISHIGAMI_INPUTS = inputs_of(["x1", "x2", "x3"], "uniform", low=-math.pi, high=math.pi)
V1, V2, V13 = 0.5 * (1 + 0.1 * math.pi**4 / 5) ** 2, 49 / 8, 0.01 * math.pi**8 * 8 / 225
ISHIGAMI_VARIANCE = V1 + V2 + V13


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_the_indices_of_the_ishigami_function_match_the_published_values(sampler):
    """Saltelli et al. (2008): 0.3139, 0.4424, 0 and 0.5576, 0.4424, 0.2437; each sampler has its own points."""
    first, total = {"x1": V1, "x2": V2, "x3": 0}, {"x1": V1 + V13, "x2": V2, "x3": V13}
    first, total = ({name: v / ISHIGAMI_VARIANCE for name, v in each.items()} for each in (first, total))
    assert [*first.values(), *total.values()] == pytest.approx(
        [0.313905, 0.442411, 0, 0.557589, 0.442411, 0.243684], abs=1e-6
    )
    found = run_of(ishigami, ISHIGAMI_INPUTS, sampler=sampler).sobol("ishigami")
    assert found.attrs["scale"] == "raw"
    assert found.attrs["warning"] == ""
    assert_sobol(found, first, total)


def test_the_mean_and_the_variance_of_the_ishigami_function_match_the_published_values():
    whole = V1 + V2 + V13
    assert whole == pytest.approx(13.844587940719, rel=1e-12)
    run = run_of(ishigami, ISHIGAMI_INPUTS, draws=2**16)
    summary = run.summary["ishigami"]
    assert_near(summary.values["mean"], 3.5, summary.errors["mean"])
    assert_near(summary.values["sd"], math.sqrt(ISHIGAMI_VARIANCE), summary.errors["sd"])
    assert run.sobol("ishigami").attrs["sd"] == pytest.approx(math.sqrt(ISHIGAMI_VARIANCE), rel=0.02)


def test_the_shapley_shares_of_the_ishigami_function_split_interactions_equally():
    known = {"x1": V1 + V13 / 2, "x2": V2, "x3": V13 / 2}
    known = {name: v / ISHIGAMI_VARIANCE for name, v in known.items()}
    assert list(known.values()) == pytest.approx([0.435747, 0.442411, 0.121842], abs=1e-6)
    assert_shapley(run_of(ishigami, ISHIGAMI_INPUTS).shapley("ishigami"), known)


G_COEFFICIENTS = {"a": 0, "b": 1, "c": 4.5, "d": 9, "e": 99, "f": 99, "g": 99, "h": 99}


@mcf.node("1")
def sobol_g(a, b, c, d, e, f, g, h):
    """The G function of Sobol' with a = 0, 1, 4.5, 9, 99, 99, 99, 99."""
    x = dict(zip("abcdefgh", (a, b, c, d, e, f, g, h), strict=True))
    return math.prod((np.abs(4 * x[name] - 2) + k) / (1 + k) for name, k in G_COEFFICIENTS.items())


def test_the_indices_of_the_g_function_match_the_closed_form():
    parts = {name: 1 / 3 / (1 + k) ** 2 for name, k in G_COEFFICIENTS.items()}
    whole = math.prod(1 + v for v in parts.values()) - 1
    first = {name: v / whole for name, v in parts.items()}
    total = {name: v / (1 + v) * (whole + 1) / whole for name, v in parts.items()}
    run = run_of(sobol_g, inputs_of(G_COEFFICIENTS, "uniform", low=0, high=1))
    assert_sobol(run.sobol("sobol_g", scale="raw"), first, total)
    together = {
        name: sum(
            math.prod(parts[one] for one in own) / len(own)
            for size in range(1, 9)
            for own in combinations(parts, size)
            if name in own
        )
        / whole
        for name in parts
    }
    assert_shapley(run.shapley("sobol_g", scale="raw"), together)


def test_a_product_plus_a_uniform_has_the_exact_shares():
    """x y + z on 0..1: Var = 7/144 + 1/12 = 19/144, with 1/48 each from x and y and 1/144 from their interaction."""

    @mcf.node("1")
    def mixed(x, y, z):
        return x * y + z

    run = run_of(mixed, inputs_of("xyz", "uniform", low=0, high=1))
    first, total = {"x": 3, "y": 3, "z": 12}, {"x": 4, "y": 4, "z": 12}
    assert_sobol(
        run.sobol("mixed", scale="raw"), *({name: n / 19 for name, n in each.items()} for each in (first, total))
    )
    assert_shapley(run.shapley("mixed", scale="raw"), {"x": 3.5 / 19, "y": 3.5 / 19, "z": 12 / 19})


@mcf.node("1")
def product(p, q, r):
    """Product of three lognormals."""
    return p * q * r


LOGNORMAL_ENDS = {"p": (1, 10), "q": (2, 50), "r": (0.1, 0.5)}
LOGNORMALS = {
    name: entry
    for each, (low, high) in LOGNORMAL_ENDS.items()
    for name, entry in input_entry(each, "lognormal", p5=low, p95=high).items()
}
SIGMAS = np.array([math.log(high / low) / 2 / Z95 for low, high in LOGNORMAL_ENDS.values()])
PRODUCT_MEDIAN = math.prod(math.sqrt(low * high) for low, high in LOGNORMAL_ENDS.values())


def test_a_product_of_lognormals_matches_the_percentiles_and_log_shares_of_the_closed_form():
    sd = math.sqrt((SIGMAS**2).sum())
    known = [PRODUCT_MEDIAN * math.exp(z * sd) for z in (-Z95, 0, Z95)]
    assert known == pytest.approx([0.835115306, 7.071067812, 59.871971775], rel=1e-9)
    run = run_of(product, LOGNORMALS, draws=2**16)
    found, errors = (each([0.05, 0.5, 0.95]).product for each in (run.quantiles, run.mc_error))
    assert_near(found, known, errors, 1e-4)
    shares = dict(zip(LOGNORMAL_ENDS, SIGMAS**2 / sd**2, strict=True))
    assert list(shares.values()) == pytest.approx([0.29046, 0.56763, 0.14191], abs=1e-5)
    indices = run.sobol("product")
    assert indices.attrs["scale"] == "log"
    assert indices.attrs["sd"] == pytest.approx(sd / math.log(10), rel=0.02)
    assert_sobol(indices, shares, shares)
    assert_shapley(run.shapley("product"), shares)


def linear_shares(weights, correlation):
    """Shapley shares of a weighted sum of standard normals over all orders: Owen and Prieur (2017). A set of inputs
    explains c' R^-1 c, with c its covariances with the sum and R its correlations."""
    covariance = correlation @ weights

    def explained(own):
        return covariance[own] @ np.linalg.solve(correlation[np.ix_(own, own)], covariance[own]) if own else 0.0

    orders = [list(order) for order in permutations(range(len(weights)))]
    added = np.zeros(len(weights))
    for order in orders:
        for k, new in enumerate(order):
            added[new] += explained(order[: k + 1]) - explained(order[:k])
    return added / len(orders) / (weights @ correlation @ weights)


def test_the_shares_of_two_correlated_inputs_match_owen_and_prieur():
    """With weights b and c and correlation r: (b^2 (1 - r^2 / 2) + b c r + c^2 r^2 / 2) / (b^2 + 2 b c r + c^2)."""
    b, c, r = 1.0, 2.0, 0.5
    first = (b**2 * (1 - r**2 / 2) + b * c * r + c**2 * r**2 / 2) / (b**2 + 2 * b * c * r + c**2)
    assert linear_shares(np.array([b, c]), np.array([[1, r], [r, 1]]))[0] == pytest.approx(first, rel=1e-12)


def test_correlated_lognormals_match_the_percentiles_and_shares_of_the_closed_form():
    correlation = np.eye(3)
    correlation[0, 1] = correlation[1, 0] = 0.5
    sd = math.sqrt(SIGMAS @ correlation @ SIGMAS)
    known = [PRODUCT_MEDIAN * math.exp(z * sd) for z in (-Z95, Z95)]
    assert known == pytest.approx([0.561566825, 89.036598630], rel=1e-8)
    run = run_of(product, LOGNORMALS, 2**16, {"p ~ q": 0.5, "kind": "normal"})
    found, errors = (each([0.05, 0.95]).product for each in (run.quantiles, run.mc_error))
    assert_near(found, known, errors, 1e-4)
    assert_shapley(run.shapley("product"), dict(zip(LOGNORMAL_ENDS, linear_shares(SIGMAS, correlation), strict=True)))


def test_a_sum_of_correlated_normals_matches_the_shares_of_the_closed_form():
    @mcf.node("1")
    def total(a, b, c, d, e):
        return a + 2 * b + 0.5 * c - d + 0.7 * e

    correlation = np.eye(5)
    pairs = {"a ~ b": 0.5, "b ~ c": 0.3, "c ~ d": -0.4}
    for pair, value in pairs.items():
        i, j = ("abcde".index(name) for name in pair.split(" ~ "))
        correlation[i, j] = correlation[j, i] = value
    run = run_of(total, inputs_of("abcde", "normal", mean=0, sd=1), correlation=pairs | {"kind": "normal"})
    shares = linear_shares(np.array([1, 2, 0.5, -1, 0.7]), correlation)
    assert_shapley(run.shapley("total"), dict(zip("abcde", shares, strict=True)))


@mcf.node("1")
def sum_of_10(a, b, c, d, e, f, g, h, i, j):
    """Ten inputs, more than the limit for exact subsets."""
    return a + b + c + d + e + f + g + h + 2 * i * j


def test_shares_by_random_orders_match_the_closed_form():
    """Eight standard normals and twice the product of two more: Var 8 + 4; each of the two has half of 4."""
    run = run_of(sum_of_10, inputs_of("abcdefghij", "normal", mean=0, sd=1))
    assert len("abcdefghij") > shapley.MAX_EXACT_INPUTS
    known = dict.fromkeys("abcdefgh", 1 / 12) | dict.fromkeys("ij", 2 / 12)
    assert_shapley(run.shapley("sum_of_10"), known)


def test_shares_by_random_orders_match_the_closed_form_for_correlated_inputs():
    """Only a and b are correlated, by 0.8: 1.8 each of 3.6 for the two, by the closed form for two inputs."""
    run = run_of(
        sum_of_10, inputs_of("abcdefghij", "normal", mean=0, sd=1), correlation={"a ~ b": 0.8, "kind": "normal"}
    )
    known = dict.fromkeys("ab", 1.8) | dict.fromkeys("cdefgh", 1) | dict.fromkeys("ij", 2)
    assert_shapley(run.shapley("sum_of_10"), {name: v / 13.6 for name, v in known.items()})


def test_an_unused_input_correlated_with_a_used_one_shares_its_variance():
    """Owen and Prieur (2017): for y = x and z correlated with x by r, z has the share r^2 / 2."""

    @mcf.node("1")
    def only(x, z):
        return x + 0 * z

    run = run_of(only, inputs_of("xz", "normal", mean=0, sd=1), correlation={"x ~ z": 0.9, "kind": "normal"})
    assert_shapley(run.shapley("only"), {"x": 1 - 0.81 / 2, "z": 0.81 / 2})


@mcf.node("1")
def borehole(rw, r, tu, hu, tl, hl, length, kw):
    """Flow through a borehole: Harper and Gupta (1983)."""
    reach = np.log(r / rw)
    return 2 * math.pi * tu * (hu - hl) / (reach * (1 + 2 * length * tu / (reach * rw**2 * kw) + tu / tl))


BOREHOLE_INPUTS = input_entry("rw", "normal", mean=0.1, sd=0.0161812) | input_entry(
    "r", "lognormal", mu=7.71, sigma=1.0056
)
BOREHOLE_RANGES = {"tu": (63070, 115600), "hu": (990, 1110), "tl": (63.1, 116), "hl": (700, 820)}
BOREHOLE_RANGES |= {"length": (1120, 1680), "kw": (9855, 12045)}
for _name, (_low, _high) in BOREHOLE_RANGES.items():
    BOREHOLE_INPUTS |= input_entry(_name, "uniform", low=_low, high=_high)


def test_the_indices_of_the_borehole_function_match_the_published_values_to_two_digits():
    """The reference of OpenTURNS' otbenchmark, from a polynomial chaos."""
    names = ["rw", "r", "tu", "hu", "tl", "hl", "length", "kw"]
    first = dict(zip(names, [0.66, 0, 0, 0.09, 0, 0.09, 0.09, 0.02], strict=True))
    total = dict(zip(names, [0.69, 0, 0, 0.11, 0, 0.11, 0.10, 0.02], strict=True))
    found = run_of(borehole, BOREHOLE_INPUTS).sobol("borehole", scale="raw")
    assert_sobol(found, first, total, tolerance=0.006)
    assert found.attrs["warning"] == ""


def test_the_percentiles_of_the_borehole_function_match_random_draws():
    rng, count = np.random.default_rng(1), 10**6
    drawn = {name: rng.uniform(*ends, count) for name, ends in BOREHOLE_RANGES.items()}
    drawn |= {"rw": rng.normal(0.1, 0.0161812, count), "r": rng.lognormal(7.71, 1.0056, count)}
    levels = np.array([0.05, 0.5, 0.95])
    known = np.quantile(borehole(**drawn), levels)
    run = run_of(borehole, BOREHOLE_INPUTS, draws=2**16)
    density = 1 / (47 * math.sqrt(2 * math.pi))  # that of a normal of about its width
    theirs = np.sqrt(levels * (1 - levels) / count) / (density * np.exp(-(stats.norm.ppf(levels) ** 2) / 2))
    assert_near(run.quantiles(levels).borehole, known, np.hypot(run.mc_error(levels).borehole, theirs), 0.0)


@mcf.node("1")
def river(flow_chance, ks, zv, zm, width, length):
    """Depth of the river; the flow is a Gumbel of mode 1013 and scale 558, given by its probability."""
    flow = 1013 - 558 * np.log(-np.log(flow_chance))
    return (flow / (ks * width * np.sqrt((zm - zv) / length))) ** 0.6


@mcf.node("1")
def flood(river, zv, zb, hd):
    """Height of the river above the dyke."""
    return river + zv - zb - hd


GUMBEL_BELOW_0 = math.exp(-math.exp(1013 / 558))  # the probability of the Gumbel below 0, which is truncated
FLOOD_INPUTS = input_entry("flow_chance", "uniform", low=GUMBEL_BELOW_0, high=1) | input_entry(
    "ks", "normal", mean=30, sd=7.5, low=0
)
FLOOD_INPUTS |= input_entry("zv", "uniform", low=49, high=51) | input_entry("zm", "uniform", low=54, high=56)
FLOOD_INPUTS |= input_entry("hd", "uniform", low=7, high=9) | input_entry(
    "zb", "triangular", low=55, mode=55.5, high=56
)
FLOOD_INPUTS |= input_entry("length", "triangular", low=4990, mode=5000, high=5010)
FLOOD_INPUTS |= input_entry("width", "triangular", low=295, mode=300, high=305)


@pytest.fixture(scope="module")
def flood_run():
    return mcf.run({"targets": ["flood", "river"], "inputs": FLOOD_INPUTS}, model=[river, flood], draws=2**16)


def test_the_indices_of_the_flood_model_match_the_published_values_with_a_warning(flood_run):
    """The reference of OpenTURNS' otbenchmark, from a polynomial chaos. Near ks = 0 the depth is proportional to
    ks^-0.6 and the density is positive, so the mean of its square, as of ks^-1.2, is infinite, though no draw shows
    it."""
    names = ["flow_chance", "ks", "zv", "zm", "hd", "zb", "length", "width"]
    first = dict(zip(names, [0.38, 0.13, 0.25, 0, 0.19, 0.02, 0, 0], strict=True))
    total = dict(zip(names, [0.40, 0.15, 0.25, 0.01, 0.19, 0.02, 0, 0], strict=True))
    found = flood_run.sobol("flood", points=2**14)  # far points decide what fewer show
    assert found.attrs["scale"] == "raw"
    assert_sobol(found, first, total, tolerance=0.01)  # the reference has two digits
    for displayed in (found, flood_run.shapley("flood"), flood_run.sobol("river", scale="raw")):
        assert "may be infinite, lies in draws of ks" in displayed.attrs["warning"]
    (line,) = variance_remarks(flood_run.core)
    assert line.startswith("* Flood: ")


def test_the_log_depth_of_the_flood_model_has_a_finite_variance_and_no_warning(flood_run):
    found = flood_run.sobol("river")
    assert found.attrs["scale"] == "log"
    assert found.attrs["warning"] == ""


def test_the_percentiles_of_the_flood_model_match_random_draws(flood_run):
    rng, count = np.random.default_rng(1), 10**6
    drawn = {
        name: rng.uniform(each["low"], each["high"], count) for name, each in FLOOD_INPUTS.items() if "high" in each
    }
    drawn |= {n: rng.triangular(e["low"], e["mode"], e["high"], count) for n, e in FLOOD_INPUTS.items() if "mode" in e}
    drawn["ks"] = rng.normal(30, 7.5, count)  # below 0 once in 30,000
    levels = [0.05, 0.5, 0.95]
    own = {name: drawn[name] for name in ("flow_chance", "ks", "zv", "zm", "width", "length")}
    own["ks"] = np.where(own["ks"] > 0, own["ks"], 30.0)
    known = np.quantile(flood(river(**own), drawn["zv"], drawn["zb"], drawn["hd"]), levels)
    assert_near(flood_run.quantiles(levels).flood, known, flood_run.mc_error(levels).flood, 0.01)


def test_a_heavy_tail_visible_in_the_draws_has_a_warning():
    @mcf.node("1")
    def heavy(x, y):
        return x * y

    run = run_of(heavy, inputs_of("xy", "lognormal", mu=0, sigma=2))
    assert "the standard error of its variance is" in run.sobol("heavy", scale="raw").attrs["warning"]
    assert run.sobol("heavy").attrs["warning"] == ""


@mcf.node("1")
def pair(x, y):
    """A main effect and an interaction."""
    return x * (1 + y)


UNIT_UNIFORMS = inputs_of("xy", "uniform", low=0, high=1)


def test_an_unused_input_has_shares_of_exactly_0():
    @mcf.node("1")
    def pair_and_idle(x, y, idle):
        return x * (1 + y) + 0 * idle

    run = run_of(pair_and_idle, UNIT_UNIFORMS | input_entry("idle", "uniform", low=1, high=2))
    indices, shares = run.sobol("pair_and_idle").sel(input="idle"), run.shapley("pair_and_idle").sel(input="idle")
    assert [*map(float, (*indices.values(), shares, shares.error))] == [0] * 6


def test_an_unused_input_has_a_share_of_exactly_0_by_random_orders():
    @mcf.node("1")
    def many_and_idle(a, b, c, d, e, f, g, h, i, j, idle):
        return a + b + c + d + e + f + g + h + 2 * i * j + 0 * idle

    inputs = inputs_of("abcdefghij", "normal", mean=0, sd=1) | input_entry("idle", "uniform", low=1, high=2)
    found = run_of(many_and_idle, inputs).shapley("many_and_idle")
    assert_shapley(found, dict.fromkeys("abcdefgh", 1 / 12) | dict.fromkeys("ij", 2 / 12))
    assert found.sel(input="idle") == found.error.sel(input="idle") == 0


def test_the_order_of_the_inputs_changes_indices_within_their_errors_only():
    turned = dict(reversed(ISHIGAMI_INPUTS.items()))
    one, other = (run_of(ishigami, inputs) for inputs in (ISHIGAMI_INPUTS, turned))
    found, known = one.sobol("ishigami"), other.sobol("ishigami")
    for word in ("first", "total"):
        error = np.hypot(found[f"{word}_error"], known[f"{word}_error"])
        assert (np.abs(found[word] - known[word]) <= 4 * error).all()


def test_a_cancelled_input_has_no_share():
    @mcf.node("1")
    def nothing(x, y):
        return x - x

    @mcf.node("1")
    def rest(x, y):
        return x - x + y

    run = mcf.run({"targets": ["nothing", "rest"], "inputs": UNIT_UNIFORMS}, model=[nothing, rest], draws=64)
    for found in (run.sobol("nothing").first, run.sobol("nothing").total, run.shapley("nothing")):
        np.testing.assert_array_equal(found, 0)
    found = run.sobol("rest", scale="raw")
    assert found.total.sel(input="x") == 0
    assert found.first.sel(input="y") == pytest.approx(1, abs=1e-12)


@pytest.mark.parametrize("correlation", [None, {"chip_count ~ server_price": 0.5}], ids=["sobol", "shapley"])
def test_an_input_that_cancels_up_to_rounding_has_a_share_of_0(correlation):
    """The ratio of server to chip price splits the server price only, so the hardware cost does not depend on it."""
    inputs = inputs_of(["chip_count"], "uniform", unit="chip", low=10, high=20)
    inputs |= inputs_of(["server_price"], "uniform", unit="USD/chip", low=2e4, high=5e4)
    inputs |= inputs_of(["server_cost_factor", "interconnect_overhead"], "uniform", unit="1", low=1.2, high=2.1)
    page = {"targets": ["acquisition_cost"], "inputs": inputs, "correlation": correlation or {}}
    found = explained(mcf.run(page, draws=2**10).core)["acquisition_cost"]
    figures = list(found.figures.values())[-1]
    assert dict(zip(found.inputs, figures, strict=True))["server_cost_factor"] == 0
    assert (figures > 0).sum() == 3


@pytest.mark.parametrize("scale", ["log", "raw", None])
def test_a_constant_up_to_rounding_has_indices_of_0(scale):
    @mcf.node("1")
    def three(x, y):
        return 3 * (0.1 * x + y) / (x / 10 + y)

    run = run_of(three, inputs_of("xy", "uniform", low=1, high=2))
    assert np.ptp(run.core.values["three"]) < 1e-14
    for found in (*run.sobol("three", scale=scale).values(), run.shapley("three", scale=scale)):
        np.testing.assert_array_equal(found, 0)
    assert variance_figure(run.core) == []


def test_a_run_without_uncertain_inputs_has_no_shares():
    run = mcf.run({"targets": ["x"], "inputs": input_entry("x", value=3)}, draws=64)
    assert run.sobol("x").sizes["input"] == run.shapley("x").sizes["input"] == 0
    assert run.conditional_tornado("x").sizes["input"] == 0


def test_a_single_input_has_the_whole_variance():
    run = mcf.run({"targets": ["x"], "inputs": input_entry("x", "uniform", low=0, high=1)}, draws=64)
    assert float(run.sobol("x").first[0]) == float(run.shapley("x")[0]) == 1


def test_known_and_pinned_inputs_are_not_listed():
    @mcf.node("1")
    def sum_of(x, y, z):
        return x + y + z

    run = run_of(sum_of, UNIT_UNIFORMS | input_entry("z", value=3), set={"y": 0.5})
    assert run.sobol("sum_of").input.values.tolist() == run.shapley("sum_of").input.values.tolist() == ["x"]


def test_a_discrete_target_has_the_exact_shares():
    """Both x > 1/2 and y > 1/2: S = (1/16) / (3/16) = 1/3 each, ST = 2/3."""

    @mcf.node("1")
    def both(x, y):
        return np.where((x > 0.5) & (y > 0.5), 1.0, 0.0)

    run = run_of(both, UNIT_UNIFORMS)
    assert_sobol(run.sobol("both"), {"x": 1 / 3, "y": 1 / 3}, {"x": 2 / 3, "y": 2 / 3})
    assert_shapley(run.shapley("both"), {"x": 0.5, "y": 0.5})


def test_pairs_with_a_non_finite_draw_are_excluded_and_counted():
    """Negative x is not finite: the remaining draws have x on 0..1 and y on 0..1, half each."""

    @mcf.node("1")
    def rooted(x, y):
        return np.sqrt(x) ** 2 + y

    inputs = input_entry("x", "uniform", low=-1, high=1) | input_entry("y", "uniform", low=0, high=1)
    run = run_of(rooted, inputs)
    found = run.sobol("rooted", scale="raw")
    assert_sobol(found, {"x": 0.5, "y": 0.5}, {"x": 0.5, "y": 0.5})
    assert found.attrs["lost"] == pytest.approx(0.75 * found.attrs["points"], rel=0.05)
    assert_shapley(run.shapley("rooted", scale="raw"), {"x": 0.5, "y": 0.5})


@mcf.node("1", along="chip")
def all_rows(price, other):
    """The sum over chips plus another input."""
    return price.sum(axis=0) + np.reshape(other, (-1, np.shape(other)[-1]))[0]


def rows_run(**words):
    page = {"targets": ["all_rows"], "dimensions": {"chip": ["a", "b"]}}
    page["inputs"] = input_entry("price", "normal", mean=0, sd=1, by="chip", **words)
    page["inputs"] |= input_entry("other", "normal", mean=0, sd=1)
    return mcf.run(page, model=[all_rows], draws=2**10)


def test_a_many_valued_input_counts_as_one_input():
    """Two rows of variance 1 and another input of variance 1: two thirds."""
    shares = {"price": 2 / 3, "other": 1 / 3}
    assert_sobol(rows_run().sobol("all_rows"), shares, shares)
    assert_shapley(rows_run().shapley("all_rows"), shares)


def test_dependent_rows_count_as_one_input():
    """With a correlation of 0.5 of the normal scores, the sum of the rows has a variance of 2 + 2 x 0.5."""
    run = rows_run(autocorrelation=6 / math.pi * math.asin(0.25))
    shares = {"price": 3 / 4, "other": 1 / 4}
    assert_sobol(run.sobol("all_rows"), shares, shares)


def test_a_many_valued_input_correlated_with_another_has_the_exact_shapley_share():
    """Both rows are correlated with the other input by 0.5, but not with each other: a group of three, two of one
    input."""
    page = {"targets": ["all_rows"], "dimensions": {"chip": ["a", "b"]}}
    page["inputs"] = input_entry("price", "normal", mean=0, sd=1, by="chip") | input_entry(
        "other", "normal", mean=0, sd=1
    )
    page["correlation"] = {"price ~ other": 0.5, "kind": "normal"}
    run = mcf.run(page, model=[all_rows], draws=2**10)
    other = (1 + 0.5 + 0.5) ** 2  # Cov(y, other)^2
    rows = 2 * 1.5**2  # sum of Cov(y, row)^2 over rows independent of each other
    whole = 3 + 2 * 2 * 0.5
    known = {"other": (other + whole - rows) / 2 / whole, "price": (rows + whole - other) / 2 / whole}
    assert_shapley(run.shapley("all_rows"), known)


def test_one_row_of_a_target_has_its_own_shares():
    page = {"targets": ["price"], "dimensions": {"chip": ["a", "b"]}}
    page["inputs"] = input_entry("price", "normal", mean=0, sd=1, by="chip")
    found = mcf.run(page, draws=64).sobol("price[b]")
    assert found.input.values.tolist() == ["price"]
    assert float(found.first[0]) == 1


def test_sobol_indices_of_dependent_inputs_are_rejected():
    run = run_of(pair, UNIT_UNIFORMS, correlation={"x ~ y": 0.5})
    with pytest.raises(InputError, match=r"^pair: x and y depend on each other, .* use shapley$"):
        run.sobol("pair")
    (figure,) = variance_figure(run.core)
    assert "Pair: sd" in figure.texts[0].get_text()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"scale": "log"}, 'difference: scale = "log" needs a target whose draws are all above 0'),
        ({"scale": "ln"}, "scale = 'ln': known are log and raw"),
        ({"points": 0}, "points = 0: a whole number above 0"),
        ({"points": 2**40}, "draws = .*: they need"),
    ],
)
def test_an_invalid_request_is_rejected_with_one_line(words, message):
    @mcf.node("1")
    def difference(x, y):
        return x - y

    run = run_of(difference, UNIT_UNIFORMS)
    for ask in (run.sobol, run.shapley):
        with pytest.raises(InputError, match=f"^{message}"):
            ask("difference", **words)
    with pytest.raises(InputError, match="no such quantity"):
        run.sobol("diference")


def test_no_quantity_is_evaluated_twice():
    """Of 2 d + 2 blocks, a node with one input needs two and a node with two inputs needs four."""
    called = {"one": 0, "two": 0}

    @mcf.node("1")
    def one(x):
        called["one"] += np.size(x)
        return x**2

    @mcf.node("1")
    def two(one, y):
        called["two"] += np.size(one)
        return one * y

    @mcf.node("1")
    def three(two, z):
        return two * z

    page = {"targets": ["three"], "inputs": inputs_of("xyz", "uniform", low=1, high=2)}
    run = mcf.run(page, model=[one, two, three], draws=64)
    for requested, blocks in ((run.sobol, {"one": 2, "two": 4}), (run.shapley, {"one": 2, "two": 4})):
        assert tails(run.core)
        called.update(one=0, two=0)
        requested("three", points=128)
        assert called == {name: 128 * count for name, count in blocks.items()}


@pytest.mark.parametrize("correlation", [None, {"c ~ d": 0.5}], ids=["free", "tied"])
def test_the_evaluation_block_size_changes_no_bit(correlation, monkeypatch):
    run = run_of(sum_of_10, inputs_of("abcdefghij", "normal", mean=0, sd=1), correlation=correlation)
    whole = (
        shares(run.core, "sum_of_10", points=2**10),
        shares(run.core, "sum_of_10", points=2**10, design_of=shapley.design),
    )
    monkeypatch.setattr(pick_freeze, "NUMBERS_AT_ONCE", 48)
    parts = (
        shares(run.core, "sum_of_10", points=2**10),
        shares(run.core, "sum_of_10", points=2**10, design_of=shapley.design),
    )
    for one, other in zip(whole, parts, strict=True):
        assert one.inputs == other.inputs
        for name, x in one.figures.items():
            np.testing.assert_array_equal(x, other.figures[name])


def test_a_date_has_the_raw_scale():
    run = mcf.run({"targets": ["x"], "inputs": input_entry("x", "uniform", "AD", low=2020, high=2030)}, draws=64)
    assert run.sobol("x").attrs["scale"] == "raw"


def test_any_number_of_points_can_be_requested():
    run = run_of(pair, UNIT_UNIFORMS, sampler="lhs")
    assert run.sobol("pair", points=100).attrs["points"] == 112
    few, more = (float(run.sobol("pair", points=n).first_error.max()) for n in (2**9, 2**15))
    assert more < few / 2


def test_the_stated_errors_cover_the_truth():
    """Within a t interval with 15 degrees of freedom 95 % of the time: more than 85 % of 240."""
    known = {"x1": (V1, V1 + V13), "x2": (V2, V2), "x3": (0, V13)}
    covered = []
    for seed in range(40):
        found = run_of(ishigami, ISHIGAMI_INPUTS, draws=32, seed=seed).sobol("ishigami", points=2**10)
        for name, figures in known.items():
            for word, figure in zip(("first", "total"), figures, strict=True):
                off = abs(float(found[word].sel(input=name)) - figure / ISHIGAMI_VARIANCE)
                covered.append(off <= stats.t.ppf(0.975, 15) * float(found[f"{word}_error"].sel(input=name)))
    assert np.mean(covered) > 0.85


def test_shares_are_those_of_the_priors_even_with_evidence():
    seen = {"quantity": "pair", "p5": 0.9, "p95": 1.1, "unit": "1", "source": "a test"}
    page = {"targets": ["pair"], "inputs": UNIT_UNIFORMS}
    run = mcf.run(page | {"evidence": {"a": seen}}, model=[pair], draws=2**14)
    assert run.core.before
    assert run.sobol("pair").identical(mcf.run(page, model=[pair], draws=2**14).sobol("pair"))


def test_sobol_and_shapley_shares_agree_on_gpt_4(gpt4):
    """The Shapley share of an input is between its first-order and its total index (Owen 2014)."""
    first = gpt4.sobol("development_cost")
    shares = gpt4.shapley("development_cost").sel(input=first.input)
    assert (shares >= first.first - 4 * (shares.error + first.first_error) - 0.001).all()
    assert (shares <= first.total + 4 * (shares.error + first.total_error) + 0.001).all()
    assert first.attrs["scale"] == "log"


def test_the_figure_of_shares_is_sorted_and_labelled_with_total_indices():
    run = run_of(product, LOGNORMALS, draws=2**14)
    (figure,) = variance_figure(run.core)
    words = [text.get_text() for text in figure.texts]
    assert words[0] == "Product: sd 0.56 orders of magnitude"
    assert [word for word in words if word in LOGNORMAL_ENDS] == ["q", "p", "r"]
    totals = [f"{round(100 * float(total))}%" for total in run.sobol("product").total]
    assert [word for word in words if word in totals and word[-2] != "0"] == totals  # ticks are multiples of ten


def test_rank_regression_of_a_sum_of_normals_matches_the_closed_form():
    """The coefficients are Spearman correlations, 6 / pi asin(r / 2), and R2 is the sum of their squares."""

    @mcf.node("1")
    def weighted(x, y, z):
        return 3 * x + 2 * y - z

    run = run_of(weighted, inputs_of("xyz", "normal", mean=0, sd=1), draws=2**15)
    known = 6 / math.pi * np.arcsin(np.array([3, 2, -1]) / math.sqrt(14) / 2)
    found = run.regression("weighted")
    assert found.input.values.tolist() == ["x", "y", "z"]
    assert_near(found, known, found.error, 0.002)
    assert_near(found.attrs["r2"], (known**2).sum(), found.attrs["r2_error"], 0.002)


def test_rank_regression_is_least_squares_on_scipys_ranks():
    run = run_of(ishigami, ISHIGAMI_INPUTS, draws=2**11)
    x = np.array([stats.rankdata(run.draws[name]) for name in ("x1", "x2", "x3")])
    y = stats.rankdata(run.draws.ishigami)
    x, y = ((each - each.mean(axis=-1, keepdims=True)) / each.std(axis=-1, keepdims=True) for each in (x, y))
    known, left, *_ = np.linalg.lstsq(x.T, y)
    found = run.regression("ishigami")
    np.testing.assert_allclose(found.sel(input=["x1", "x2", "x3"]), known, rtol=1e-9, atol=1e-12)
    assert found.attrs["r2"] == pytest.approx(1 - float(left[0]) / y.size, rel=1e-9)


def test_rank_regression_skips_non_finite_draws_and_rejects_too_few():
    @mcf.node("1")
    def rooted(x, y):
        return np.sqrt(x) + 0 * y

    inputs = input_entry("x", "uniform", low=-1, high=1) | input_entry("y", "uniform", low=0, high=1)
    found = run_of(rooted, inputs, draws=2**12).regression("rooted")
    assert float(found.sel(input="x")) == pytest.approx(1, abs=1e-9)
    assert found.attrs["r2"] == pytest.approx(1, abs=1e-9)
    with pytest.raises(InputError, match=r"regression on 2 inputs: .* 96 or more are needed$"):
        run_of(rooted, inputs, draws=64).regression("rooted")


def test_rank_regression_of_a_constant_is_0():
    @mcf.node("1")
    def three(x, y):
        return 3 + 0 * x * y

    found = run_of(three, UNIT_UNIFORMS).regression("three")
    np.testing.assert_array_equal(found, 0)
    assert found.attrs["r2"] == 0


def test_conditional_means_match_the_tails_of_the_normal():
    """The lowest tenth of a standard normal has the mean -phi(z) / 0.1 and the median z at 5 %; the other input has
    0."""

    @mcf.node("1")
    def weighted(x, y):
        return 2 * x + y

    run = run_of(weighted, inputs_of("xy", "normal", mean=0, sd=1), draws=2**15)
    found = run.conditional_tornado("weighted")
    assert found.input.values.tolist() == ["x", "y"]
    assert found.bin.values[[0, -1]].tolist() == ["p0 to p10", "p90 to p100"]
    tail = stats.norm.pdf(stats.norm.ppf(0.1)) / 0.1
    assert_near(
        found["mean"].isel(bin=[0, -1]),
        [[-2 * tail, 2 * tail], [-tail, tail]],
        found.mean_error.isel(bin=[0, -1]),
        0.01,
    )
    assert_near(found["mean"].mean("bin"), 0, 0, 0.01)
    only = mcf.run({"targets": ["x"], "inputs": input_entry("x", "normal", mean=0, sd=1)}, draws=2**14)
    ends = only.conditional_tornado("x")["median"].isel(bin=[0, -1])
    assert_near(ends, [[-Z95, Z95]], 0, 0.02)
    assert only.conditional_tornado("x", bins=20).bin.values[0] == "p0 to p5"


def test_a_conditional_tornado_and_a_swing_differ_for_a_non_monotone_target():
    """y - (x - 5)^2 with x on 0..10: -20.25 at p5 and p95, and -(4.5^2 + 1/12) on average over the lowest tenth."""

    @mcf.node("1")
    def hill(x, y):
        return y - (x - 5) ** 2

    inputs = input_entry("x", "uniform", low=0, high=10) | input_entry("y", "uniform", low=-1, high=1)
    run = run_of(hill, inputs, draws=2**14)
    assert run.tornado("hill").sel(input="x", end="p5") == pytest.approx(-20.25)
    found = run.conditional_tornado("hill").sel(input="x")
    assert_near(found["mean"].isel(bin=0), -(4.5**2 + 1 / 12), found.mean_error.isel(bin=0), 0.01)
    assert found.attrs["mean"] == pytest.approx(-25 / 3, abs=0.05)
    with pytest.raises(InputError, match="bins = 1: a whole number from 2 to"):
        run.conditional_tornado("hill", bins=1)
    (figure,) = tornado_figure(run.core)
    assert "x" in [text.get_text().rstrip(" *") for text in figure.texts]


def test_a_bin_includes_all_draws_equal_to_its_ends():
    """For an input that is 0 in 70 % of draws and else 1, the lowest tenth is all draws at 0."""
    x = np.repeat([0.0, 1.0], [700, 300])
    y = np.arange(1000.0)
    found = one_at_a_time.bin_statistics(ranks(x), y, 10, (0, 6, 7, 9))
    np.testing.assert_array_equal(found[:, 0], [349.5, 349.5, 849.5, 849.5])
    assert np.isnan(one_at_a_time.bin_statistics(ranks(x), np.full(1000, np.nan), 10, (0,))).all()


def assert_first_order(found, known, tolerance=0.003):
    """Assert that first-order indices from given data match the known ones, by input."""
    assert_near(found.sel(input=list(known)), list(known.values()), found.error.sel(input=list(known)), tolerance)


@pytest.mark.parametrize("sampler", ["sobol", "lhs", "random"])
def test_first_order_indices_of_the_ishigami_function_are_estimated_from_given_draws(sampler):
    found = run_of(ishigami, ISHIGAMI_INPUTS, draws=2**16, sampler=sampler).first_order("ishigami")
    assert_first_order(found, {"x1": V1 / ISHIGAMI_VARIANCE, "x2": V2 / ISHIGAMI_VARIANCE, "x3": 0})
    assert found.input.values.tolist() == ["x2", "x1", "x3"]
    assert found.attrs == {"scale": "raw", "draws": 2**16}
    assert found.error.max() < 0.006


def test_first_order_indices_of_a_sum_and_a_product_match_the_closed_form():
    @mcf.node("1")
    def weighted(x, y, z):
        return 3 * x + 2 * y - z

    run = run_of(weighted, inputs_of("xyz", "normal", mean=0, sd=1), draws=2**16)
    assert_first_order(run.first_order("weighted"), {"x": 9 / 14, "y": 4 / 14, "z": 1 / 14})
    found = run_of(product, LOGNORMALS, draws=2**16).first_order("product")
    assert found.attrs["scale"] == "log"
    assert_first_order(found, dict(zip(LOGNORMAL_ENDS, SIGMAS**2 / (SIGMAS**2).sum(), strict=True)))


def test_first_order_indices_of_correlated_inputs_include_the_correlated_part():
    """x + y with a correlation of 0.5: the mean given x is 1.5 x, with a variance of 2.25 out of 3."""

    @mcf.node("1")
    def both(x, y):
        return x + y

    inputs = inputs_of("xy", "normal", mean=0, sd=1)
    run = run_of(both, inputs, draws=2**15, correlation={"x ~ y": 0.5, "kind": "normal"})
    assert_first_order(run.first_order("both"), {"x": 0.75, "y": 0.75})


def test_first_order_indices_of_a_many_valued_input_are_listed_by_row():
    found = rows_run().first_order("all_rows")
    assert_first_order(found, dict.fromkeys(["price[a]", "price[b]", "other"], 1 / 3), tolerance=0.02)


def test_first_order_indices_from_given_draws_match_pick_freeze_on_gpt_4():
    run = mcf.run("gpt4", targets=["development_cost"], draws=2**15)
    found = run.first_order("development_cost")
    swapped = run.sobol("development_cost").sel(input=found.input)
    assert_near(found, swapped.first, np.hypot(found.error, swapped.first_error), 0.001)


def test_the_stated_errors_of_first_order_indices_cover_the_truth():
    """As for Sobol indices, within a t interval with 15 degrees of freedom: more than 85 % of 120."""
    known = {"x1": V1 / ISHIGAMI_VARIANCE, "x2": V2 / ISHIGAMI_VARIANCE, "x3": 0}
    covered = []
    for seed in range(40):
        found = run_of(ishigami, ISHIGAMI_INPUTS, draws=2**13, seed=seed).first_order("ishigami")
        for name, figure in known.items():
            off = abs(float(found.sel(input=name)) - figure)
            covered.append(off <= stats.t.ppf(0.975, 15) * float(found.error.sel(input=name)))
    assert np.mean(covered) > 0.85


def test_first_order_indices_of_constant_non_finite_or_invalid_targets():
    @mcf.node("1")
    def three(x, y):
        return 3 + 0 * x * y

    @mcf.node("1")
    def rooted(x, y):
        return np.sqrt(x) + 0 * y

    np.testing.assert_array_equal(run_of(three, UNIT_UNIFORMS).first_order("three"), 0)
    inputs = input_entry("x", "uniform", low=-1, high=1) | input_entry("y", "uniform", low=0, high=1)
    assert_first_order(run_of(rooted, inputs, draws=2**14).first_order("rooted"), {"x": 1, "y": 0}, tolerance=0.01)
    with pytest.raises(InputError, match="no such quantity"):
        run_of(three, UNIT_UNIFORMS).first_order("four")
    with pytest.raises(InputError, match=r"^scale = 'ln': known are log and raw"):
        run_of(rooted, inputs).first_order("rooted", scale="ln")


def test_equal_draws_share_a_bin_and_a_binary_input_has_an_exact_index():
    rng = np.random.default_rng(1)
    x = np.repeat([0.0, 1.0], [7000, 9000])
    assert [np.unique(each).size for each in np.split(given_data.bin_of_draws(x, 100), [7000])] == [1, 1]
    y = x + rng.normal(0, 0.5, x.size)
    mixed = rng.permutation(x.size)
    figures, errors = given_data.indices([x[mixed]], y[mixed], "raw")
    assert_near(figures, x.var() / y.var(), errors, 1e-4)
    np.testing.assert_array_equal(given_data.indices([np.full(64, np.nan)], y[:64], "raw"), 0)
    figures, errors = given_data.indices([np.append(x, np.nan)[np.append(mixed, -1)]], np.append(y[mixed], 1e9), "raw")
    assert_near(figures, x.var() / y.var(), errors, 1e-4)
