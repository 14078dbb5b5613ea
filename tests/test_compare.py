"""Studies compared: closed forms, and the same worked out another way."""

import json
from itertools import permutations
from math import erf, exp, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

import mcfrontier as mcf
from mcfrontier.errors import InputError
from mcfrontier.outputs.comparison import comparison_json
from tests.conftest import believed, entry

DRAWS = 2**12


@mcf.node("1")
def product(a, b, c):
    """Of three."""
    return a * b * c


@mcf.node("1")
def total(a, b, c):
    """Of three."""
    return a + b + c


@mcf.node("1")
def mixed(a, b, c):
    """Neither a sum nor a product."""
    return a * b + c


MODEL = [product, total, mixed]


def page(target, *entries, **words):
    return {"targets": [target], "inputs": {name: one for each in entries for name, one in each.items()}, **words}


def lognormal(name, p5, p95):
    return believed(name, "lognormal", p5=p5, p95=p95)


def normal(name, mean, sd):
    return believed(name, "normal", mean=mean, sd=sd)


def known(name, value):
    return believed(name, value=value)


def compare(*pages, model=MODEL, draws=DRAWS, **words):
    return mcf.compare(*pages, model=model, draws=draws, **words)


ONE = (lognormal("a", 1, 4), lognormal("b", 2, 3), lognormal("c", 10, 90))
OTHER = (lognormal("a", 3, 6), lognormal("b", 2, 18), lognormal("c", 10, 90))


def test_a_study_compared_with_itself_is_the_same():
    found = mcf.compare("gpt4", "gpt4", draws=DRAWS)
    assert (found.difference.to_array() == 0).all()
    assert (found.ratio.sel(figure="value").to_array() == 1).all()
    assert (found.first_above.to_array() == 0).all()
    assert found.pairs[0].differing == {}
    assert found.names == ("gpt4", "gpt4 (2)")


def test_figures_are_those_of_the_draws_of_two_runs_side_by_side():
    one, other = (mcf.run(name, draws=DRAWS, seed=3).draws.energy for name in ("gpt4", "llama31-405b"))
    found = mcf.compare("gpt4", "llama31-405b", targets=["energy"], draws=DRAWS, seed=3)
    levels = [0.05, 0.5, 0.95]
    told = {"difference": other - one, "ratio": other / one}
    for word, draws in told.items():
        shown = getattr(found, word).energy.sel(figure="value", other="llama31-405b")
        np.testing.assert_allclose(shown, np.quantile(draws, levels), rtol=1e-12)
    assert found.first_above.energy.sel(figure="value").item() == float((one > other).mean())


def test_the_error_is_that_of_pairs():
    """A factor that is fixed on both sides leaves a ratio without error, however wide the two are."""
    one = page("product", *ONE[:2], known("c", 2))
    other = page("product", *ONE[:2], known("c", 3))
    found = compare(one, other)
    ratio = found.ratio["product"].isel(other=0)
    np.testing.assert_allclose(ratio.sel(figure="value"), 1.5, rtol=1e-14)
    assert (ratio.sel(figure="mc_error") < 1e-14).all()
    fall = found.waterfall("product")
    assert list(fall.input.values) == ["c"]
    assert fall.factor.item() == pytest.approx(1.5, rel=1e-13)


def test_factors_of_a_product_of_lognormals_are_the_ratios_of_the_medians():
    fall = compare(page("product", *ONE), page("product", *OTHER)).waterfall("product")
    truth = {"a": sqrt(18 / 4), "b": sqrt(36 / 6)}
    for name, factor in truth.items():
        off = fall.factor.sel(input=name).item() - factor
        assert abs(off) < 4 * fall.factor_error.sel(input=name).item()
        assert off == pytest.approx(0, abs=0.02 * factor)
    assert "c" not in fall.input


def test_bars_of_a_sum_of_normals_are_the_shifts_of_the_inputs():
    one = page("total", normal("a", 1, 1), normal("b", 2, 3), normal("c", 0, 1))
    other = page("total", normal("a", 4, 2), normal("b", 1.5, 1), normal("c", 0, 5))
    fall = compare(one, other).waterfall("total")
    for name, shift in {"a": 3, "b": -0.5, "c": 0}.items():
        assert abs(fall.bar.sel(input=name).item() - shift) < 4 * fall.mc_error.sel(input=name).item()


