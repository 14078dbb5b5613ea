"""Comparisons of studies, against closed forms and independent computations."""

import json
from itertools import permutations
from math import erf, exp, sqrt

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.tasks.compare.comparison import comparison_json
from tests.conftest import entry, input_entry

DRAWS = 2**12


@mcf.node("1")
def product(a, b, c):
    """Product of three inputs."""
    return a * b * c


@mcf.node("1")
def total(a, b, c):
    """Sum of three inputs."""
    return a + b + c


@mcf.node("1")
def mixed(a, b, c):
    """Neither a sum nor a product."""
    return a * b + c


MODEL = [product, total, mixed]


def page(target, *entries, **words):
    return {"targets": [target], "inputs": {name: one for each in entries for name, one in each.items()}, **words}


def lognormal(name, p5, p95):
    return input_entry(name, "lognormal", p5=p5, p95=p95)


def normal(name, mean, sd):
    return input_entry(name, "normal", mean=mean, sd=sd)


def known(name, value):
    return input_entry(name, value=value)


def compare(*pages, model=MODEL, draws=DRAWS, **words):
    return mcf.compare(*pages, model=model, draws=draws, **words)


FIRST_INPUTS = (lognormal("a", 1, 4), lognormal("b", 2, 3), lognormal("c", 10, 90))
OTHER_INPUTS = (lognormal("a", 3, 6), lognormal("b", 2, 18), lognormal("c", 10, 90))


def test_a_study_compared_with_itself_shows_no_difference():
    found = mcf.compare("gpt4", "gpt4", draws=DRAWS)
    assert (found.difference.to_array() == 0).all()
    assert (found.ratio.sel(figure="value").to_array() == 1).all()
    assert (found.first_above.sel(figure="value").to_array() == 0).all()
    assert found.pairs[0].differing == {}
    assert found.names == ("gpt4", "gpt4 (2)")


def test_the_figures_follow_from_the_paired_draws_of_two_runs():
    pins = {"mfu": 0.4}
    one, other = (mcf.run("gpt4", draws=DRAWS, seed=3, set=own).draws.energy for own in ({}, pins))
    found = mcf.compare("gpt4", targets=["energy"], draws=DRAWS, seed=3, set=pins)
    levels = [0.05, 0.5, 0.95]
    reported = {"difference": other - one, "ratio": other / one}
    for word, draws in reported.items():
        displayed = getattr(found, word).energy.sel(figure="value").isel(other=0)
        np.testing.assert_allclose(displayed, np.quantile(draws, levels, method="hazen"), rtol=1e-12)
    assert found.first_above.energy.sel(figure="value").item() == float((one > other).mean())


def test_the_first_study_has_the_draws_of_its_own_run():
    run = mcf.run("gpt4", draws=DRAWS, seed=3, method="order")
    found = mcf.compare("gpt4", "llama31-405b", targets=["energy"], draws=DRAWS, seed=3)
    first = found.pairs[0].by_row["energy"].first.values
    assert {word: run.summary["energy"].values[word] for word in ("p5", "p50", "p95")} == first


def test_the_error_is_that_of_paired_draws():
    """Sides that differ by a fixed factor have a ratio without error, whatever their spread."""
    one = page("product", *FIRST_INPUTS[:2], known("c", 2))
    other = page("product", *FIRST_INPUTS[:2], known("c", 3))
    found = compare(one, other)
    ratio = found.ratio["product"].isel(other=0)
    np.testing.assert_allclose(ratio.sel(figure="value"), 1.5, rtol=1e-14)
    assert (ratio.sel(figure="mc_error") < 1e-14).all()
    waterfall = found.waterfall("product")
    assert list(waterfall.input.values) == ["c"]
    assert waterfall.factor.item() == pytest.approx(1.5, rel=1e-13)


