"""The history of training costs, against published figures."""

import json

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.runs.diagnostics import non_finite
from tests.conftest import entry

PUBLISHED = {  # 2023 USD, Cottier et al. (2024), arXiv 2405.21015v2, recomputed from the data of Epoch AI (CC BY 4.0)
    "GPT-4": 40_586_592.58,
    "Gemini 1.0 Ultra": 29_827_341.92,
    "PaLM (540B)": 2_945_949.76,
    "Inflection-2": 12_961_959.00,
    "OPT-175B": 731_667.61,
}


@pytest.fixture
def point(command):
    return json.loads(command("run", "history", "--point", "--json").out)["quantities"]


def by_run(quantity):
    return {
        label: value for label, value in zip(quantity["labels"], quantity["values"], strict=True) if value is not None
    }


def test_central_values_give_the_published_costs(point):
    costs = by_run(point["amortised_cost_2023usd"])
    for run, cost in PUBLISHED.items():
        assert costs[run] == pytest.approx(cost, rel=1e-6)


def test_the_number_of_runs_with_each_cost_is_as_published(point):
    assert point["amortised_cost_2023usd"]["dim"] == "run"
    assert len(point["amortised_cost_2023usd"]["labels"]) == 64
    assert len(by_run(point["amortised_cost_2023usd"])) == 41
    assert len(by_run(point["cloud_cost_2023usd"])) == 36
    assert len(by_run(point["acquisition_cost_2023usd"])) == 33


def test_the_rental_and_purchase_costs_of_gpt4_are_as_published(point):
    """57e6 chip-hours at $1.36; 25,000 chips at $24,875 with server, interconnect 19 % of the cluster."""
    assert by_run(point["cloud_cost"])["GPT-4"] == pytest.approx(77_520_000)
    assert by_run(point["acquisition_cost"])["GPT-4"] == pytest.approx(767_746_914, rel=1e-8)


GROWTH = {  # times a year, 90 % interval, R2, runs: Cottier et al. (2024) and OLS on their data, Epoch AI (CC BY 4.0)
    "amortised": (2.40727, 1.969, 2.9431, 0.582, 41),
    "amortised, without TPUs": (2.957, 2.355, 3.713, 0.771, 22),
    "rented": (2.52, 2.08, 3.05, 0.664, 36),
    "bought": (2.483, 2.077, 2.969, 0.706, 33),
    "amortised, without two outliers": (2.738, 2.269, 3.304, 0.689, 39),
    "amortised, without four outliers": (3.185, 2.682, 3.782, 0.787, 37),
}


@pytest.mark.parametrize("trend", list(GROWTH))
def test_growth_is_as_published(trend, point):
    names = ("growth", "growth_low", "growth_high", "growth_fit", "growth_count")
    assert [by_run(point[name])[trend] for name in names] == pytest.approx(GROWTH[trend], rel=2e-3)


def test_the_published_trend_matches_to_its_digits(point):
    assert by_run(point["growth"])["amortised"] == pytest.approx(2.40727, abs=1e-5)
    assert by_run(point["growth_high"])["amortised"] == pytest.approx(2.9431, abs=5e-5)
    assert by_run(point["doubling_time"])["amortised"] == pytest.approx(9.46822, abs=1e-5)


def test_components_have_the_published_mean_shares(point):
    """Chips 44 %, servers 29 %, interconnect 17 % and energy the remainder."""
    shares = [point[f"mean_{part}_share"]["value"] for part in ("chip", "server", "interconnect", "energy")]
    assert [round(100 * share) for share in shares[:3]] == [44, 29, 17]
    assert sum(shares) == pytest.approx(1)


def test_only_the_fine_tunes_and_undisclosed_runs_have_no_cost():
    run = mcf.run("history", draws=2**11)
    assert run.summary["growth_count[amortised]"].values["sd"] == 0
    assert not non_finite(run.core)
    assert len(run.core.missing & set(run.core.rows_of(["amortised_cost_2023usd"]))) == 64 - 41


