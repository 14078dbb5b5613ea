"""The study of a table of runs, beside calculations by hand."""

import csv
from datetime import date

import numpy as np
import pytest
from msgspec.structs import replace
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier.distributions.prices import Target, predict
from mcfrontier.study import csv_table, money, priors_file
from mcfrontier.study.samples import read_quotes
from tests.conftest import ROOT

DRAWS = 2**12
HEAD = "run,chip,precision,moe"


@pytest.fixture(scope="module")
def run():
    return mcf.run("runs", draws=DRAWS)


def quantiles_of_class(name, levels, entry="utilisation"):
    return priors_file.load(name).priors[entry].distributions[0].ppf(np.array(levels))


def utilisation_without_family(label):
    """The utilisation of a run from the runs of other families."""
    entry = priors_file.load("utilisation/any").priors["utilisation"].entry
    table = entry.table
    i = table.labels.index(label)
    rest = table.rows([k for k, family in enumerate(table.groups) if family != table.groups[i]])
    where = {name: table.cells[name][i] for name in entry.offsets}
    return replace(entry, where=where, sample=rest).distribution()


@pytest.mark.parametrize(
    ("label", "flop", "hours", "peak"),
    [
        ("LLaMA 65B", 5.477e23, 1_022_362, 312e12),
        ("Llama 3.1 405B", 3.791e25, 30_840_000, 989.4e12),
        ("DeepSeek-V2", 1.021e24, 1_399_680, 989e12),
    ],
)
def test_the_percentile_of_disclosed_hours_is_that_of_the_utilisation_without_family(run, label, flop, hours, peak):
    """A run whose hours are disclosed has used them: utilisation = FLOP / (hours x 3600 x peak)."""
    found = run.summary[f"chip_time_below_disclosed[{label}]"]
    expected = float(utilisation_without_family(label).sf(np.array([flop / (hours * 3600 * peak)]))[0])
    assert found.values["probability"] == pytest.approx(expected, abs=4 * found.errors["probability"] + 0.002)
    assert run.summary[f"chip_time[{label}]"].values["p5"] == run.summary[f"chip_time[{label}]"].values["p95"] == hours


def test_energy_is_hours_times_watts_of_server_and_site(run):
    """LLaMA 65B: 1,022,362 hours of 400 W, with the factors of the priors drawn here by scipy's own distributions."""
    rng, z, n = np.random.default_rng(0), special.ndtri(0.95), 400_000

    def lognormal(p5, p95, low=0.0, high=np.inf):
        mean, sd = np.log(p5 * p95) / 2, np.log(p95 / p5) / 2 / z
        ends = (np.log([max(low, 1e-300), high]) - mean) / sd
        return np.exp(mean + sd * stats.truncnorm(*ends).rvs(n, random_state=rng))

    factors = lognormal(1.5, 2.1, low=1) * lognormal(0.45, 1.0, high=1) * lognormal(1.06, 1.34, low=1)
    expected = np.quantile(1_022_362 * 400e-6 * factors, [0.05, 0.5, 0.95])
    found = run.summary["energy[LLaMA 65B]"].values
    np.testing.assert_allclose([found["p5"], found["p50"], found["p95"]], expected, rtol=0.02)


def test_what_a_run_does_not_state_comes_from_its_class(tmp_path):
    """Chip-hours are FLOP over peak and utilisation, with the levels of the class from the other end."""
    path = tmp_path / "mine.csv"
    path.write_text(
        f"{HEAD},training_compute [FLOP],chip_count [chip]\nmine,H100,bf16,0,1e25,10000\nother,B300,bf16,1,1e25,\n"
    )
    found = mcf.run("runs", table=path, draws=2**14).summary
    for label, name, peak in (("mine", "hopper-dense", 989.4e12), ("other", "blackwell-moe", 2250e12)):
        expected = 1e25 / (3600 * peak * quantiles_of_class(f"utilisation/{name}", [0.95, 0.5, 0.05]))
        values = found[f"chip_time[{label}]"].values
        np.testing.assert_allclose([values["p5"], values["p50"], values["p95"]], expected, rtol=0.03)
    days = found["training_time[mine]"].values["p50"]
    assert days == pytest.approx(found["chip_time[mine]"].values["p50"] / 10_000 / 24, rel=0.01)


def index(year):
    """US consumer prices of a year."""
    lines = (ROOT / "priors/tables/price-index.csv").read_text().splitlines()
    return next(float(line.split(",")[1]) for line in lines if line.startswith(f"{year},"))


@pytest.mark.parametrize(
    ("label", "chip", "day"),
    [
        ("LLaMA 65B", "A100 80GB", date(2023, 2, 24)),
        ("Llama 3.1 405B", "H100", date(2024, 7, 23)),
        ("DeepSeek-V3", "H800", date(2024, 12, 26)),
    ],
)
def test_prices_are_those_predicted_on_the_day_of_release_in_money_of_2025(run, label, chip, day):
    quotes = read_quotes("server", csv_table.Tables([ROOT / "priors"]))
    known = predict(quotes, [Target(chip, day, ("share of a server", "quote"))]).distribution(0)
    levels = np.array([0.05, 0.5, 0.95])
    prior = run.study.inputs["server_price"]
    found = prior.distributions[prior.labels.index(label)].ppf(levels)
    np.testing.assert_allclose(found, known.ppf(levels) * index(2025) / index(day.year), rtol=1e-9)