def test_factors_of_a_product_of_lognormals_are_the_ratios_of_the_medians():
    waterfall = compare(page("product", *FIRST_INPUTS), page("product", *OTHER_INPUTS)).waterfall("product")
    truth = {"a": sqrt(18 / 4), "b": sqrt(36 / 6)}
    for name, factor in truth.items():
        off = waterfall.factor.sel(input=name).item() - factor
        assert abs(off) < 4 * waterfall.factor_error.sel(input=name).item()
        assert off == pytest.approx(0, abs=0.02 * factor)
    assert "c" not in waterfall.input


def test_bars_of_a_sum_of_normals_are_the_shifts_of_the_inputs():
    one = page("total", normal("a", 1, 1), normal("b", 2, 3), normal("c", 0, 1))
    other = page("total", normal("a", 4, 2), normal("b", 1.5, 1), normal("c", 0, 5))
    waterfall = compare(one, other).waterfall("total")
    for name, shift in {"a": 3, "b": -0.5, "c": 0}.items():
        assert abs(waterfall.bar.sel(input=name).item() - shift) < 4 * waterfall.mc_error.sel(input=name).item()


def test_bars_are_shapley_values_over_all_orders_of_change():
    """Each hybrid is evaluated as a separate study. The input that is uncertain in one study only comes last, so that
    the others have the same draws in all of them."""
    one, other = (
        {"a": lognormal("a", 1, 4), "c": normal("c", 10, 3), "b": known("b", 5)},
        {"a": lognormal("a", 2, 3), "c": normal("c", 4, 1), "b": lognormal("b", 1, 9)},
    )

    def median(changed):
        entries = [(other if name in changed else one)[name] for name in one]
        run = mcf.run(page("mixed", *entries), model=MODEL, draws=DRAWS, method="order")
        return run.quantiles([0.5]).mixed.item()

    truth = dict.fromkeys(one, 0.0)
    for order in permutations(one):
        for place, name in enumerate(order):
            truth[name] += (median({*order[: place + 1]}) - median({*order[:place]})) / 6
    waterfall = compare(page("mixed", *one.values()), page("mixed", *other.values())).waterfall("mixed")
    assert {name: waterfall.bar.sel(input=name).item() for name in one} == pytest.approx(truth, rel=1e-9)
    assert (waterfall.order_error == 0).all()


@given(st.lists(st.tuples(st.floats(0.1, 10), st.floats(1.1, 5)), min_size=6, max_size=6), st.sampled_from(MODEL))
@settings(max_examples=15)
def test_bars_sum_and_factors_multiply_to_the_table(ends, target):
    displayed = [lognormal(name, low, low * wide) for name, (low, wide) in zip("abcabc", ends, strict=True)]
    found = compare(page(target.__name__, *displayed[:3]), page(target.__name__, *displayed[3:]), draws=512)
    waterfall, displayed = found.waterfall(target.__name__), found.pairs[0].by_row[target.__name__]
    assert waterfall.total == waterfall.other - waterfall.first
    assert (waterfall.first, waterfall.other) == (displayed.first.values["p50"], displayed.other.values["p50"])
    assert waterfall.bar.sum().item() == pytest.approx(
        waterfall.total, abs=1e-12 * (abs(waterfall.first) + abs(waterfall.other))
    )
    assert waterfall.factor.prod().item() == pytest.approx(waterfall.other / waterfall.first, rel=1e-12)


def test_swapping_the_sides_reverses_the_signs():
    one, other = page("mixed", *FIRST_INPUTS), page("mixed", *OTHER_INPUTS)
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
def test_the_probability_does_not_depend_on_a_shared_input(shared):
    """a + c against b + c: c cancels, whatever its spread."""
    one = page("total", normal("a", 1, 2), known("b", 0), normal("c", 0, shared))
    other = page("total", known("a", 0), normal("b", 0.3, 1), normal("c", 0, shared))
    value, error = compare(one, other, draws=2**14).first_above.total.isel(other=0).values
    truth = 0.5 * (1 + erf(0.7 / sqrt(2 * (4 + 1))))
    assert abs(value - truth) < 4 * error
    assert error < 0.005


