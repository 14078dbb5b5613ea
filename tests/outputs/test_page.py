"""The page of a run: the same numbers as the engine, foreign text escaped, files of a reader that run."""

import base64
import hashlib
import html
import json
import math
import re

import numpy as np
import pytest
from scipy import special

import mcfrontier as mcf
from mcfrontier import model
from mcfrontier.analysis.estimates.importance import MIN_EFFECTIVE
from mcfrontier.core.errors import InputError
from mcfrontier.core.formatting import amount
from mcfrontier.graph.node import nodes_of
from mcfrontier.outputs.page.data import formulas
from mcfrontier.outputs.page.javascript import Converted, NotConverted
from mcfrontier.outputs.page.page import page_html
from mcfrontier.outputs.page.size import page_draws
from mcfrontier.runs import recipe
from mcfrontier.runs.estimates import estimates
from mcfrontier.runs.load import load
from mcfrontier.study import locate
from tests.conftest import entry
from tests.outputs.page_script import evaluate, needs_node, on_page

DRAWS, LABELS = 200, 5  # of a check of a formula
ONE_ROW = ("base_cost", "base_date", "cost_threshold", "one_dollar", "trend_rate", "growth_rate", "growth_count")
ONE_ROW += ("earlier_compute", "path_start", "compute_threshold", "cost_level")
AS_PUBLISHED = {"fit_maximum", "published_maximum", "published_truth", "fitted_level", "fitted_rate", "past_level"}
LEVELS = (0.05, 0.50, 0.95)
TWO = (
    'title = "Two"\ntargets = ["product", "a"]\n'
    + entry("a", "lognormal", p5=1, p95=3)
    + entry("b", "pert", low=1, mode=2, high=5)
)


@mcf.node("1")
def product(a, b):
    """The product of both."""
    return a * b


# Formulas


def random_arguments(node, rng):
    """Draws of the arguments of a node: positive numbers, along its dimension by rows, but for those that have one."""
    shape = {True: (LABELS, DRAWS), False: (1, DRAWS)} if node.along else dict.fromkeys((True, False), (DRAWS,))
    least = {"growth_count": 3.0}  # runs: with two there is no scatter
    draws = {need: rng.uniform(0.2, 3, shape[need not in ONE_ROW]) + least.get(need, 0.0) for need in node.needs}
    return [np.sort(x, axis=0) for x in draws.values()]


@needs_node
def test_every_node_yields_in_javascript_what_it_yields_in_python():
    rng, converted = np.random.default_rng(1), Converted()
    nodes = {name: node for name, node in nodes_of(model).items() if node.needs and name not in AS_PUBLISHED}
    given = {name: random_arguments(node, rng) for name, node in nodes.items()}
    texts = ",\n".join(f"{name}: {converted.node(node)}" for name, node in nodes.items())
    script = "\n".join([*converted.functions.values(), f"const FORMULAS = {{{texts}}};"])
    call = f"""(() => {{
      const draws = (x) => (Array.isArray(x[0]) ? x.map(draws) : Float64Array.from(x));
      return Object.fromEntries(
        Object.entries(given).map(([name, x]) => [name, vector(FORMULAS[name]({DRAWS}, ...x.map(draws)))]));
    }})()"""
    found = evaluate(call, {name: [x.tolist() for x in own] for name, own in given.items()}, script)
    for name, node in nodes.items():
        with np.errstate(all="ignore"):
            expected = np.ravel(node.function(*given[name])).astype(float)
        assert np.ravel(np.array(found[name], float)) == pytest.approx(expected, rel=1e-12, abs=1e-13, nan_ok=True), (
            name
        )


