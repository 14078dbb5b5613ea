"""Squiggle exports are parsed into scipy distributions; squigglepy exports are run. Both reproduce the marginals of the
draws within the stated distance."""

import re

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier.outputs.exports.fits import nearest, ordered
from mcfrontier.outputs.exports.kinds import KINDS
from mcfrontier.outputs.exports.squiggle import SQUIGGLE, SQUIGGLEPY, identifiers
from mcfrontier.outputs.folder.saved import read_folder
from tests.conftest import input_entry

Z = special.ndtri(0.95)
ROWS = ("cloud_cost", "acquisition_cost", "goodput", "gpu_price", "hardware_age", "staff_count", "creation_time")
SCORES = stats.norm.ppf((np.arange(2**13) + 0.5) / 2**13)  # equal-probability points


@pytest.fixture
def text(command, folder):
    """Export rows as text: text("squiggle", "cloud_cost", ...)."""

    def call(form, *rows, where=folder):
        result = command("export", where, "--to", form, *(word for row in rows for word in ("--target", row)))
        assert (result.code, result.err) == (0, "")
        return result.out

    return call


class Made:
    """The distribution of a Squiggle expression, by its CDF (right-continuous)."""

    def __init__(self, cdf):
        self.cdf = cdf


def normal(p5, p95):
    return stats.norm((p5 + p95) / 2, (p95 - p5) / (2 * Z))


def lognormal(p5, p95):
    logs = normal(np.log(p5), np.log(p95))
    return stats.lognorm(logs.std(), scale=np.exp(logs.mean()))


NUMBER = r"-?\d+(?:\.\d+)?(?:e-?\d+)?"
FORMS = {
    rf"lognormal\(\{{p5: ({NUMBER}), p95: ({NUMBER})\}}\)": lognormal,
    rf"normal\(\{{p5: ({NUMBER}), p95: ({NUMBER})\}}\)": normal,
    rf"beta\(({NUMBER}), ({NUMBER})\)": stats.beta,
    rf"gamma\(({NUMBER}), ({NUMBER})\)": lambda shape, scale: stats.gamma(shape, scale=scale),
    rf"uniform\(({NUMBER}), ({NUMBER})\)": lambda low, high: stats.uniform(low, high - low),
    rf"triangular\(({NUMBER}), ({NUMBER}), ({NUMBER})\)": lambda low, mode, high: stats.triang(
        (mode - low) / (high - low), low, high - low
    ),
    rf"({NUMBER}) \+ ({NUMBER}) \* beta\(({NUMBER}), ({NUMBER})\)": lambda low, width, a, b: stats.beta(
        a, b, low, width
    ),
    rf"({NUMBER})": lambda value: Made(lambda x: (np.asarray(x) >= value) * 1.0),
}


def parsed(expression):
    """Parse a Squiggle expression of the exported subset."""
    for form, make in FORMS.items():
        if match := re.fullmatch(form, expression):
            return make(*map(float, match.groups()))
    if match := re.fullmatch(r"SampleSet\.fromList\(\[\n([-+.e\d,\s]+)\n\]\)", expression):
        values = np.sort(np.array(match[1].split(","), float))
        return Made(lambda x: np.searchsorted(values, x, side="right") / values.size)
    match = re.fullmatch(r"mixture\(\[\n(.+)\n\], \[([^]]+)\]\)", expression, re.DOTALL)
    assert match, expression
    parts = [parsed(line.strip().removesuffix(",")) for line in match[1].splitlines()]
    weights = np.array(match[2].split(","), float)
    assert len(parts) == len(weights)
    return Made(lambda x: sum(w * part.cdf(x) for w, part in zip(weights / weights.sum(), parts, strict=True)))


def read(source, comment):
    """Parse an export: {name: (comment, expression)}."""
    found, displayed = {}, ""
    unfolded = re.sub(rf"(?<!\n)\n{comment} ", " ", source)
    for block in re.split(r"\n(?=//|#|[a-z]\w* = )", unfolded):
        if block.startswith(comment):
            displayed = block
        elif match := re.fullmatch(r"([a-z]\w*) = (.+)", block.strip(), re.DOTALL):
            found[match[1]] = (displayed, match[2])
    return found