def test_the_probability_of_independent_sides_is_exact():
    one = page("total", normal("a", 1, 2), known("b", 0), known("c", 0))
    other = page("total", known("a", 0), normal("b", 0, 2), known("c", 0))
    value, error = compare(one, other).first_above.total.isel(other=0).values
    assert abs(value - 0.5 * (1 + erf(1 / 4))) < 4 * error


def test_the_stated_errors_cover_the_truth_over_many_seeds():
    """The truth is within 2.13 errors (t with 15 degrees of freedom) 95 % of the time."""
    one, other = page("product", *FIRST_INPUTS), page("product", *OTHER_INPUTS)
    truth = {"a": sqrt(18 / 4), "b": sqrt(36 / 6)}
    covered = []
    for seed in range(40):
        waterfall = compare(one, other, draws=512, seed=seed, sampler="random").waterfall("product")
        covered += [
            abs(waterfall.factor.sel(input=n).item() - f) < 2.13 * waterfall.factor_error.sel(input=n).item()
            for n, f in truth.items()
        ]
    assert 0.86 < np.mean(covered) <= 1


@mcf.node("1")
def with_unused_input(a, b, idle):
    """An input without effect."""
    return a * b + 0 * idle


def test_an_input_without_effect_has_a_bar_of_zero():
    one = page("with_unused_input", *FIRST_INPUTS[:2], normal("idle", 0, 1))
    other = page("with_unused_input", *OTHER_INPUTS[:2], normal("idle", 7, 2))
    waterfall = compare(one, other, model=[with_unused_input]).waterfall("with_unused_input").sel(input="idle")
    assert (waterfall.bar, waterfall.mc_error, waterfall.factor) == (0, 0, 1)


INPUT_NAMES = "abcdefghijklm"


@mcf.node("1")
def function_of_13(a, b, c, d, e, f, g, h, i, j, k, l, m):  # noqa: E741
    """More inputs than all subsets allow."""
    return (a + b + c) * (d + e) * (f + g + h) / (i + j) + k * l + 0 * m


def pages_of_13_inputs():
    return (
        page("function_of_13", *(lognormal(name, 1, 2 + i) for i, name in enumerate(INPUT_NAMES))),
        page("function_of_13", *(lognormal(name, 1.5, 5 - i / 4) for i, name in enumerate(INPUT_NAMES))),
    )


def test_bars_of_many_inputs_sum_and_have_an_order_error():
    one, other = pages_of_13_inputs()
    waterfall = compare(one, other, model=[function_of_13], draws=256).waterfall("function_of_13")
    assert waterfall.bar.sum().item() == pytest.approx(waterfall.total, rel=1e-12)
    assert waterfall.factor.prod().item() == pytest.approx(waterfall.ratio, rel=1e-12)
    assert (waterfall.order_error.sel(input=list("abcdefghijkl")) > 0).all()
    assert (waterfall.bar.sel(input="m"), waterfall.order_error.sel(input="m")) == (0, 0)
    back = compare(other, one, model=[function_of_13], draws=256).waterfall("function_of_13")
    np.testing.assert_allclose(waterfall.bar.sel(input=back.input), -back.bar, rtol=1e-9, atol=1e-12)


def test_sampled_orders_agree_with_all_subsets_within_their_error(monkeypatch):
    from mcfrontier.analysis.sensitivity import attribution

    one, other = (
        page("mixed", *FIRST_INPUTS),
        page("mixed", lognormal("a", 5, 9), lognormal("b", 1, 9), lognormal("c", 1, 2)),
    )
    exact = compare(one, other).waterfall("mixed")
    monkeypatch.setattr(attribution, "MAX_EXACT_CHANGES", 2)
    some = compare(one, other).waterfall("mixed").sel(input=exact.input)
    assert (abs(some.bar - exact.bar) <= 4 * some.order_error).all()
    assert (some.order_error > 0).any()


@mcf.node("1")
def rate(work, time):
    """Work per hour."""
    return work / time