@needs_node
def test_a_formula_of_a_priors_file_yields_in_javascript_what_it_yields_in_python():
    texts = {
        "x": ("where(a > b, -a^2, minimum(b, 2, exp(a))) + 3k * sqrt(b)", "1"),
        "y": ("(a < b) * log10(a) / 2^-b", "1"),
        "z": ("a <= 2", "share"),
        "w": ("where(z, a, b)", "1"),
    }
    inputs = {name: {"family": "uniform", "low": 1, "high": 4, "unit": "1", "source": "a test"} for name in "ab"}
    made = {name: {"is": text, "unit": unit} for name, (text, unit) in texts.items()}
    study = load({"targets": [*made], "inputs": inputs, "formulas": made})
    scripts, functions, refused = formulas(study)
    assert (functions, refused) == ({}, {})
    a, b = np.random.default_rng(1).uniform(1, 4, (2, 50))
    z = (a <= 2).astype(float)
    needs = {"a": a, "b": b, "z": z}
    own = {name: [needs[need].tolist() for need in study.nodes[name].needs] for name in texts}
    script = f"const FORMULAS = {{{', '.join(f'{name}: {text}' for name, text in scripts.items())}}};"
    call = "Object.fromEntries(Object.entries(given).map(([name, x]) => [name, FORMULAS[name](50, ...x)]))"
    found = evaluate(call, own, script)
    expected = {
        "x": np.where(a > b, -(a**2), np.minimum(np.minimum(b, 2), np.exp(a))) + 3000 * np.sqrt(b),
        "y": (a < b) * np.log10(a) * 2**b,
        "z": z,
        "w": np.where(z > 0, a, b),
    }
    for name in texts:
        assert (
            [*found[name].values()] if isinstance(found[name], dict) else found[name] == pytest.approx(expected[name])
        )


@needs_node
def test_special_functions_are_those_of_scipy():
    p = [1e-12, 1e-5, 0.02, 0.3, 0.5, 0.71, 0.999, 1 - 1e-9]
    z, df = [-8.2, -3.0, -0.4, 0.0, 0.1, 1.7, 5.0], [0.7, 1, 4.5, 39, 250]
    call = "[given.z.map(ndtr), given.p.map(ndtri), given.df.map((df) => given.p.map((p) => stdtrit(df, p)))]"
    below, scores, quantiles = evaluate(call, {"p": p, "z": z, "df": df})
    assert below == pytest.approx(special.ndtr(z), rel=1e-13)
    assert scores == pytest.approx(special.ndtri(p), rel=1e-13, abs=1e-15)
    for own, row in zip(df, quantiles, strict=True):
        assert row == pytest.approx(special.stdtrit(own, p), rel=1e-8, abs=1e-12)
        assert special.stdtr(own, row) == pytest.approx(p, rel=1e-12)


@pytest.mark.parametrize("name", sorted(AS_PUBLISHED))
def test_the_fit_of_the_record_is_not_computed_on_the_page(name):
    with pytest.raises(NotConverted):
        Converted().node(nodes_of(model)[name])


def test_what_is_not_converted_is_refused_by_name():
    @mcf.node("1")
    def cumulated(a):
        """A running sum."""
        return np.cumsum(a)

    @mcf.node("1")
    def looped(a):
        """A loop."""
        for _ in range(2):
            a = a * 2
        return a

    for function, word in ((cumulated, "np.cumsum"), (looped, "for _ in range")):
        with pytest.raises(NotConverted, match=word):
            Converted().node(next(iter(nodes_of([function]).values())))


@needs_node
def test_a_node_that_is_not_converted_is_as_published_and_its_inputs_stay(page):
    @mcf.node("1")
    def ranked(a):
        """Something that the page cannot compute."""
        return np.interp(a, [0, 10], [0, 20])

    @mcf.node("1")
    def whole(ranked, b):
        """A sum."""
        return ranked + b

    page("two", TWO.replace('"product", "a"', '"whole"'))
    run = mcf.run("two", model=[ranked, whole], draws=2**13, method="order").core
    assert list(formulas(run.study)[2]) == ["ranked"]
    values = "new Study(data, FORMULAS).statistics('whole', {}, [0.05, 0.5, 0.95]).values"
    call = f"[[...changeableRows(data).keys()], {values}]"
    rows, values = on_page(run, call)
    assert rows == ["b"]
    assert values[1:] == pytest.approx(estimates(run, "whole", LEVELS)[0][2:], rel=1e-4)