def stated(message):
    """The CDF distance stated in a comment; 0 for a known quantity."""
    match = re.search(r"CDF within ([\d.]+)%", message)
    return float(match[1]) / 100 if match else 0.0


def passing(message):
    """The allowed distance: 1 %, or twice the stated Monte Carlo error if larger."""
    match = re.search(r"Monte Carlo error ([\d.]+)%", message)
    return max(0.01, 2 * (float(match[1]) + 0.05) / 100 if match else 0.0)  # the error is rounded to 0.1


def distance(cdf, x):
    """The largest difference between a CDF and that of draws, at and just below the draws."""
    values, first, counts = np.unique(x, return_index=True, return_counts=True)
    upto = (first + counts) / x.size
    return max(np.abs(cdf(values) - upto).max(), np.abs(cdf(np.nextafter(values, -np.inf)) - first / x.size).max())


def test_squiggle_marginals_are_within_the_stated_distance(text, folder):
    found, run = read(text("squiggle", *ROWS), "//"), read_folder(folder)
    assert tuple(found) == ROWS
    for name, (displayed, expression) in found.items():
        x = np.sort(run.samples(name))
        cut = (
            0.001 if "values" in displayed else 0.0
        )  # one that is cut to some digits may fall on the other side of its draw
        assert distance(parsed(expression).cdf, x) == pytest.approx(stated(displayed), abs=6e-5 + cut)
        assert stated(displayed) <= passing(displayed)


def test_squigglepy_marginals_match_the_draws(text, folder):
    import squigglepy as sq

    space, run = {}, read_folder(folder)
    source = text("squigglepy", *ROWS)
    exec(source, space)
    sq.set_seed(1)
    for name, (found, _) in read(source, "#").items():
        drawn, x = np.asarray(sq.sample(space[name], n=3000)), np.sort(run.samples(name))
        for level in (0.05, 0.25, 0.5, 0.75, 0.95):
            at = np.quantile(x, level)
            upto, before = (drawn <= at * (1 + 1e-4)).mean(), (drawn < at * (1 - 1e-4)).mean()
            slack = stated(found) + 4 * np.sqrt(level * (1 - level) / 3000) + 1e-3
            assert before - slack <= level <= upto + slack, (name, level)


def test_the_weights_of_a_mixture_sum_to_1(text):
    """Otherwise squigglepy occasionally finds no part for a sample."""
    run = text("squigglepy", "amortised_hardware_share", *ROWS)
    found = [[float(x) for x in each.split(",")] for each in re.findall(r"weights=\[([^]]+)\]", run)]
    assert found
    assert all(abs(sum(weights) - 1) < 1e-15 for weights in found)


