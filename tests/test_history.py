"""The history of training costs, against what is published of it."""

import json

import numpy as np
import pytest

import mcfrontier as mcf
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


def test_as_many_runs_have_each_cost_as_published(point):
    assert point["amortised_cost_2023usd"]["dim"] == "run"
    assert len(point["amortised_cost_2023usd"]["labels"]) == 64
    assert len(by_run(point["amortised_cost_2023usd"])) == 41
    assert len(by_run(point["cloud_cost_2023usd"])) == 36
    assert len(by_run(point["acquisition_cost_2023usd"])) == 33


def test_what_gpt4_cost_to_rent_and_to_buy_is_as_published(point):
    """57e6 chip-hours at $1.36; 25,000 chips at $24,875 with server, interconnect 19 % of the whole."""
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


def test_the_published_trend_holds_to_its_digits(point):
    assert by_run(point["growth"])["amortised"] == pytest.approx(2.40727, abs=1e-5)
    assert by_run(point["growth_high"])["amortised"] == pytest.approx(2.9431, abs=5e-5)
    assert by_run(point["doubling_time"])["amortised"] == pytest.approx(9.46822, abs=1e-5)


def test_components_have_the_published_mean_shares(point):
    """Chips 44 %, servers 29 %, interconnect 17 %, energy the rest."""
    shares = [point[f"mean_{part}_share"]["value"] for part in ("chip", "server", "interconnect", "energy")]
    assert [round(100 * share) for share in shares[:3]] == [44, 29, 17]
    assert sum(shares) == pytest.approx(1)


def test_drawn_the_trend_holds_the_uncertainty_of_each_cost():
    """Errors of the costs scatter them further: the slope spreads, and the fit is worse than at the centre."""
    run = mcf.run("history", draws=2**11)
    rate, fit = (run.summary[f"{name}[amortised]"].values for name in ("growth_rate", "growth_fit"))
    assert 10 ** rate["p5"] < 2.407 < 10 ** rate["p95"]
    assert rate["p95"] - rate["p5"] > 0.05
    assert fit["p50"] < 0.582
    assert run.summary["growth_count[amortised]"].values["sd"] == 0
    assert not run.lost
    assert len(run.missing & set(run.rows_of(["amortised_cost_2023usd"]))) == 64 - 41


def test_the_interval_of_growth_joins_the_scatter_of_the_runs_and_the_uncertainty_of_each_cost():
    run = mcf.run("history", draws=2**11, targets=["growth", "growth_rate", "growth_low", "growth_high"])
    joint, costs = (run.summary[f"{name}[amortised]"].values for name in ("growth", "growth_rate"))
    assert joint["p95"] - joint["p5"] > 10 ** costs["p95"] - 10 ** costs["p5"]
    assert joint["p95"] - joint["p5"] > 2.943 - 1.969


def test_chip_hours_are_drawn_once_for_hardware_energy_and_rent():
    run = mcf.run("history", draws=2**11, targets=["cloud_cost", "energy"])
    assert run.rank_correlation("cloud_cost[GPT-4]", "energy[GPT-4]") > 0.9


TABLE = (
    "# remarks\nchip,made by,price [USD/chip],low [1],high [1]\nA100,N,15000,0.5,2\nTPU,G,,0.25,4\nH100,N,24000,0.5,2\n"
)
STUDY = 'targets = ["cost", "price"]\n[tables.chip]\nfile = "chips.csv"\nsource = "a table"\n' + entry(
    "cost", "lognormal", "USD/chip", by='"chip"', p5='"low"', p95='"high"', times='"price"'
)


def test_a_table_is_a_dimension_and_its_columns_are_words_of_entries(page, tmp_path):
    page("study", STUDY)
    (tmp_path / "priors/chips.csv").write_text(TABLE)
    run = mcf.run("study", draws=2**12)
    found = run.quantiles([0.05, 0.5, 0.95]).cost
    np.testing.assert_allclose(found.sel(chip="A100"), [7_500, 15_000, 30_000], rtol=0.05)
    np.testing.assert_allclose(found.sel(chip="H100"), [12_000, 24_000, 48_000], rtol=0.05)
    assert np.isnan(found.sel(chip="TPU")).all()
    assert run.missing == {"cost[TPU]", "price[TPU]"}
    assert run.notes == ()