# Numbers

CHANGED = """(() => {
  const changes = {};
  for (const [key, [name, k]] of changeableRows(data)) {
    const input = data.inputs[name], row = input.rows[k];
    if (row.value !== undefined || row.x || input.gaps || Object.keys(changes).length === 3) continue;
    const { to, from } = scaleOf(row.form === "other" ? otherScale(input) : row.t, row.whole || input.range[1] || 1);
    const width = to(row.p95) - to(row.p5);
    changes[key] = { p5: from(to(row.p5) + 0.2 * width), p95: from(to(row.p95) - 0.1 * width) };
  }
  const own = new Study(data, FORMULAS, changes), found = {};
  for (const name of data.targets) for (const at of rowsOf(data, name)) {
    const { values, errors } = own.statistics(name, at, [0.05, 0.5, 0.95]);
    found[rowName(data, name, at)] = [values.slice(1), errors.slice(1)];
  }
  return { changes, found, effective: own.model.effective(), file: priorsFile(data, changes, {}, "own.toml") };
})()"""


def check_against_engine(name, tmp_path, draws):
    """Change three inputs on the page of a study, and run the saved file: percentiles of all targets agree."""
    study = load(name)
    run = recipe.run(study, draws=None if study.evidence else draws)  # the page has the first draws of any run
    made = on_page(run, CHANGED)
    if made["effective"] < MIN_EFFECTIVE:
        pytest.skip("the evidence leaves too few draws, and the page says so")
    (tmp_path / "own.toml").write_text(made["file"], encoding="utf-8")
    study = load(str(tmp_path / "own.toml"))
    done = recipe.run(study, draws=None if study.evidence else page_draws(run), method="order")
    for row, figures in made["found"].items():
        values, errors = (x[2:] for x in estimates(done, row, LEVELS))
        own, own_errors = np.array(figures, float)
        if study.evidence:  # the engine resamples, the page weighs
            assert (np.abs(own - values) <= 4.5 * np.hypot(errors, own_errors)).all(), row
        else:
            size = np.maximum(np.abs(values), values[2] - values[0])
            if values[0] > 0:  # over many orders of magnitude, a percentile moves by as much more
                size = size * max(1, np.log(values[2] / values[0]))
            assert (np.abs(own - values) <= 1e-4 * size + 1e-300).all(), row


@needs_node
@pytest.mark.parametrize("name", ["gpt4", "gpt4-dependent", "deepseek-v3-given"])
def test_three_changed_inputs_give_the_percentiles_of_the_saved_priors_file(name, tmp_path):
    check_against_engine(name, tmp_path, 2**13)


@needs_node
@pytest.mark.slow
@pytest.mark.parametrize("name", sorted(locate.runnable()))
def test_every_study_agrees_with_the_saved_priors_file(name, tmp_path):
    check_against_engine(name, tmp_path, 2**10)  # the same draws on both sides, however few


@needs_node
@pytest.mark.parametrize("name", ["gpt4", "llama31-405b", "palm"])
def test_the_figures_of_the_page_are_within_three_monte_carlo_errors_of_a_run_with_its_own_settings(name, tmp_path):
    made = on_page(recipe.run(load(name)), CHANGED)
    (tmp_path / "own.toml").write_text(made["file"], encoding="utf-8")
    done = recipe.run(load(str(tmp_path / "own.toml")))
    for row, figures in made["found"].items():
        values, errors = (x[2:] for x in estimates(done, row, LEVELS))
        own, own_errors = np.array(figures, float)
        assert (np.abs(own - values) <= 3 * np.hypot(errors, own_errors) + 1e-12 * np.abs(values)).all(), row