def test_chip_hours_are_shared_by_hardware_energy_and_rent():
    run = mcf.run("history", draws=2**11, targets=["cloud_cost", "energy", "chip_power", "rental_price"])
    rented, used = run["cloud_cost"] / run["rental_price"], run["energy"] / run["chip_power"]
    gpt4 = rented.sel(run="GPT-4").values
    np.testing.assert_allclose(gpt4 / gpt4[0], used.sel(run="GPT-4").values / used.sel(run="GPT-4").values[0])


TABLE = (
    "# remarks\nchip,made by,price [USD/chip],low [1],high [1]\nA100,N,15000,0.5,2\nTPU,G,,0.25,4\nH100,N,24000,0.5,2\n"
)
STUDY = 'targets = ["cost", "price"]\n[tables.chip]\nfile = "chips.csv"\nsource = "a table"\n' + entry(
    "cost", "lognormal", "USD/chip", by='"chip"', p5='"low"', p95='"high"', times='"price"'
)


def test_a_table_defines_a_dimension_and_its_columns_are_usable_in_entries(page, tmp_path):
    page("study", STUDY)
    (tmp_path / "priors/chips.csv").write_text(TABLE)
    run = mcf.run("study", draws=2**12)
    found = run.quantiles([0.05, 0.5, 0.95]).cost
    np.testing.assert_allclose(found.sel(chip="A100"), [7_500, 15_000, 30_000], rtol=0.05)
    np.testing.assert_allclose(found.sel(chip="H100"), [12_000, 24_000, 48_000], rtol=0.05)
    assert np.isnan(found.sel(chip="TPU")).all()
    assert run.core.missing == {"cost[TPU]", "price[TPU]"}
    assert run.notes == ()


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        (TABLE.replace("15000", "cheap"), ("chips.csv: A100: price: 'cheap'",)),
        (TABLE.replace(",15000,", ","), ("chips.csv: A100: 4 cells where the head has 5",)),
        (TABLE.replace("USD/chip", "USX/chip"), ("chips.csv: price: unknown unit 'USX'",)),
        (TABLE.replace("H100", "A100"), ("labels must be distinct",)),
        ("chip\n", ("a table has a head and at least one row",)),
        (TABLE.replace("15000,0.5", "15000,5"), ("cost[A100]: p5 = 5 must lie below p95 = 2",)),
        (None, ("there is no 'chips.csv' in the priors folders",)),
    ],
)
def test_an_invalid_table_is_rejected_with_one_line(table, parts, page, command, tmp_path):
    page("study", STUDY)
    if table is not None:
        (tmp_path / "priors/chips.csv").write_text(table)
    result = command("run", "study")
    assert result.code == 2
    assert result.err.count("\n") == 1
    for part in parts:
        assert part in result.err


def test_a_table_outside_the_priors_folders_is_not_read(page, command, tmp_path):
    page("study", STUDY.replace("chips.csv", "../chips.csv"))
    (tmp_path / "chips.csv").write_text(TABLE)
    assert "there is no '../chips.csv'" in command("run", "study").err


def test_a_point_estimate_is_the_value_or_best_guess_or_median(page, command):
    page("study", 'targets = ["a", "b", "c"]\n' + entry("a", value=3) + entry("b", "uniform", low=0, high=10, best=7)
         + entry("c", "uniform", low=0, high=10))  # fmt: skip
    found = json.loads(command("run", "study", "--point", "--json").out)["quantities"]
    assert {name: quantity["value"] for name, quantity in found.items()} == {"a": 3, "b": 7, "c": 5}