@mcf.node("1")
def time(work, rate):
    """Duration of the work."""
    return work / rate


@mcf.node("1")
def cost(time, rate, price):
    """Cost of time and rate."""
    return (time + rate) * price


def test_a_quantity_computed_on_one_side_only_counts_as_a_changed_input():
    displayed = [page("cost", lognormal("work", 5, 9), known("price", 2)) for _ in range(2)]
    displayed[0]["inputs"] |= lognormal("time", 1, 2) | known("rate", 3)
    displayed[1]["inputs"] |= known("rate", 3)
    del displayed[0]["inputs"]["work"]
    found = compare(*displayed, model=[rate, time, cost])
    assert set(found.pairs[0].differing) == {"time"}
    waterfall = found.waterfall("cost")
    assert waterfall.bar.item() == pytest.approx(waterfall.total)


def test_quantities_that_would_form_a_cycle_change_together():
    found = [page("cost", lognormal("work", 5, 9), known("price", 2 + i)) for i in range(2)]
    found[0]["inputs"] |= lognormal("time", 1, 2)
    found[1]["inputs"] |= lognormal("rate", 3, 4)
    waterfall = compare(*found, model=[rate, time, cost]).waterfall("cost")
    assert set(waterfall.input.values) == {"rate + time", "price"}
    assert waterfall.bar.sum().item() == pytest.approx(waterfall.total)


@mcf.node("1")
def doubled(product):
    """Twice."""
    return 2 * product


def test_an_alias_counts_as_a_difference():
    base, model = page("doubled", *FIRST_INPUTS), [*MODEL, doubled]
    pages = [base, *(base | {"same": {"product": other}} for other in ("total", "mixed"))]
    found = compare(*pages, pages[1], model=model)
    assert [set(pair.differing) for pair in found.pairs] == [{"product"}] * 3
    assert compare(pages[1], pages[1], model=model).pairs[0].differing == {}


def test_remarks_on_an_entry_do_not_count_as_a_difference():
    other = page("product", *FIRST_INPUTS)
    other["inputs"] = {
        name: one | {"source": "another", "note": "!", "best": 3, "narrower": "?"}
        for name, one in other["inputs"].items()
    }
    assert compare(page("product", *FIRST_INPUTS), other).pairs[0].differing == {}


def test_correlations_count_as_one_difference():
    correlated = {"correlation": {"kind": "normal", "a ~ b": 0.8}}
    one = page("total", normal("a", 0, 1), normal("b", 0, 1), known("c", 0))
    waterfall = compare(one, one | correlated)
    assert set(waterfall.pairs[0].differing) == {"[correlation]"}
    wider = waterfall.pairs[0].by_row["total"]
    spread = [side.values["p95"] - side.values["p5"] for side in (wider.first, wider.other)]
    assert spread[1] / spread[0] == pytest.approx(sqrt(3.6 / 2), rel=0.03)


def test_a_correlation_of_an_absent_input_does_not_count_as_a_difference():
    one = page("product", *FIRST_INPUTS, correlation={"a ~ b": 0.5})
    other = page("product", *FIRST_INPUTS[:1], known("b", 2), FIRST_INPUTS[2])
    assert set(compare(one, other).pairs[0].differing) == {"b"}


def test_evidence_counts_as_one_difference_and_breaks_the_pairing():
    """A prior at 0 and an observation at 2 with the same sd give a posterior mean of 1."""
    one = page("total", normal("a", 0, 1), known("b", 0), known("c", 0))
    seen = {"quantity": "total", "p5": 2 - 1.644854, "p95": 2 + 1.644854, "unit": "1", "source": "us", "scale": "raw"}
    found = compare(one, one | {"evidence": {"seen": seen}}, draws=2**14)
    waterfall = found.waterfall("total")
    assert list(waterfall.input.values) == ["[evidence]"]
    assert abs(waterfall.total - 1) < 4 * waterfall.total_error
    assert any("independent sides" in displayed for displayed in found.notes)