def test_a_table_without_days_of_release_has_the_prices_of_the_price_date(tmp_path):
    path = tmp_path / "mine.csv"
    path.write_text(f"{HEAD}\nmine,H100,bf16,0\nother,,bf16,0\n")
    made = mcf.load("runs", table=path).inputs["server_price"]
    assert made.stated["date"] == ["2026-11-30"] * 2
    assert made.stated["class_known"] == [True, False]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("run,chip,precision\nx,H100,bf16\n", "there is no column 'moe'"),
        (f"{HEAD}\nx,H100,BF16,0\n", "x: precision: 'BF16' is none of bf16, fp8, fp4"),
        (f"{HEAD}\nx,H1000,bf16,0\n", "x: chip: 'H1000' is not in .*tables/chips.csv; did you mean 'H100'"),
        (f"{HEAD},tokens\nx,H100,bf16,0,1e12\n", r"'tokens' has no unit; write it as tokens \[token\]"),
        (f"{HEAD},tokens [USD]\nx,H100,bf16,0,1e12\n", "tokens"),
    ],
)
def test_a_table_of_ones_own_is_checked(tmp_path, text, problem):
    (tmp_path / "mine.csv").write_text(text)
    with pytest.raises(mcf.InputError, match=problem):
        mcf.load("runs", table=tmp_path / "mine.csv")


def test_a_study_that_extends_a_class_needs_operations_and_a_count_alone():
    targets = ["chip_time", "training_time", "amortised_cost", "inhouse_cost", "cloud_cost", "acquisition_cost"]
    targets += ["capital_cost", "ownership_cost", "cluster_rent", "energy_cost"]
    page = {"extends": ["utilisation/hopper-dense", "chips/h100"], "targets": targets}
    known = {"family": "value", "source": "a test"}
    inputs = {"training_compute": {**known, "value": 1e25, "unit": "FLOP"}}
    study = mcf.load({**page, "inputs": {**inputs, "chip_count": {**known, "value": 1e4, "unit": "chip"}}})
    assert study.targets == tuple(targets)
    pair = {"active_parameters": {**known, "value": 7e10, "unit": "parameter"}}
    pair |= {"tokens": {**known, "value": 1.5e13, "unit": "token"}}
    assert mcf.load({**page, "targets": ["chip_time", "amortised_cost", "cloud_cost"], "inputs": pair})
    for path in sorted((ROOT / "priors" / "utilisation").glob("*.toml")):
        assert "achieved_rate" in priors_file.load(f"utilisation/{path.stem}").aliases


def test_the_energy_of_chips_is_that_of_their_hours_alone():
    """OLMo 2 7B, at the medians: operations over utilisation and peak, at 700 W times the share of a lognormal cut
    at 1."""
    z = special.ndtri(0.95)
    mean, sd = np.log(0.45) / 2, -np.log(0.45) / 2 / z
    share = np.exp(mean + sd * special.ndtri(special.ndtr(-mean / sd) / 2))
    (utilisation,) = quantiles_of_class("utilisation/hopper-dense", [0.5])
    expected = 1.701e23 / (utilisation * 989.4e12 * 3600) * 700e-6 * share
    found = mcf.run("blind/disclosed", draws=DRAWS).summary["chip_energy[OLMo 2 7B]"].values["p50"]
    assert found == pytest.approx(expected, rel=0.04)


def test_days_are_scored_of_all_runs_whose_chips_and_days_agree_with_their_paid_hours():
    """But for those whose chip-hours another study in the ledger predicts."""
    path = ROOT / "priors" / "tables" / "disclosed.csv"
    rows = csv.DictReader(line for line in path.read_text().splitlines() if not line.startswith("#"))
    days = {}
    for row in rows:
        count, time, hours = (row[key] for key in ("chip_count [chip]", "training_time [day]", "chip_time [chip*h]"))
        stated = row["utilisation [share]"] and count and time and not row["known_until"]
        if stated and float(count) * float(time) * 24 == pytest.approx(float(hours), rel=0.01):
            days[f"predicted_training_time[{row['run']}]"] = float(time)
    for run in ("LLaMA 65B", "BLOOM 176B", "Gopher 280B", "MAI-Base-1 (MAI-Thinking-1)"):
        del days[f"predicted_training_time[{run}]"]
    figures = priors_file.load("blind/disclosed").disclosed.values()
    assert days == {each.quantity: each.value for each in figures if each.unit == "day"}


def test_an_amortised_cost_in_dollars_of_2023_is_compared_in_those_of_the_study(run):
    """Grok 3: $217.8M of 2023 by Epoch AI, times the consumer prices of 2025 over those of 2023."""
    stated = run.study.inputs["disclosed_amortised_stated"]
    i = run.study.file.dimensions["run"].index("Grok 3")
    index = money.price_index("USD")
    assert stated.medians[i] == pytest.approx(217.8e6 * index[2025] / index[2023])
    found = run.summary["amortised_below_disclosed[Grok 3]"]
    draws = run["amortised_cost"].sel(run="Grok 3").values
    assert found.values["probability"] == pytest.approx((draws < stated.medians[i]).mean(), abs=1e-9)