@needs_node
def test_the_tornado_is_that_of_the_engine():
    run = recipe.run(load("gpt4"), draws=2**13)
    found = on_page(run, "new Study(data, FORMULAS).swings('amortised_cost', {})")
    from mcfrontier.runs.sensitivity import swing

    expected = swing(run, "amortised_cost")
    assert found["base"] == pytest.approx(expected.base, rel=1e-12)
    assert [bar["input"] for bar in found["bars"]] == expected.inputs
    assert [(bar["low"], bar["high"]) for bar in found["bars"]] == [
        pytest.approx(ends, rel=1e-9) for ends in expected.ends
    ]


@needs_node
def test_shares_of_variance_are_the_first_order_indices_of_the_engine():
    from mcfrontier.runs.sensitivity import first_order

    run = recipe.run(load("gpt4"), draws=2**15)
    found = on_page(run, "firstOrder(new Study(data, FORMULAS), 'amortised_cost', {})")
    expected = first_order(run, "amortised_cost", None)
    assert found["log"] == (expected.attrs["scale"] == "log")
    own = {each["input"]: each["share"] for each in found["shares"]}
    for name, share in zip(expected.input.values.tolist(), expected.values.tolist(), strict=True):
        assert own[name] == pytest.approx(share, abs=0.015), name


@needs_node
def test_a_family_that_would_leave_its_range_becomes_a_lognormal_one(page, tmp_path):
    page("two", TWO)
    run = mcf.run("two", model=[product], draws=2**12).core
    call = """(() => {
      const own = new Study(data, FORMULAS, more);
      return [own.statistics("product", {}, [0.05, 0.95]).values, own.beliefOf("b", 0).other];
    })()"""
    (_, low, high), other = on_page(run, call, {"b": {"p5": 0.1, "p95": 30}, "a": {"value": 1}})
    assert other == "log"
    assert (low, high) == pytest.approx((0.1, 30), rel=0.02)


@needs_node
def test_conditions_leave_the_draws_that_meet_them(page):
    page("two", TWO.replace('title = "Two"', 'title = "Two"\ngiven.that = ["product < 5 * a", "b > 2"]'))
    run = mcf.run("two", model=[product], draws=2**13, method="order").core
    found = on_page(run, "new Study(data, FORMULAS).statistics('product', {}, [0.05, 0.5, 0.95])")
    values, errors = (x[2:] for x in estimates(run, "product", LEVELS))
    assert found["values"][1:] == pytest.approx(values, rel=1e-4)
    assert found["errors"][1:] == pytest.approx(errors, rel=0.3)


FORMULAS = (
    'title = "Formulas"\ntargets = ["total", "part", "twice", "late"]\ndimensions.chip = ["old", "new"]\n'
    + entry("price", "lognormal", by='"chip"', p5=[9e3, 2e4], p95=[15e3, 4e4])
    + entry("factor", "uniform", low=1, high=2)
    + '[formulas.total]\nis = "sum(price, along=chip) + max(price, along=chip)"\nunit = "1"\n'
    + '[formulas.part]\nis = "price / mean(price, along=chip)"\nunit = "1"\n'
    + '[formulas.twice]\nis = "where(factor > 1.5, 2, 1) * price"\nunit = "1"\n'
    + '[formulas.late]\nis = "price > 25k"\nunit = "share"\n'
)


@needs_node
def test_formulas_of_a_priors_file_are_computed_on_the_page(page):
    page("formulas", FORMULAS)
    run = mcf.run("formulas", draws=2**13, method="order").core
    rows = ["total", "part[old]", "part[new]", "twice[new]", "late[new]"]
    call = (
        """more.map(([name, k]) => new Study(data, FORMULAS).statistics(name, { chip: k }, [0.05, 0.5, 0.95]).values)"""
    )
    found = on_page(run, call, [(row.partition("[")[0], int("new" in row)) for row in rows])
    for row, (mean, *values) in zip(rows, found, strict=True):
        expected = estimates(run, row, LEVELS)[0]
        assert values == pytest.approx(expected[2:], rel=1e-4), row
        assert mean == pytest.approx(expected[0], rel=1e-3), row
    assert formulas(run.study)[2] == {}