@mcf.node("1", along="year")
def summed(price):
    """Sum over all years."""
    return price.sum(axis=0)


def page_along_years(labels, *values):
    entries = input_entry("price", by="year", value=list(values)) | lognormal("scale", 1, 2)
    return {"targets": ["scaled", "summed"], "dimensions": {"year": labels}, "inputs": entries}


@mcf.node("1")
def scaled(price, scale):
    """Price times a common factor."""
    return price * scale


def test_rows_of_one_side_only_are_left_out_with_a_note():
    one, other = page_along_years(["2020", "2021"], 1.0, 2.0), page_along_years(["2021", "2022"], 4.0, 5.0)
    found = compare(one, other, model=[summed, scaled])
    assert found.pairs[0].rows == ("scaled[2021]", "summed")
    assert "left out, being rows of one side only: scaled[2020], scaled[2022]" in " ".join(found.notes)
    assert set(found.pairs[0].differing) == {"rows of year"}
    np.testing.assert_allclose(found.ratio["scaled[2021]"].sel(figure="value"), 2)
    assert found.waterfall("summed").total == pytest.approx(6)
    assert found.waterfall("scaled[2021]").factor.item() == pytest.approx(2)


def test_a_single_value_replaces_all_rows_of_the_other_side():
    """Two inputs along the years, each pinned to a single value: each has its own bar."""
    found = [page_along_years(["2020", "2021"], 1.0, 2.0) for _ in range(2)]
    for one in found:
        one["targets"] = ["scaled"]
        one["inputs"]["scale"] = input_entry("scale", by="year", value=[10, 20])["scale"]
    found[1]["inputs"] |= known("price", 3)
    waterfall = compare(*found, model=[scaled]).waterfall("scaled[2020]")
    assert (waterfall.first, waterfall.other, waterfall.bar.item()) == (10, 30, 20)
    found[1]["inputs"] |= page_along_years(["2020", "2021"], 4.0, 2.0)["inputs"] | known("scale", 5)
    found[0]["inputs"] |= known("price", 3)
    waterfall = compare(*found, model=[scaled]).waterfall("scaled[2020]")
    bars = {"price": (4 - 3) * (10 + 5) / 2, "scale": (5 - 10) * (4 + 3) / 2}
    assert {name: waterfall.bar.sel(input=name).item() for name in bars} == pytest.approx(bars)


def test_one_study_with_a_pin_is_compared_with_itself():
    found = mcf.compare("gpt4", set={"gpu_price": 20_000}, targets=["acquisition_cost", "energy"], draws=DRAWS)
    assert found.names == ("gpt4", "gpt4 with gpu_price=20000")
    assert list(found.waterfall("acquisition_cost").input.values) == ["gpu_price"]
    assert found.waterfall("energy").total == 0


def test_pins_apply_to_all_studies_and_the_first_is_the_baseline():
    pins = {"tokens": 1e13, "active_parameters": 1e11, "flop_per_parameter_token": 6}
    found = mcf.compare("gpt4", "palm", "deepseek-v3", set=pins, targets=["training_compute"], draws=64)
    assert [pair.names for pair in found.pairs] == [("gpt4", "palm"), ("gpt4", "deepseek-v3")]
    np.testing.assert_allclose(found.ratio.training_compute.sel(figure="value"), 1)
    assert found.ratio.other.values.tolist() == ["palm", "deepseek-v3"]


def test_a_side_has_the_digest_of_its_study():
    from mcfrontier.study import priors_file

    found = mcf.compare("gpt4-dependent", "gpt4", draws=64)
    assert found.pairs[0].runs[0].study.file.digest == priors_file.load("gpt4-dependent").digest


def test_a_target_is_converted_to_the_units_of_the_first_study():
    one, other = (
        {"targets": ["power"], "inputs": input_entry("power", "lognormal", unit, p5=low, p95=2 * low)}
        for unit, low in (("kW", 1), ("W", 2000))
    )
    found = compare(one, other)
    assert found.difference.power.unit == "kW"
    np.testing.assert_allclose(found.ratio.power.sel(figure="value"), 2, rtol=1e-6)