def test_point_estimates_print_a_table_and_write_nothing(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    result = command("run", "gpt4", "--point")
    assert "training compute" in result.out
    assert list(tmp_path.iterdir()) == []


def test_a_point_estimate_along_two_dimensions_has_one_line_per_row(page, command):
    text = 'targets = ["energy_cost"]\n[dimensions]\nchip = ["A", "B"]\nsite = ["x", "y"]\n'
    text += entry("energy", unit="kWh", by='"chip"', value=[1, 2])
    page("bill", text + entry("energy_price", unit="USD/kWh", by='"site"', value=[3, 5]))
    rows = [line.rsplit(None, 1) for line in command("run", "bill", "--point").out.splitlines()[1:]]
    figures = {"A, x": "$3", "A, y": "$5", "B, x": "$6", "B, y": "$10"}
    assert [(name.strip(), figure) for name, figure in rows] == [
        (f"energy cost [{row}]", figure) for row, figure in figures.items()
    ]


def test_a_subset_of_labels_keeps_its_draws():
    page = {"extends": ["history"], "targets": ["amortised_cost"]}
    whole = mcf.run(page, draws=2**6).draws
    some = mcf.run(page | {"only": {"run": ["PaLM (540B)", "GPT-4"]}}, draws=2**6).draws
    assert some.run.values.tolist() == ["PaLM (540B)", "GPT-4"]
    np.testing.assert_array_equal(some.amortised_cost, whole.amortised_cost.sel(run=some.run))
    np.testing.assert_array_equal(some.chip_time.sel(run="GPT-4"), whole.chip_time.sel(run="GPT-4"))


def test_a_file_with_a_subset_of_labels_has_their_columns(page, tmp_path):
    """A key that names a column has the rows of the subset."""
    page("study", STUDY + '[only]\nchip = ["H100"]\n')
    (tmp_path / "priors/chips.csv").write_text(TABLE)
    again = {"extends": ["study"], "targets": ["cost"]}
    again["inputs"] = {"cost": {"family": "value", "value": "price", "by": "chip", "unit": "USD/chip", "source": "it"}}
    assert mcf.run(again, draws=64).draws.cost.sel(chip="H100").values.tolist() == [24_000] * 64


@pytest.mark.parametrize(
    ("only", "message"),
    [
        ('rum = ["GPT-4"]', "only: rum: there is no such dimension; did you mean 'run'?"),
        ('run = ["GPT-5"]', "only: run: 'GPT-5' is not a label of it; did you mean 'GPT-4'?"),
        ('run = ["GPT-4", "GPT-4"]', "labels must be distinct"),
        ("run = []", "at least one label is needed"),
    ],
)
def test_unknown_labels_are_rejected(only, message, page, command):
    page("study", f'extends = ["history"]\ntargets = ["energy"]\n[only]\n{only}\n')
    result = command("run", "study")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert message in result.err


def test_a_study_with_many_rows_has_fewer_default_draws():

    assert mcf.load("gpt4").draws == 2**17
    assert mcf.load("history").draws == 2**14
    assert mcf.run("history", draws=32, targets=["date"]).sampler.draws == 32


def test_later_evidence_changes_only_the_runs_that_it_is_of(point, command):
    """Falcon-180B took 7.0 of the 17.7 million chip-hours that were guessed, at the same price and power."""
    found = json.loads(command("run", "history-2026", "--point", "--json").out)["quantities"]
    before, after = (by_run(each["amortised_cost_2023usd"]) for each in (point, found))
    assert after["Falcon-180B"] == pytest.approx(before["Falcon-180B"] * 7e6 / 17_694_720)
    assert after["PaLM (540B)"] < before["PaLM (540B)"]
    for run in ("GPT-4", "OPT-175B", "GPT-3 175B (davinci)", "BLOOM-176B"):
        assert after[run] == before[run]


@pytest.mark.parametrize(
    ("name", "text", "message"),
    [
        ("run", "run,chip_time_stated [chip*h]\nFalcon-18B,7e6\n", "'Falcon-18B' is not a label of the table"),
        ("run", "run,chip_tim [chip*h]\nFalcon-180B,7e6\n", "chip_tim [chip*h] is not a column of the table"),
        ("runn", "run,imputed [1]\nFalcon-180B,0\n", "mended: there is no table 'runn'"),
    ],
)
def test_cells_without_a_place_are_refused_with_one_line(page, name, text, message):
    path = page("study", f'extends = ["history"]\ntargets = ["growth"]\n[mended]\n{name} = "mine.csv"\n')
    (path.parent / "mine.csv").write_text(text)
    with pytest.raises(mcf.InputError) as refused:
        mcf.load("study")
    assert message in str(refused.value)
    assert "\n" not in str(refused.value)