@needs_node
@pytest.mark.parametrize(("lower", "openness"), [(5e6, (True, True)), (1e5, (False, True))])
def test_a_forecast_is_that_of_the_export(lower, openness, tmp_path):
    from mcfrontier.outputs.exports.metaculus import metaculus
    from mcfrontier.outputs.folder.saved import read_folder
    from mcfrontier.outputs.folder.write import write

    run = recipe.run(load("gpt4", targets=["amortised_cost"]), draws=2**13, method="order")
    write(run, tmp_path, report=False)
    bounds = dict(zip(("open_lower", "open_upper"), openness, strict=True))
    text = metaculus(read_folder(tmp_path), ["amortised_cost"], f"{lower}", "2e8", **bounds, zero_point="0")
    question = {"lower": lower, "upper": 2e8, "zero": 0, "openLower": openness[0], "openUpper": openness[1]}
    call = """(() => {
      const study = new Study(data, FORMULAS);
      return forecast("x", data.quantities.amortised_cost, study.draws("amortised_cost"), null, more);
    })()"""
    found = json.loads(on_page(run, call, question))["continuous_cdf"]
    assert found == pytest.approx(json.loads(text)["continuous_cdf"], abs=2 / 2**13)
    steps = np.diff(found)
    assert (steps >= 0.01 / 200 - 1e-9).all()
    assert (steps <= 0.2 + 1e-9).all()


STATED = {
    "uniform": {"low": -2, "high": 3},
    "loguniform": {"low": 2, "high": 300},
    "normal": {"p5": -1, "p95": 4},
    "normal_cut": {"p5": -1, "p95": 4, "low": 0},
    "lognormal": {"p5": 2, "p95": 70, "times": 1e6},
    "lognormal_cut": {"p10": 2, "p90": 70, "low": 1, "high": 90},
    "triangular": {"low": 1, "mode": 2, "high": 9},
    "pert": {"low": 1, "mode": 2, "high": 9, "times": 10},
    "beta": {"p5": 2, "p95": 30, "unit": "%"},
    "logitnormal": {"p5": 20, "p95": 90, "unit": "%"},
    "logitnormal_cut": {"p5": 0.1, "p95": 0.9, "high": 0.8, "times": 5},
    "student-t": {"df": 3, "mean": 2, "scale": 5},
    "gamma": {"mean": 5, "sd": 4},
    "skew-normal": {"p5": 1, "p50": 3, "p95": 6},
    "metalog": {"p10": 150, "p50": 200, "p90": 320},
    "discrete": {"values": [1, 2, 7], "weights": [5, 3, 2]},
    "empirical": {"values": [1, 1.5, 2, 4, 9, 11]},
}


@needs_node
def test_the_command_of_a_saved_file_keeps_the_settings_of_the_run_and_pins_that_are_not_changed():
    run = recipe.run(load("gpt4", set={"gpu_price": 20_000, "tdp": "0.5 kW/chip"}), draws=2**10, seed=3)
    found = on_page(run, "[runCommand(data, {}, 'x.toml'), runCommand(data, { gpu_price: { value: 1 } }, 'x.toml')]")
    head = "python -m mcfrontier run x.toml --draws 1024 --method order --seed 3"
    assert found == [f"{head} --set gpu_price=20000 --set 'tdp=0.5 kW/chip'", f"{head} --set 'tdp=0.5 kW/chip'"]