def test_bars_are_shapleys_as_all_orders_of_changing_give_them():
    """Each mixture is a page of its own, run on its own."""
    one, other = (
        {"a": lognormal("a", 1, 4), "b": known("b", 5), "c": normal("c", 10, 3)},
        {"a": lognormal("a", 2, 3), "b": lognormal("b", 1, 9), "c": normal("c", 4, 1)},
    )

    def median(changed):
        entries = [(other if name in changed else one)[name] for name in one]
        run = mcf.run(page("mixed", *entries), model=MODEL, draws=DRAWS, method="order")
        return run.quantiles([0.5]).mixed.item()

    truth = dict.fromkeys(one, 0.0)
    for order in permutations(one):
        for place, name in enumerate(order):
            truth[name] += (median({*order[: place + 1]}) - median({*order[:place]})) / 6
    fall = compare(page("mixed", *one.values()), page("mixed", *other.values())).waterfall("mixed")
    assert {name: fall.bar.sel(input=name).item() for name in one} == pytest.approx(truth, rel=1e-9)
    assert (fall.order_error == 0).all()


@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(1.1, 5)), min_size=6, max_size=6), st.sampled_from(MODEL))
@settings(max_examples=15, deadline=None)
def test_bars_add_up_and_factors_multiply_to_what_the_table_tells(ends, target):
    told = [lognormal(name, low, low * wide) for name, (low, wide) in zip("abcabc", ends, strict=True)]
    found = compare(page(target.__name__, *told[:3]), page(target.__name__, *told[3:]), draws=512)
    fall, told = found.waterfall(target.__name__), found.pairs[0].told[target.__name__]
    assert fall.total == fall.other - fall.first
    assert (fall.first, fall.other) == (told.first.values["p50"], told.other.values["p50"])
    assert fall.bar.sum().item() == pytest.approx(fall.total, abs=1e-12 * (abs(fall.first) + abs(fall.other)))
    assert fall.factor.prod().item() == pytest.approx(fall.other / fall.first, rel=1e-12)


def test_to_trade_the_sides_turns_the_signs():
    one, other = page("mixed", *ONE), page("mixed", *OTHER)
    there, back = compare(one, other), compare(other, one)
    np.testing.assert_allclose(
        there.difference.mixed.sel(figure="value", statistic="p50"),
        -back.difference.mixed.sel(figure="value", statistic="p50"),
        rtol=1e-12,
    )
    here, again = there.waterfall("mixed"), back.waterfall("mixed")
    for name in here.input.values:
        assert here.bar.sel(input=name).item() == pytest.approx(-again.bar.sel(input=name).item(), rel=1e-9)
        assert here.factor.sel(input=name).item() == pytest.approx(1 / again.factor.sel(input=name).item(), rel=1e-9)
    above = [float(each.first_above.mixed.sel(figure="value").item()) for each in (there, back)]
    assert sum(above) == pytest.approx(1)


@pytest.mark.parametrize("shared", [0.1, 30])
def test_the_probability_is_that_of_two_normals_whatever_they_share(shared):
    """a + c against b + c: c, however wide, falls out."""
    one = page("total", normal("a", 1, 2), known("b", 0), normal("c", 0, shared))
    other = page("total", known("a", 0), normal("b", 0.3, 1), normal("c", 0, shared))
    value, error = compare(one, other, draws=2**14).first_above.total.isel(other=0).values
    truth = 0.5 * (1 + erf(0.7 / sqrt(2 * (4 + 1))))
    assert abs(value - truth) < 4 * error
    assert error < 0.005


def test_the_probability_of_independent_sides_is_theirs():
    one = page("total", normal("a", 1, 2), known("b", 0), known("c", 0))
    other = page("total", known("a", 0), normal("b", 0, 2), known("c", 0))
    value, error = compare(one, other).first_above.total.isel(other=0).values
    assert abs(value - 0.5 * (1 + erf(1 / 4))) < 4 * error


def test_stated_errors_are_those_of_many_seeds():
    """The truth lies within 2.13 errors (a t with 15 degrees of freedom) 95 % of the time."""
    one, other = page("product", *ONE), page("product", *OTHER)
    truth = {"a": sqrt(18 / 4), "b": sqrt(36 / 6)}
    held = []
    for seed in range(40):
        fall = compare(one, other, draws=512, seed=seed, sampler="random").waterfall("product")
        held += [
            abs(fall.factor.sel(input=n).item() - f) < 2.13 * fall.factor_error.sel(input=n).item()
            for n, f in truth.items()
        ]
    assert 0.86 < np.mean(held) <= 1


