"""The studies of docs/questions.md: medians beside calculations by hand at central values, and what is refused."""

import math

import numpy as np
import pytest

import mcfrontier as mcf
from mcfrontier.core.errors import InputError

DRAWS = 2**12
HOURS, SECONDS = 8766, 3600  # of a year, of an hour


@pytest.fixture(scope="module")
def run():
    """The studies, each run once."""
    done = {}

    def once(name):
        return done.setdefault(name, mcf.run(name, draws=DRAWS))

    return once


def middle(low, high):
    """The median of a lognormal with these p5 and p95."""
    return math.sqrt(low * high)


def median(run, name, **row):
    return float(np.median(run[name].sel(row) if row else run[name]))


def owner_cost(price, watts, life=5.0):
    """Rent at cost of a chip with its share of servers and network: 10 % a year, 5 % operation, 94 % rented."""
    recovery = 0.1025 / (1 - math.exp(-0.1025 * life))
    return price * (recovery + 0.0548) / 0.937 / HOURS + watts / 1000 * middle(0.05, 0.14)


def test_the_number_of_models_follows_from_the_largest_run(run):
    """2026: a largest run of 1.5e27 FLOP is 2.2 orders above 1e25, at 19 models in the first and 8 % more in each."""
    largest = 5e26 * middle(1.8, 5.2)
    orders, within, exponent = math.log10(largest / 1e25), middle(11, 34), middle(0.02, 0.30)
    count = within * (10 ** (exponent * orders) - 1) / (10**exponent - 1)
    assert count == pytest.approx(47, abs=1)
    assert median(run("model-counts"), "model_count", year="2026", threshold="over 1e25") == pytest.approx(
        count, rel=0.05
    )


def test_a_higher_threshold_never_has_more_models_and_fewer_are_published_than_trained(run):
    done = run("model-counts")
    of = {label: done["model_count"].sel(threshold=f"over {label}") for label in ("1e23", "1e25", "1e26")}
    assert (of["1e23"] >= of["1e25"]).all()
    assert (of["1e25"] >= of["1e26"]).all()
    assert (done["published_count"] <= done["model_count"]).all()
    last = done["cumulative_count"].sel(until="end of 2029")
    np.testing.assert_array_equal(last.values.T, done["model_count"].sum("year").values.T)


def test_a_year_whose_largest_run_lies_below_a_threshold_has_no_model_over_it(run):
    """The mean is 0, so the count is 0, and so is the number of those published."""
    done = run("model-counts")
    below = done["largest_compute"] < 1e26
    assert below.any()
    for name in ("model_count", "published_count"):
        assert (done[name].sel(threshold="over 1e26").where(below, 0) == 0).all()
        assert np.isfinite(done[name]).all()


def test_the_published_share_is_the_mean_over_the_releases_of_a_year(run):
    """1 - exp(-age / lag) at the release days of 2025, as a plain mean over a thousand of them."""
    lag, date = 0.4, 2026.327
    releases = 2025 + (np.arange(1000) + 0.5) / 1000
    exact = np.mean(1 - np.exp(-(date - releases) / lag))
    set_to = {"report_lag": f"{lag} year", "report_date": date, "reported_share": 0.5}
    given = mcf.run("model-counts", set=set_to, targets=["published_share"], draws=16)["published_share"]
    np.testing.assert_allclose(given.sel(year="2025"), exact / 2, rtol=1e-5)
    assert (given.sel(year="2027") == 0).all()


def test_the_largest_run_of_a_site_is_power_over_watts_times_rate_and_days(run):
    """GB200: 1.1 GW over 2.43 kW are 452,000 chips; 120 days at 0.25 x 0.91 of 2,500 TFLOP/s."""
    watts = 1200 * middle(1.3, 1.6) * middle(1.03, 1.35) * middle(1.06, 1.34)
    chips = 1.1e9 / watts
    operations = chips * 120 * 24 * SECONDS * 2500e12 * 0.25 * 0.9145
    price = chips * middle(38_000, 65_000) * middle(1.07, 1.32)
    rent = owner_cost(price / chips, watts * 0.75 / 1.18) * middle(1.08, 1.75) * chips * 120 * 24
    done = run("site-run")
    for name, figure in {
        "compute_budget": operations,
        "site_chips": chips,
        "acquisition_cost": price,
        "cloud_cost": rent,
    }.items():
        assert median(done, name, chip="GB200") == pytest.approx(figure, rel=0.08), name