@needs_node
def test_every_family_is_drawn_and_changed_as_by_the_engine(page, tmp_path):
    names = {key: key.replace("-", "_") for key in STATED}
    entries = [entry(names[key], key.removesuffix("_cut"), **stated) for key, stated in STATED.items()]
    page("families", "\n".join([f'title = "Families"\ntargets = {[*names.values()]}'.replace("'", '"'), *entries]))
    run = recipe.run(load("families"), draws=2**13, method="order")
    made = on_page(run, CHANGED.replace("row.x ||", "").replace("=== 3", "=== 99"))
    before = on_page(run, CHANGED.replace("=== 3", "=== 0"))["found"]
    (tmp_path / "own.toml").write_text(made["file"], encoding="utf-8")
    done = recipe.run(load(str(tmp_path / "own.toml")), draws=2**13, method="order")
    for found, other in ((before, run), (made["found"], done)):
        for name in names.values():
            expected = estimates(other, name, LEVELS)[0][2:]
            size = max(abs(expected[0]), abs(expected[2]))
            assert found[name][0] == pytest.approx(expected, abs=1e-4 * size), name


# Text

UNITS = (
    "USD",
    "USD/chip",
    "USD/kWh",
    "share",
    "%",
    "AD",
    "chip*h",
    "chip",
    "FLOP",
    "MWh",
    "kW",
    "TFLOP/s/chip",
    "1",
    "1/year",
    "day",
)


@needs_node
def test_amounts_are_written_as_in_the_report():
    from mcfrontier.core.kinds import kind_of

    rng = np.random.default_rng(2)
    cases = [
        (float(x), unit, float(e))
        for unit in UNITS
        for x, e in zip(10 ** rng.uniform(-6, 14, 25), rng.choice([0, 0.001, 0.05, 0.4], 25), strict=True)
    ]
    given = [[x, {"unit": unit, "kind": kind_of(unit).name}, e * x] for x, unit, e in cases]
    assert evaluate("given.map((each) => amount(...each))", given) == [amount(x, unit, e * x) for x, unit, e in cases]


BELIEFS = {
    ("9k..20k USD/chip", "USD/chip"): {"p5": 9000, "p95": 20000},
    ("9k..20k", "USD/chip"): {"p5": 9000, "p95": 20000},
    ("$1.5M..2.5M", "USD"): {"p5": 1.5e6, "p95": 2.5e6},
    ("70..95%", "share"): {"p5": 0.7, "p95": 0.95},
    ("0.7 to 0.95", "share"): {"p5": 0.7, "p95": 0.95},
    ("15_000", "USD/chip"): {"value": 15000},
    ("2e25 FLOP", "FLOP"): {"value": 2e25},
    ("1.8T token", "token"): {"value": 1.8e12},
    ("20k..9k", "USD/chip"): "the first number is p5",
    ("0..0.5", "share"): "outside of its range",
    ("9k EUR", "USD/chip"): "is not the unit of it",
    ("cheap", "USD/chip"): "is not a number",
    ("1..2..3", "USD/chip"): "LOW..HIGH",
}


@needs_node
def test_a_typed_belief_is_read_as_in_a_priors_file():
    ranges = {"share": [0, 1]}
    given = [{"text": text, "unit": unit, "range": ranges.get(unit, [0, None])} for text, unit in BELIEFS]
    call = """given.map((each) => {
      try { return beliefOf(each.text, each, each.range); } catch (problem) { return problem.message; }
    })"""
    for found, belief in zip(evaluate(call, given), BELIEFS.values(), strict=True):
        if isinstance(belief, str):
            assert belief in found
        else:
            assert found == pytest.approx(belief)


@needs_node
def test_a_link_holds_what_is_changed_and_one_of_other_priors_says_so(page):
    page("two", TWO)
    run = mcf.run("two", model=[product], draws=2**12).core
    call = """(() => {
      const text = fragmentOf(data, more, "product");
      const others = [text, text.replace(/priors=..../, "priors=0000"), "#b=5..2&c=1"];
      return [text, ...others.map((each) => readFragment(data, each))];
    })()"""
    text, same, other, wrong = on_page(run, call, {"a": {"p5": 2, "p95": 4}, "b": {"value": 3}})
    assert text.startswith("#a=2..4&b=3&study=two&priors=")
    assert (same["changes"], same["other"]) == ({"a": {"p5": 2, "p95": 4}, "b": {"value": 3}}, "")
    assert "other priors" in other["other"]
    assert len(wrong["problems"]) == 2