@mcf.node("1")
def with_a_dummy(a, b, idle):
    """One of them does nothing."""
    return a * b + 0 * idle


def test_what_has_no_effect_has_a_bar_of_nothing():
    one = page("with_a_dummy", *ONE[:2], normal("idle", 0, 1))
    other = page("with_a_dummy", *OTHER[:2], normal("idle", 7, 2))
    fall = compare(one, other, model=[with_a_dummy]).waterfall("with_a_dummy").sel(input="idle")
    assert (fall.bar, fall.mc_error, fall.factor) == (0, 0, 1)


LETTERS = "abcdefghijklm"


@mcf.node("1")
def of_many(a, b, c, d, e, f, g, h, i, j, k, l, m):  # noqa: E741
    """More than can be gone through set by set."""
    return (a + b + c) * (d + e) * (f + g + h) / (i + j) + k * l + 0 * m


def many():
    return (
        page("of_many", *(lognormal(name, 1, 2 + i) for i, name in enumerate(LETTERS))),
        page("of_many", *(lognormal(name, 1.5, 5 - i / 4) for i, name in enumerate(LETTERS))),
    )


def test_many_inputs_add_up_too_and_tell_the_error_of_taking_some_orders():
    one, other = many()
    fall = compare(one, other, model=[of_many], draws=256).waterfall("of_many")
    assert fall.bar.sum().item() == pytest.approx(fall.total, rel=1e-12)
    assert fall.factor.prod().item() == pytest.approx(fall.ratio, rel=1e-12)
    assert (fall.order_error.sel(input=list("abcdefghijkl")) > 0).all()
    assert (fall.bar.sel(input="m"), fall.order_error.sel(input="m")) == (0, 0)
    back = compare(other, one, model=[of_many], draws=256).waterfall("of_many")
    np.testing.assert_allclose(fall.bar.sel(input=back.input), -back.bar, rtol=1e-9, atol=1e-12)


def test_some_orders_give_what_all_sets_give_within_their_error(monkeypatch):
    from mcfrontier.analysis import waterfall

    one, other = page("mixed", *ONE), page("mixed", lognormal("a", 5, 9), lognormal("b", 1, 9), lognormal("c", 1, 2))
    exact = compare(one, other).waterfall("mixed")
    monkeypatch.setattr(waterfall, "EXACT", 2)
    some = compare(one, other).waterfall("mixed").sel(input=exact.input)
    assert (abs(some.bar - exact.bar) <= 4 * some.order_error).all()
    assert (some.order_error > 0).any()


@mcf.node("1")
def rate(work, time):
    """How much of it in an hour."""
    return work / time


@mcf.node("1")
def time(work, rate):
    """How long it takes."""
    return work / rate


@mcf.node("1")
def cost(time, rate, price):
    """Of both."""
    return (time + rate) * price


def test_a_quantity_that_one_side_computes_is_an_input_that_differs():
    told = [page("cost", lognormal("work", 5, 9), known("price", 2)) for _ in range(2)]
    told[0]["inputs"] |= lognormal("time", 1, 2) | known("rate", 3)
    told[1]["inputs"] |= known("rate", 3)
    del told[0]["inputs"]["work"]
    found = compare(*told, model=[rate, time, cost])
    assert set(found.pairs[0].differing) == {"time"}
    fall = found.waterfall("cost")
    assert fall.bar.item() == pytest.approx(fall.total)


def test_what_would_go_in_a_circle_changes_sides_together():
    told = [page("cost", lognormal("work", 5, 9), known("price", 2 + i)) for i in range(2)]
    told[0]["inputs"] |= lognormal("time", 1, 2)
    told[1]["inputs"] |= lognormal("rate", 3, 4)
    fall = compare(*told, model=[rate, time, cost]).waterfall("cost")
    assert set(fall.input.values) == {"rate + time", "price"}
    assert fall.bar.sum().item() == pytest.approx(fall.total)


@mcf.node("1")
def doubled(product):
    """Twice."""
    return 2 * product


def test_a_quantity_taken_to_be_another_differs():
    base, model = page("doubled", *ONE), [*MODEL, doubled]
    pages = [base, *(base | {"same": {"product": other}} for other in ("total", "mixed"))]
    found = compare(*pages, pages[1], model=model)
    assert [set(pair.differing) for pair in found.pairs] == [{"product"}] * 3
    assert compare(pages[1], pages[1], model=model).pairs[0].differing == {}