def test_a_run_on_another_chip_scales_with_rate_and_utilisation(run):
    """H100: 1e25 / (989.4e12 x 0.267) are 10.5 million hours; H20: 148 of 989 TFLOP/s at 1.34 times the utilisation."""
    hours = 1e25 / (989.4e12 * 0.267) / SECONDS
    ratio = 989.4 / (148 * middle(1.0, 1.8))
    done = run("export-chips")
    assert median(done, "chip_time", chip="H100") == pytest.approx(hours, rel=0.05)
    assert median(done, "chips_over_h100", chip="H20") == pytest.approx(ratio, rel=0.02)
    assert median(done, "purchase_over_h100", chip="H20") == pytest.approx(ratio * 11_200 / 26_500, rel=0.03)
    assert median(done, "energy_over_h100", chip="H20") == pytest.approx(ratio * 400 * 1.8 / (700 * 1.8214), rel=0.02)


def test_a_class_listed_for_a_label_is_that_class():
    """GB200 in site-run, by label, and in rl-run, alone: a mixture of experts in FP8 on Blackwell."""
    by_chip, alone = (mcf.load(name).inputs["utilisation"].medians for name in ("site-run", "rl-run"))
    assert by_chip[2] == pytest.approx(alone[0])
    assert by_chip[0] != pytest.approx(alone[0], rel=0.05)
    rests = mcf.load("site-run").file.rests["utilisation"].rows
    assert "deepseek-2024-12" in rests[0]
    assert len(rests) == 5


def test_half_reinforcement_learning_takes_twice_the_chip_hours_of_pretraining(run):
    """Of its operations 0.22 are rollouts, at 0.245 of the utilisation, and 0.78 training, at 0.85 of it."""
    rollouts = 2 / (2 * (1 + 1) + 6 * 0.823)
    ratio = rollouts / middle(0.10, 0.60) + (1 - rollouts) / 0.85
    pretraining = 2.5e26 / (2500e12 * 0.25) / SECONDS
    done = run("rl-run")
    assert median(done, "rl_over_pretraining_time") == pytest.approx(ratio, rel=0.08)
    assert median(done, "chip_time", phase="pre-training") == pytest.approx(pretraining, rel=0.05)
    np.testing.assert_allclose(done["phase_compute"].sum("phase"), 5e26, rtol=1e-12)


def test_the_parts_of_a_lab_sum_to_the_whole_in_each_draw(run):
    done = run("lab-year")
    for part, whole in {
        "part_spending": "compute_spending",
        "part_chips": "fleet_chips",
        "part_power": "fleet_power",
    }.items():
        np.testing.assert_allclose(done[part].sum("part"), done[whole], rtol=1e-12)
    rent = owner_cost(middle(27_000, 46_000) * middle(1.07, 1.32), 700 * 1.8214 * 0.74 * 1.1) * middle(1.08, 1.75)
    assert median(done, "fleet_chips") == pytest.approx(7.01e9 / (rent * HOURS), rel=0.06)
    assert median(done, "research_spending") == pytest.approx(5e9, rel=0.02)


@pytest.mark.parametrize("name", ["research", "final", "inference"])
def test_a_sum_that_is_left_out_lies_within_its_prediction(name):
    done = mcf.run(f"lab-year-{name}", draws=2**15)
    (figure,) = done.study.file.disclosed.values()
    assert 0.05 < (done[figure.quantity] < figure.value).mean() < 0.95


def test_a_life_of_three_years_doubles_the_depreciation(run):
    """GPT-4: 57 million hours of a chip at $20,900 with servers and network; electricity at 0.76 kW and $0.084."""
    hours = 6 * 277e9 * 13.9e12 / (312e12 * 0.42 * 0.83) / SECONDS
    electricity = hours * 0.4 * middle(1.4, 2.6) * middle(0.05, 0.141)
    price, done = middle(10_000, 20_000) / 0.69, run("gpt4-life")
    for life in (3, 6):
        rows = {"life": f"{life} years"}
        books = hours * price / (life * HOURS) + electricity
        amortised = hours * price * math.exp(-1.75 / life) / (life * HOURS) + electricity
        assert median(done, "inhouse_cost", **rows) == pytest.approx(books, rel=0.05)
        assert median(done, "amortised_cost", **rows) == pytest.approx(amortised, rel=0.05)


@pytest.mark.parametrize(
    ("study", "set_to", "message"),
    [
        ("site-run", {"site_power": 0}, "capital_per_power: none of its draws is finite.* at what is set, site_power"),
        (
            "lab-year",
            {"final_share": 0.5, "inference_share": 0.6},
            "experiments.: a share, .* outside 0 to 1.*-0.1; corr",
        ),
        ("lab-year", {"division": 0.5}, "its 3 rows are shares that sum to one"),
        ("lab-year", {"part_share": 0.5}, "divided_spending.*has no dimension 'part'"),
        ("rl-run", {"rl_share": 1.5}, "a share must stay within 0 and 1"),
    ],
)
def test_a_whole_without_parts_or_with_too_many_is_refused_in_one_line(study, set_to, message):
    with pytest.raises(InputError, match=message) as refused:
        mcf.run(study, set=set_to, draws=64)
    assert "\n" not in str(refused.value)
