"""What the cost bases leave out: nothing is added unless a study states it, and then it is what a hand finds."""

import pytest

import mcfrontier as mcf
from tests.conftest import entry

KNOWN = {  # round numbers: a chip of $80,000 for four years, 1,000 chip-hours, $3 an hour
    "cluster_price": (80_000, "USD/chip"),
    "economic_life": (4, "year"),
    "chip_time": (1_000, "chip*h"),
    "energy": (2, "MWh"),
    "energy_price": (100, "USD/MWh"),
    "rental_price": (3, "USD/chip/h"),
    "acquisition_cost": (1e6, "USD"),
    "resale_value": (4e5, "USD"),
    "cluster_time": (2, "year"),
    "creation_energy_cost": (1e4, "USD"),
    "creation_staff_cost": (1e5, "USD"),
}
TARGETS = ("inhouse_cost", "cloud_cost", "ownership_cost", "upfront_cost")
STATED = {"capital_rate": (0.1, "1/year"), "occupancy": (0.8, "share")}
STATED |= {"discarded_share": (0.2, "share"), "data_cost": (5e4, "USD")}
HOURS = 8766.0  # of a year


def costs(**stated):
    inputs = {
        name: {"family": "value", "value": value, "unit": unit, "source": "a test"}
        for name, (value, unit) in (KNOWN | stated).items()
    }
    run = mcf.run({"targets": list(TARGETS), "inputs": inputs}, draws=64)
    return {name: run.summary[name].values["p50"] for name in TARGETS}


def test_nothing_is_added_unless_it_is_stated():
    found = costs()
    assert found["inhouse_cost"] == pytest.approx(80_000 / 4 / HOURS * 1_000 + 200)
    assert found["cloud_cost"] == 3_000
    assert found["ownership_cost"] == pytest.approx(6e5)
    assert found["upfront_cost"] == pytest.approx(1.11e6)


def test_what_is_stated_is_added_as_by_hand():
    found = costs(**STATED)
    charged = 1_000 / 0.8 / 0.8  # of chip-hours: a fifth is discarded, and a fifth of the time idle
    assert found["inhouse_cost"] == pytest.approx((80_000 / 4 + 80_000 * 0.1 / 2) / HOURS * charged + 200 / 0.8)
    assert found["cloud_cost"] == pytest.approx(3_000 / 0.8)
    assert found["ownership_cost"] == pytest.approx(6e5 + 1e6 * 0.1 * 2)
    assert found["upfront_cost"] == pytest.approx(1.11e6 + 5e4)


def test_page_1_says_what_is_left_out(command, here):
    from pypdf import PdfReader

    def first_page(*words):
        command("run", "gpt4", "--draws", 64, "--target", "inhouse_cost", *words)
        return " ".join(PdfReader("reports/gpt4/report.pdf").pages[0].extract_text().split())

    assert "Left out capital rate (0), occupancy (1), discarded share (0)" in first_page()
    assert "Left out capital rate (0), occupancy (1)" in first_page("--set", "discarded_share=10%")


def test_a_number_with_a_unit_is_refused_of_a_node_without_arguments_unless_it_is_0(page):
    @mcf.node("USD")
    def fee():
        return 5.0

    page("study", 'targets = ["total"]\n' + entry("bill", family="lognormal", unit="USD", p5=1, p95=2))

    @mcf.node("USD")
    def total(bill, fee):
        return bill + fee

    with pytest.raises(mcf.InputError, match="node fee: yields plain numbers, not USD"):
        mcf.load("study", model=[fee, total])