def test_what_is_said_of_an_entry_and_changes_no_draw_does_not_differ():
    other = page("product", *ONE)
    other["inputs"] = {
        name: one | {"source": "another", "note": "!", "best": 3, "narrower": "?"}
        for name, one in other["inputs"].items()
    }
    assert compare(page("product", *ONE), other).pairs[0].differing == {}


def test_correlations_are_one_thing_that_differs():
    tied = {"correlation": {"kind": "normal", "a ~ b": 0.8}}
    one = page("total", normal("a", 0, 1), normal("b", 0, 1), known("c", 0))
    fall = compare(one, one | tied)
    assert set(fall.pairs[0].differing) == {"[correlation]"}
    wider = fall.pairs[0].told["total"]
    spread = [side.values["p95"] - side.values["p5"] for side in (wider.first, wider.other)]
    assert spread[1] / spread[0] == pytest.approx(sqrt(3.6 / 2), rel=0.03)


def test_a_correlation_of_what_one_side_does_not_have_makes_no_difference():
    one = page("product", *ONE, correlation={"a ~ b": 0.5})
    other = page("product", *ONE[:1], known("b", 2), ONE[2])
    assert set(compare(one, other).pairs[0].differing) == {"b"}


def test_evidence_is_one_thing_that_differs_and_breaks_pairs():
    """Two bell curves of one width meet half way: 0 and 2 give 1."""
    one = page("total", normal("a", 0, 1), known("b", 0), known("c", 0))
    seen = {"quantity": "total", "p5": 2 - 1.644854, "p95": 2 + 1.644854, "unit": "1", "source": "us", "scale": "raw"}
    found = compare(one, one | {"evidence": {"seen": seen}}, draws=2**14)
    fall = found.waterfall("total")
    assert list(fall.input.values) == ["[evidence]"]
    assert abs(fall.total - 1) < 4 * fall.total_error
    assert any("independent sides" in told for told in found.notes)


@mcf.node("1", along="year")
def summed(price):
    """Over all years."""
    return price.sum(axis=0)


def rows(labels, *values):
    entries = believed("price", by="year", value=list(values)) | lognormal("scale", 1, 2)
    return {"targets": ["scaled", "summed"], "dimensions": {"year": labels}, "inputs": entries}


@mcf.node("1")
def scaled(price, scale):
    """By a common factor."""
    return price * scale


def test_rows_of_one_side_only_are_left_out_and_told():
    one, other = rows(["2020", "2021"], 1.0, 2.0), rows(["2021", "2022"], 4.0, 5.0)
    found = compare(one, other, model=[summed, scaled])
    assert found.pairs[0].rows == ("scaled[2021]", "summed")
    assert "left out, being rows of one side only: scaled[2020], scaled[2022]" in " ".join(found.notes)
    assert set(found.pairs[0].differing) == {"rows of year"}
    np.testing.assert_allclose(found.ratio["scaled[2021]"].sel(figure="value"), 2)
    assert found.waterfall("summed").total == pytest.approx(6)
    assert found.waterfall("scaled[2021]").factor.item() == pytest.approx(2)


def test_one_number_on_one_side_stands_for_all_rows_of_the_other():
    """Two inputs along the years, each pinned to one number: each has a bar of its own."""
    told = [rows(["2020", "2021"], 1.0, 2.0) for _ in range(2)]
    for one in told:
        one["targets"] = ["scaled"]
        one["inputs"]["scale"] = believed("scale", by="year", value=[10, 20])["scale"]
    told[1]["inputs"] |= known("price", 3)
    fall = compare(*told, model=[scaled]).waterfall("scaled[2020]")
    assert (fall.first, fall.other, fall.bar.item()) == (10, 30, 20)
    told[1]["inputs"] |= rows(["2020", "2021"], 4.0, 2.0)["inputs"] | known("scale", 5)
    told[0]["inputs"] |= known("price", 3)
    fall = compare(*told, model=[scaled]).waterfall("scaled[2020]")
    bars = {"price": (4 - 3) * (10 + 5) / 2, "scale": (5 - 10) * (4 + 3) / 2}
    assert {name: fall.bar.sel(input=name).item() for name in bars} == pytest.approx(bars)