@pytest.mark.parametrize(
    ("kind", "truth"),
    [
        ("lognormal", stats.lognorm(0.8, scale=3e25)),
        ("normal", stats.norm(2026.5, 0.4)),
        ("beta", stats.beta(2, 9)),
        ("gamma", stats.gamma(1.5, scale=20)),
        ("uniform", stats.uniform(-3, 8)),
        ("triangular", stats.triang(0.2, 100, 30)),
        ("pert", stats.beta(1.8, 4.2, 5, 10)),
        ("student-t", stats.t(2.5, -4, 3)),
        ("mixture of two normals", Made(None)),
        ("values", stats.randint(0, 5)),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_a_distribution_is_recognised_from_its_draws(kind, truth):
    if isinstance(truth, Made):
        x = np.concatenate([-10 + 3 * SCORES[::4], *(10 + SCORES[i::4] for i in (1, 2, 3))])
    else:
        x = truth.ppf(stats.norm.cdf(SCORES))
    fit = nearest(ordered(x), KINDS)
    assert fit.kind == kind
    assert fit.distance < 0.002
    assert np.abs(fit.misses).max() < 0.005
    if kind == "normal":
        np.testing.assert_allclose(fit.parameters, truth.ppf([0.05, 0.95]), atol=0.001)
    if kind == "gamma":
        np.testing.assert_allclose(fit.parameters, (1.5, 20), rtol=1e-3)


EXTREMES = st.one_of(
    st.lists(st.floats(-1e300, 1e300), min_size=2, max_size=50),
    st.lists(st.floats(0, 1e-300) | st.floats(1e299, 1e300), min_size=2, max_size=50),
    st.lists(st.integers(0, 2), min_size=2, max_size=50),
    st.builds(lambda x: [*[1.0] * 90, x], st.floats(-1e9, 1e9)),
)


@settings(max_examples=20)
@given(EXTREMES)
def test_any_draws_have_a_close_approximation(x):
    x = np.array(x * 16, float)
    ready = ordered(x)
    fit = nearest(ready, KINDS)
    assert fit.distance <= (0.0011 if fit.kind == "values" else max(0.01, 2 * ready.error))


def test_draws_without_a_fitted_distribution_are_exported_as_values(text, folder):
    """Some draws of this quantity are exactly 1."""
    x = read_folder(folder).samples("creation_time")
    _, expression = read(text("squiggle", "creation_time"), "//")["creation_time"]
    values = np.array(re.search(r"\[\n(.+)\n\]", expression, re.DOTALL)[1].split(","), float)
    assert values.size == 1000
    assert (values == 1).mean() == pytest.approx((x == 1).mean(), abs=0.001)
    assert abs(np.corrcoef(values, np.arange(1000))[0, 1]) < 0.15  # the exported values are not sorted


def test_names_are_valid_in_both_languages_and_unique():
    rows = ["price[A100]", "price[A100 ]", "lambda", "if", "MFU", "x[ä, 2]", "2fast", "sq", "beta", "mixture"]
    names = identifiers(rows, SQUIGGLEPY)
    assert names["price[A100]"] == "price_A100"
    assert names["MFU"] == "mFU"
    assert len({*names.values()}) == len(rows)
    assert all(name.isidentifier() and name not in SQUIGGLEPY.reserved for name in names.values())
    for name in identifiers(rows, SQUIGGLE).values():
        assert re.fullmatch(r"[a-z_][A-Za-z0-9_]*", name)
        assert name not in SQUIGGLE.reserved


def test_a_quantity_requested_twice_is_exported_once(text):
    assert text("squiggle", "energy", "energy") == text("squiggle", "energy")


def test_the_header_states_the_provenance_and_the_lost_dependence(command, text, tmp_path):
    mcf.run("gpt4", draws=256, seed=3, set={"mfu": 0.4}).write(tmp_path, report=False)
    for form, comment in (("squiggle", "//"), ("squigglepy", "#")):
        first, second, *_ = text(form, "mfu", "energy", where=tmp_path).splitlines()
        version = f"mcfrontier {mcf.__version__}, mfu set to 0.4."
        assert first == f"{comment} gpt4: 256 draws, sampler sobol, seed 3, {version}"
        assert "is lost: do not add" in second


def test_few_draws_are_matched_within_their_monte_carlo_error(text, tmp_path):
    mcf.run("gpt4", draws=64, seed=3).write(tmp_path, report=False)
    found, expression = read(text("squiggle", "energy", where=tmp_path), "//")["energy"]
    assert "lognormal" in expression
    assert 0.01 < stated(found) <= passing(found)


def test_non_finite_draws_are_reported(text, tmp_path):
    inputs = input_entry("x", "normal", mean=0.0, sd=1.0) | input_entry("y", "value", value=3.0)
    mcf.run({"title": "t", "targets": ["x", "y"], "inputs": inputs}, draws=256).write(tmp_path, report=False)
    whole = read_folder(tmp_path)
    whole.samples("x")
    whole.loaded["x"] = whole.loaded["x"].copy()
    whole.loaded["x"][:16] = np.nan
    from mcfrontier.outputs.exports.squiggle import squiggle

    assert "x (16 draws are not finite and left out): " in squiggle(whole, ["x"])
    whole.loaded["x"][:] = np.nan
    assert squiggle(whole, ["x", "y"]).endswith("// x: no draw of it is a number\n\n// y: known\ny = 3\n")


def test_the_export_is_reproducible(text):
    assert text("squiggle", *ROWS) == text("squiggle", *ROWS)


def test_an_unknown_quantity_is_rejected_with_one_line(command, folder):
    result = command("export", folder, "--to", "squiggle", "--target", "enregy")
    assert (result.code, result.out) == (2, "")
    assert "did you mean 'energy'?" in result.err
    assert "--to squigle: unknown format; did you mean 'squiggle'?" in command("export", folder, "--to", "squigle").err