def test_the_ratio_of_two_dates_is_nan():
    one, other = (
        {"targets": ["end"], "inputs": input_entry("end", "normal", "AD", mean=m, sd=1)} for m in (2026, 2028)
    )
    found = compare(one, other)
    assert np.isnan(found.ratio.end).all()
    assert found.difference.end.sel(figure="value", statistic="p50").item() == pytest.approx(2)
    assert np.isnan(found.waterfall("end").factor).all()


def test_the_interval_of_a_lognormal_ratio_is_the_closed_form():
    """The ratio of two independent lognormals is lognormal; its log-variance is the sum of theirs."""
    one = page("product", lognormal("a", 1, 4), known("b", 1), known("c", 1))
    other = page("product", known("a", 1), lognormal("b", 2, 3), known("c", 1))
    ratio = compare(one, other, draws=2**14).ratio["product"].isel(other=0)
    half_width = sqrt((np.log(4) / 2) ** 2 + (np.log(1.5) / 2) ** 2)
    truth = [sqrt(6) / 2 * exp(sign * half_width) for sign in (-1, 0, 1)]
    off = abs(ratio.sel(figure="value") - truth) / ratio.sel(figure="mc_error")
    assert (off < 4).all()


@pytest.fixture
def two_versions(tmp_path, monkeypatch):
    """Two versions of a priors file of one name."""
    monkeypatch.chdir(tmp_path)
    for folder, price in (("old", 10), ("new", 12)):
        (tmp_path / folder).mkdir()
        text = 'targets = ["tdp", "pue"]\n' + entry("tdp", unit="W/chip", value=price)
        text += entry("pue", "lognormal", p5=1.1, p95=1.3)
        (tmp_path / folder / "mine.toml").write_text(text)
    return "old/mine.toml", "new/mine.toml"


def test_two_versions_of_a_file_are_named_by_their_paths(command, two_versions):
    result = command("compare", *two_versions, "--json")
    found = json.loads(result.out)
    assert result.err == ""
    assert [each["name"] for each in found["studies"]] == [*two_versions]
    (pair,) = found["pairs"]
    assert (pair["first"], pair["other"]) == two_versions
    tdp = pair["targets"]["tdp"]
    assert (tdp["difference"]["p50"], tdp["ratio"]["p50"], tdp["unit"]) == (2, 1.2, "W/chip")
    (bar,) = (bar for bar in tdp["waterfall"]["bars"] if bar["value"])
    assert (bar["input"], bar["first"], bar["other"], bar["value"]) == ("tdp", "10 W/chip", "12 W/chip", 2)
    equal = pair["targets"]["pue"]["probability_equal"]
    assert (equal["value"], equal["hits"], equal["draws"], equal["high"]) == (1, 2**14, 2**14, 1)


def test_the_table_shows_both_sides_and_the_attribution(command):
    result = command("compare", "gpt4", "deepseek-v3", "--target", "cloud_cost", "--draws", 1024)
    assert result.code == 0
    for part in ("Cloud cost", "difference", "ratio", "P(gpt4 > deepseek-v3)", "Active parameters", "Total", "× "):
        assert part in result.out