def test_one_study_with_a_pin_is_compared_with_itself():
    found = mcf.compare("gpt4", set={"gpu_price": 20_000}, targets=["acquisition_cost", "energy"], draws=DRAWS)
    assert found.names == ("gpt4", "gpt4 with gpu_price=20000")
    assert list(found.waterfall("acquisition_cost").input.values) == ["gpu_price"]
    assert found.waterfall("energy").total == 0


def test_pins_hold_for_all_of_several_and_the_first_is_what_others_are_compared_with():
    pins = {"tokens": 1e13, "active_parameters": 1e11, "flop_per_parameter_token": 6}
    found = mcf.compare("gpt4", "palm", "deepseek-v3", set=pins, targets=["training_compute"], draws=64)
    assert [pair.names for pair in found.pairs] == [("gpt4", "palm"), ("gpt4", "deepseek-v3")]
    np.testing.assert_allclose(found.ratio.training_compute.sel(figure="value"), 1)
    assert found.ratio.other.values.tolist() == ["palm", "deepseek-v3"]


def test_a_side_is_told_as_the_study_that_it_is():
    from mcfrontier import priors

    found = mcf.compare("gpt4-dependent", "gpt4", draws=64)
    assert found.pairs[0].runs[0].study.page.digest == priors.load("gpt4-dependent").digest


def test_a_target_in_other_units_of_its_kind_is_told_in_those_of_the_first():
    one, other = (
        {"targets": ["power"], "inputs": believed("power", "lognormal", unit, p5=low, p95=2 * low)}
        for unit, low in (("kW", 1), ("W", 2000))
    )
    found = compare(one, other)
    assert found.difference.power.unit == "kW"
    np.testing.assert_allclose(found.ratio.power.sel(figure="value"), 2, rtol=1e-6)


def test_the_ratio_of_two_dates_is_no_number():
    one, other = ({"targets": ["end"], "inputs": believed("end", "normal", "AD", mean=m, sd=1)} for m in (2026, 2028))
    found = compare(one, other)
    assert np.isnan(found.ratio.end).all()
    assert found.difference.end.sel(figure="value", statistic="p50").item() == pytest.approx(2)
    assert np.isnan(found.waterfall("end").factor).all()


def test_the_closed_form_of_a_lognormal_ratio_has_its_interval():
    """The ratio of two independent lognormals is one, whose log-variance is the sum of theirs."""
    one = page("product", lognormal("a", 1, 4), known("b", 1), known("c", 1))
    other = page("product", known("a", 1), lognormal("b", 2, 3), known("c", 1))
    ratio = compare(one, other, draws=2**14).ratio["product"].isel(other=0)
    half = sqrt((np.log(4) / 2) ** 2 + (np.log(1.5) / 2) ** 2)
    truth = [sqrt(6) / 2 * exp(sign * half) for sign in (-1, 0, 1)]
    off = abs(ratio.sel(figure="value") - truth) / ratio.sel(figure="mc_error")
    assert (off < 4).all()


@pytest.fixture
def two(tmp_path, monkeypatch):
    """Two versions of a priors file of one name."""
    monkeypatch.chdir(tmp_path)
    for folder, price in (("old", 10), ("new", 12)):
        (tmp_path / folder).mkdir()
        text = 'targets = ["tdp", "pue"]\n' + entry("tdp", unit="W/chip", value=price)
        text += entry("pue", "lognormal", p5=1.1, p95=1.3)
        (tmp_path / folder / "mine.toml").write_text(text)
    return "old/mine.toml", "new/mine.toml"


def test_two_versions_of_a_file_are_told_apart_by_their_paths(command, two):
    ended = command("compare", *two, "--json")
    told = json.loads(ended.out)
    assert ended.err == ""
    assert [each["name"] for each in told["studies"]] == [*two]
    (pair,) = told["pairs"]
    assert (pair["first"], pair["other"]) == two
    tdp = pair["targets"]["tdp"]
    assert (tdp["difference"]["p50"], tdp["ratio"]["p50"], tdp["unit"]) == (2, 1.2, "W/chip")
    (bar,) = (bar for bar in tdp["waterfall"]["bars"] if bar["value"])
    assert (bar["input"], bar["first"], bar["other"], bar["value"]) == ("tdp", "10 W/chip", "12 W/chip", 2)
    assert pair["targets"]["pue"]["probability_equal"] == {"value": 1, "mc_error": 0}


def test_the_table_tells_both_sides_and_what_lies_behind(command):
    ended = command("compare", "gpt4", "deepseek-v3", "--target", "cloud_cost", "--draws", 1024)
    assert ended.code == 0
    for part in ("Cloud cost", "difference", "ratio", "P(gpt4 > deepseek-v3)", "Active parameters", "Together", "× "):
        assert part in ended.out


