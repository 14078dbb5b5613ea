"""Results of published distributions, and errors of published practice that are avoided."""

import json

import numpy as np
import pytest

import mcfrontier as mcf
from tests.conftest import ROOT

PUBLISHED = json.loads((ROOT / "tests/cases/published.json").read_text())


@pytest.mark.parametrize("kind", ["GPU", "TPU"])
def test_acquisition_cost_has_the_closed_form_interval_under_the_published_distributions(kind):
    run = mcf.run(ROOT / "tests/cases/bought.toml", draws=2**19)
    low, middle, high = run.quantiles([0.05, 0.5, 0.95]).acquisition_cost.sel(kind=kind).values
    assert [low / middle, high / middle] == pytest.approx(PUBLISHED["bought"][kind], rel=5e-3)


def value(words, unit, **more):
    return {"family": "value", "value": words, "unit": unit, "source": "at its central value", **more}


CENTRAL = {  # the published final run, with an uncertain price of electricity
    "chip_time": value("chip_time_stated", "chip*h", by="run"),
    "server_price": value("server_price_stated", "USD/chip", by="run"),
    "average_power_fraction": value("average_power_fraction_stated", "share", by="run"),
    "pue": value("pue_stated", "1", by="run"),
    "age_error": value(0, "day", by="run"),
    "value_loss": value(0.14, "1/year"),
    "interconnect_overhead": value(1 / 0.81, "1"),
}


def test_one_experiment_factor_scales_the_development_cost_of_gpt4():
    page = {"extends": ["development"], "targets": ["development_cost_2023usd"], "inputs": CENTRAL}
    run = mcf.run(page | {"only": {"run": ["GPT-4"]}}, draws=2**14)
    published = [PUBLISHED["gpt4_development"][word] for word in ("p5", "p50", "p95")]
    np.testing.assert_allclose(
        run.quantiles([0.05, 0.5, 0.95]).development_cost_2023usd.values[0], published, rtol=0.02
    )


@pytest.mark.parametrize(("version", "median"), [("cottier", np.sqrt(1.2 * 4)), ("company", np.sqrt(3 * 12))])
def test_the_experiment_factor_is_selected_by_its_file_name(version, median):
    page = {"extends": ["common", "chips/a100", f"experiments/{version}"], "targets": ["experiment_factor"]}
    factor = mcf.run(page, draws=2**12).summary["experiment_factor"].values["p50"]
    assert factor == pytest.approx(median, rel=1e-3)


def test_shared_chip_hours_widen_the_amortised_cost():
    names = ["amortised_hardware_cost", "energy_cost", "amortised_cost"]
    one, other = (
        mcf.run({"extends": ["history"], "targets": names, "only": {"run": ["GPT-4"]}}, draws=2**14, seed=seed)
        for seed in (1, 2)
    )
    hardware, energy = (one.draws[name].values.ravel() for name in names[:2])
    shared, apart = one.draws.amortised_cost.values.ravel(), hardware + other.draws.energy_cost.values.ravel()
    np.testing.assert_allclose(shared, hardware + energy)
    width = [np.log(np.quantile(x, 0.95) / np.quantile(x, 0.05)) for x in (shared, apart)]
    assert width[0] > 1.005 * width[1]
    assert np.corrcoef(hardware, energy)[0, 1] > 0.3