def test_the_json_and_pdf_files_are_reproducible(command, tmp_path):
    folders = [tmp_path / "one", tmp_path / "other"]
    for folder in folders:
        result = command("compare", "gpt4", "palm", "--target", "energy", "--draws", 256, "--out", folder)
        assert result.code == 0
        assert f"in {folder}: comparison.json, comparison.pdf" in result.out
    for name in ("comparison.json", "comparison.pdf"):
        assert (folders[0] / name).read_bytes() == (folders[1] / name).read_bytes()
    displayed = command("compare", "gpt4", "palm", "--target", "energy", "--draws", 256, "--json").out
    assert (folders[0] / "comparison.json").read_text() == displayed
    text = "".join(each.extract_text() for each in PdfReader(folders[0] / "comparison.pdf").pages)
    for part in ("gpt4 compared with palm", "Energy", "Total", "difference", "256 draws"):
        assert part in text


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("gpt4", "gtp4"), "gtp4: there is no such study; did you mean 'gpt4'?"),
        (("gpt4",), "name two studies, or one and a quantity to set in it"),
        (("gpt4", "chips"), "no target in common: gpt4 has amortised_cost, "),
        (("gpt4", "grok3", "--set", "gpu_pric=3"), "gpt4: set gpu_pric: there is no such quantity; did you mean"),
        (("gpt4", "--set", "gpu_price"), "--set gpu_price: write NAME=VALUE"),
        (
            ("gpt4", "grok3", "--target", "enregy"),
            "gpt4: target: 'enregy' is no node and no entry; did you mean 'energy'",
        ),
        (("gpt4", "grok3", "--sampler", "sobl"), "did you mean 'sobol'?"),
        (("gpt4", "grok3", "--draws", "1e9"), "a comparison retains all draws in memory; take 262,144 or fewer"),
        (("gpt4", "grok3", "--draws", "0"), "a whole number above 0 is expected"),
        (("gpt4", "grok3", "--out", ""), "--out: the name of a folder is expected"),
        (("gpt4", "grok3", "--draws", "64", "--target", "energy", "--out", "/proc/none"), "cannot be written"),
    ],
)
def test_an_invalid_comparison_is_rejected_with_one_line(command, words, message):
    result = command("compare", *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_targets_of_one_name_in_incompatible_units_are_rejected():
    one, other = ({"targets": ["x"], "inputs": input_entry("x", unit=unit, value=1)} for unit in ("W", "USD"))
    with pytest.raises(InputError, match="x: in W in priors and in USD in priors; these cannot be compared"):
        compare(one, other)


def test_an_unknown_waterfall_is_rejected_with_a_suggestion():
    found = mcf.compare("gpt4", "palm", targets=["energy"], draws=64)
    with pytest.raises(InputError, match="enregy: no waterfall of it here; did you mean 'energy'"):
        found.waterfall("enregy")
    with pytest.raises(InputError, match="plam: not compared here; did you mean 'palm'"):
        found.waterfall("energy", "plam")


def test_an_invalid_hybrid_study_leaves_the_rest_of_the_comparison():
    """0 / 0 when one of two inputs has changed."""

    @mcf.node("1")
    def quotient(a, b):
        return (a - b) / (a - b)

    displayed = [page("quotient", known("a", i), known("b", 1 + i)) for i in range(2)]
    found = compare(*displayed, model=[quotient])
    assert "no waterfall, since a hybrid of the two cannot be evaluated: quotient: none of its draws" in found.notes[0]
    assert (found.difference.quotient == 0).all()


@mcf.node("1")
def square_root(a, sign):
    """Not finite for a negative argument."""
    with np.errstate(invalid="ignore"):
        return np.sqrt(a * sign)


def page_of_square_root(mean, sign):
    return page("square_root", normal("a", mean, 1), known("sign", sign))


def test_a_figure_without_finite_draws_is_null():
    few = json.loads(
        comparison_json(
            compare(page_of_square_root(-1, 1), page_of_square_root(-0.5, 1), model=[square_root], draws=2**6)
        )
    )
    waterfall = few["pairs"][0]["targets"]["square_root"]["waterfall"]
    assert waterfall["total"] == pytest.approx(waterfall["other"] - waterfall["first"])
    assert waterfall["total_mc_error"] is None  # some randomisations have no finite draws
    never = json.loads(
        comparison_json(compare(page_of_square_root(0, 1), page_of_square_root(0, -1), model=[square_root], draws=2**8))
    )
    found = never["pairs"][0]["targets"]["square_root"]
    assert found["lost"] == 2**8
    none = dict.fromkeys(("value", "mc_error", "low", "high"))
    assert found["probability_first_above"] == none | {"hits": 0, "draws": 0}