# The file


def test_foreign_text_is_escaped_and_the_policy_allows_this_script_alone(page):
    page(
        "two",
        TWO.replace('"Two"', '"</script><b>\\"\\u202e"').replace("[inputs.a]", '[inputs.a]\nnote = "</script><i>"'),
    )
    text = page_html(mcf.run("two", model=[product], draws=2**12).core)
    assert text.count("<script") == text.count("</script>") == 2
    assert "\u202e" not in text
    assert "<b>" not in text
    assert html.escape('</script><b>"\\u202e') in text
    policy = html.unescape(re.search(r'Content-Security-Policy" content="([^"]*)"', text)[1])
    for kind in ("script", "style"):
        content = re.search(rf"<{kind}>(.*?)</{kind}>", text, re.DOTALL)[1]
        made = base64.b64encode(hashlib.sha256(content.encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{made}'" in policy
    assert policy.startswith("default-src 'none'")
    assert not re.search(
        r"https?://(?!www\.w3\.org/2000/svg)", re.search(r"<script>(.*?)</script>", text, re.DOTALL)[1]
    )


def test_the_page_of_gpt4_is_small_and_always_the_same():
    run = recipe.run(load("gpt4"), draws=2**14)
    text = page_html(run)
    assert len(text.encode()) < 600 * 1024
    assert text == page_html(recipe.run(load("gpt4"), draws=2**14))
    data = json.loads(re.search(r'id="data">(.*?)</script>', text, re.DOTALL)[1])
    assert data["draws"] == 2**13
    found = data["published"]["amortised_cost"]["p50"]
    assert math.isclose(found[0], estimates(run, "amortised_cost", [0.5])[0][2])


def test_a_run_writes_the_page_and_verify_checks_it(page, command, tmp_path):
    page("two", TWO.replace("product", "b"))
    command("run", "two", "--draws", 256, "--quiet")
    folder = tmp_path / "reports/two"
    text = (folder / "report.html").read_text(encoding="utf-8")
    assert "report.html" in json.loads((folder / "manifest.json").read_text())["files"]
    assert "report.html" in command("verify", folder).out
    assert command("page", folder, "--out", "again.html").out == "again.html\n"
    assert (tmp_path / "again.html").read_text(encoding="utf-8") == text
    refused = command("page", folder, "--out", folder / "report.html")
    assert (refused.code, "a file of the run itself" in refused.err) == (2, True)
    (folder / "report.html").write_text(text + " ")
    assert "report.html was edited or damaged" in command("verify", folder).out
    command("run", "two", "--draws", 256, "--quiet", "--no-page")
    assert {"report.pdf"} == {path.name for path in folder.glob("report.*")}
    command("run", "two", "--draws", 256, "--quiet", "--no-report")
    assert not list(folder.glob("report.*"))


def test_a_study_with_too_many_uncertain_rows_has_no_page(page, command):
    labels = ", ".join(f'"{k}"' for k in range(2100))
    page(
        "many",
        f'title = "Many"\ntargets = ["a"]\n[dimensions]\nd = [{labels}]\n'
        + entry("a", "uniform", low=1, high=3, by='"d"'),
    )
    done = command("run", "many", "--draws", 64, "--quiet", "--no-report")
    assert (done.code, done.err) == (0, "")
    refused = command("page", "many")
    assert (refused.code, "2,100 rows of inputs are uncertain" in refused.err) == (2, True)
    with pytest.raises(InputError, match="at most 2,048"):
        page_html(recipe.run(load("many"), draws=64))