def test_files_are_json_and_pages_and_the_same_twice(command, tmp_path):
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        ended = command("compare", "gpt4", "palm", "--target", "energy", "--draws", 256, "--out", folder)
        assert ended.code == 0
        assert f"in {folder}: comparison.json, comparison.pdf" in ended.out
    for name in ("comparison.json", "comparison.pdf"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    shown = command("compare", "gpt4", "palm", "--target", "energy", "--draws", 256, "--json").out
    assert (folders[0] / "comparison.json").read_text() == shown
    text = "".join(each.extract_text() for each in PdfReader(folders[0] / "comparison.pdf").pages)
    for part in ("gpt4 compared with palm", "Energy", "Together", "difference", "256 draws"):
        assert part in text


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("gpt4", "gpt5"), "gpt5: there is no such study; did you mean 'gpt4'?"),
        (("gpt4",), "name two studies, or one and what to set in it"),
        (("gpt4", "chips"), "no target in common: gpt4 has amortised_cost, "),
        (("gpt4", "grok3", "--set", "gpu_pric=3"), "gpt4: set gpu_pric: there is no such quantity; did you mean"),
        (("gpt4", "--set", "gpu_price"), "--set gpu_price: write NAME=VALUE"),
        (
            ("gpt4", "grok3", "--target", "enregy"),
            "gpt4: target: 'enregy' is no node and no entry; did you mean 'energy'",
        ),
        (("gpt4", "grok3", "--sampler", "sobl"), "did you mean 'sobol'?"),
        (("gpt4", "grok3", "--draws", "1e9"), "a comparison keeps all of its draws; take 262,144 or fewer"),
        (("gpt4", "grok3", "--draws", "0"), "a whole number above 0 is expected"),
        (("gpt4", "grok3", "--out", ""), "--out: the name of a folder is expected"),
        (("gpt4", "grok3", "--draws", "64", "--target", "energy", "--out", "/proc/none"), "cannot be written"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_a_line(command, words, told):
    ended = command("compare", *words)
    assert (ended.code, ended.out) == (2, "")
    assert told in ended.err
    assert ended.err.count("\n") == 1


def test_two_things_of_one_name_are_not_compared():
    one, other = ({"targets": ["x"], "inputs": believed("x", unit=unit, value=1)} for unit in ("W", "USD"))
    with pytest.raises(InputError, match="x: in W in priors and in USD in priors; these cannot be compared"):
        compare(one, other)


def test_a_waterfall_that_is_not_there_is_told_with_the_nearest():
    found = mcf.compare("gpt4", "palm", targets=["energy"], draws=64)
    with pytest.raises(InputError, match="enregy: no waterfall of it here; did you mean 'energy'"):
        found.waterfall("enregy")
    with pytest.raises(InputError, match="plam: not compared here; did you mean 'palm'"):
        found.waterfall("energy", "plam")


def test_mixtures_that_cannot_be_leave_the_rest_of_the_comparison():
    """0 / 0 when one of two has changed."""

    @mcf.node("1")
    def quotient(a, b):
        return (a - b) / (a - b)

    told = [page("quotient", known("a", i), known("b", 1 + i)) for i in range(2)]
    found = compare(*told, model=[quotient])
    assert "no waterfall, since a mixture of the two cannot be evaluated: quotient: none of its draws" in found.notes[0]
    assert (found.difference.quotient == 0).all()


@mcf.node("1")
def half(a, sign):
    """None on the other side of 0."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(a * sign)


def of_half(mean, sign):
    return page("half", normal("a", mean, 1), known("sign", sign))


def test_what_cannot_be_told_for_want_of_finite_draws_is_null():
    few = json.loads(comparison_json(compare(of_half(-1, 1), of_half(-0.5, 1), model=[half], draws=2**6)))
    fall = few["pairs"][0]["targets"]["half"]["waterfall"]
    assert fall["total"] == pytest.approx(fall["other"] - fall["first"])
    assert fall["total_mc_error"] is None  # some of the randomisations have no figure at all
    never = json.loads(comparison_json(compare(of_half(0, 1), of_half(0, -1), model=[half], draws=2**8)))
    told = never["pairs"][0]["targets"]["half"]
    assert told["lost"] == 2**8
    assert told["probability_first_above"] == {"value": None, "mc_error": None}