@pytest.mark.parametrize(
    ("table", "parts"),
    [
        (TABLE.replace("15000", "cheap"), ("chips.csv: A100: price: 'cheap'",)),
        (TABLE.replace(",15000,", ","), ("chips.csv: A100: 4 cells where the head has 5",)),
        (TABLE.replace("USD/chip", "USX/chip"), ("chips.csv: price: unknown unit 'USX'",)),
        (TABLE.replace("H100", "A100"), ("its labels must differ",)),
        ("chip\n", ("a table has a head and at least one row",)),
        (TABLE.replace("15000,0.5", "15000,5"), ("cost: p5 = 5 must lie below p95 = 2",)),
        (None, ("there is no 'chips.csv' in the priors folders",)),
    ],
)
def test_a_table_that_is_wrong_is_refused_in_one_line(table, parts, page, command, tmp_path):
    page("study", STUDY)
    if table is not None:
        (tmp_path / "priors/chips.csv").write_text(table)
    ended = command("run", "study")
    assert ended.code == 2
    assert ended.err.count("\n") == 1
    for part in parts:
        assert part in ended.err


def test_a_table_outside_the_priors_folders_is_not_read(page, command, tmp_path):
    page("study", STUDY.replace("chips.csv", "../chips.csv"))
    (tmp_path / "chips.csv").write_text(TABLE)
    assert "there is no '../chips.csv'" in command("run", "study").err


def test_a_point_is_a_value_else_the_best_guess_else_the_median(page, command):
    page("study", 'targets = ["a", "b", "c"]\n' + entry("a", value=3) + entry("b", "uniform", low=0, high=10, best=7)
         + entry("c", "uniform", low=0, high=10))  # fmt: skip
    told = json.loads(command("run", "study", "--point", "--json").out)["quantities"]
    assert {name: quantity["value"] for name, quantity in told.items()} == {"a": 3, "b": 7, "c": 5}


def test_a_point_is_a_table_on_a_terminal_and_writes_nothing(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    ended = command("run", "gpt4", "--point")
    assert "training compute" in ended.out
    assert list(tmp_path.iterdir()) == []


def test_a_point_along_two_dimensions_has_a_line_a_row(page, command):
    text = 'targets = ["energy_cost"]\n[dimensions]\nchip = ["A", "B"]\nsite = ["x", "y"]\n'
    text += entry("energy", unit="kWh", by='"chip"', value=[1, 2])
    page("bill", text + entry("energy_price", unit="USD/kWh", by='"site"', value=[3, 5]))
    rows = [line.rsplit(None, 1) for line in command("run", "bill", "--point").out.splitlines()[1:]]
    figures = {"A, x": "$3", "A, y": "$5", "B, x": "$6", "B, y": "$10"}
    assert [(name.strip(), figure) for name, figure in rows] == [
        (f"energy cost [{row}]", figure) for row, figure in figures.items()
    ]


def test_some_labels_of_a_dimension_keep_their_draws():
    whole = mcf.run("history", draws=2**6, targets=["amortised_cost"]).draws
    page = {"extends": ["history"], "targets": ["amortised_cost"], "only": {"run": ["PaLM (540B)", "GPT-4"]}}
    some = mcf.run(page, draws=2**6).draws
    assert some.run.values.tolist() == ["PaLM (540B)", "GPT-4"]
    np.testing.assert_array_equal(some.amortised_cost, whole.amortised_cost.sel(run=some.run))
    np.testing.assert_array_equal(some.chip_time.sel(run="GPT-4"), whole.chip_time.sel(run="GPT-4"))


def test_a_file_that_takes_in_some_labels_has_the_columns_of_these(page, tmp_path):
    """A word that names a column gets the rows that are left."""
    page("study", STUDY + '[only]\nchip = ["H100"]\n')
    (tmp_path / "priors/chips.csv").write_text(TABLE)
    again = {"extends": ["study"], "targets": ["cost"]}
    again["inputs"] = {"cost": {"family": "value", "value": "price", "by": "chip", "unit": "USD/chip", "source": "it"}}
    assert mcf.run(again, draws=64).draws.cost.sel(chip="H100").values.tolist() == [24_000] * 64


@pytest.mark.parametrize(
    ("only", "told"),
    [
        ('rum = ["GPT-4"]', "only: rum: there is no such dimension; did you mean 'run'?"),
        ('run = ["GPT-5"]', "only: run: 'GPT-5' is no label of it; did you mean 'GPT-4'?"),
        ('run = ["GPT-4", "GPT-4"]', "only: run: its labels must differ"),
        ("run = []", "there must be one at least"),
    ],
)
def test_labels_that_are_not_there_are_refused(only, told, page, command):
    page("study", f'extends = ["history"]\ntargets = ["energy"]\n[only]\n{only}\n')
    ended = command("run", "study")
    assert (ended.code, ended.err.count("\n")) == (2, 1)
    assert told in ended.err


def test_a_study_with_many_rows_takes_fewer_draws_unless_it_is_told():
    from mcfrontier import study

    assert study.load("gpt4").draws == 2**17
    assert study.load("history").draws == 2**14
    assert mcf.run("history", draws=32, targets=["date"]).sampler.draws == 32
