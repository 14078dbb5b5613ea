"""An explanation has the formula, the needs and the shares of a quantity."""

import json
import math

import pytest

import mcfrontier as mcf
from mcfrontier.runs.load import load
from mcfrontier.study.describe import ancestor_rows
from mcfrontier.tasks.explain import explain as task
from tests.cli.test_bad_input import assert_one_line_error
from tests.conftest import entry

LOG_SDS = {"active_parameters": 0.8, "tokens": 0.4, "flop_per_parameter_token": 0.1}
UNITS = {"active_parameters": "parameter", "tokens": "token", "flop_per_parameter_token": "FLOP/parameter/token"}


@pytest.fixture
def product(page):
    """A study of the operations of a run, the product of three log-normal inputs."""
    entries = [entry(name, "lognormal", UNITS[name], mu=1, sigma=sd) for name, sd in LOG_SDS.items()]
    return page("product", 'targets = ["training_compute"]\n' + "".join(entries))


def test_the_shares_of_a_product_are_those_of_the_variances_of_the_logarithms(product):
    found = task.explain("product", "training_compute")
    whole = sum(sd**2 for sd in LOG_SDS.values())
    assert found.shares.scale == "log"
    assert found.shares.sd == pytest.approx(math.sqrt(whole) / math.log(10), rel=0.01)
    assert [name for name, *_ in found.by_input] == sorted(LOG_SDS, key=LOG_SDS.get, reverse=True)
    for name, share, error in found.by_input:
        assert abs(share - LOG_SDS[name] ** 2 / whole) < 4 * error + 1e-6


def test_the_tree_has_each_need_of_each_formula_once_with_its_inputs():
    found, study = task.explain("gpt4", "amortised_cost"), load("gpt4")
    leaves = {need.name for need in found.needs if need.name in study.inputs}
    uncertain = {*ancestor_rows(study.nodes, study.inputs, "amortised_cost", {})}
    assert uncertain == {name for name in leaves if not study.inputs[name].known}
    for i, need in enumerate(found.needs):
        if need.name not in study.inputs and not need.repeated:
            below = found.needs[i + 1 :]
            end = next((k for k, each in enumerate(below) if each.depth <= need.depth), len(below))
            own = [each.name for each in below[:end] if each.depth == need.depth + 1]
            assert own == list(study.nodes[need.name].needs)
    assert {need.depth for need in task.explain("gpt4", "amortised_cost", depth=2).needs} == {0, 1, 2}


def test_a_row_needs_the_rows_of_its_label():
    found = task.explain("chips", "price_per_memory[A100 80GB]")
    assert {need.row for need in found.needs} >= {"gpu_price[A100 80GB]", "chip_memory[A100 80GB]"}
    assert [name for name, *_ in found.by_input] == ["gpu_price"]


def test_the_figures_are_those_of_a_run(product, command):
    shown = command("explain", "product", "training_compute", "--json")
    found, run = json.loads(shown.out), mcf.run("product", draws=2**13)
    top = found["needs"][0]
    assert (top["name"], top["formula"]) == ("training_compute", run.study.nodes["training_compute"].formula)
    for need in found["needs"]:
        for word in ("p5", "p50", "p95"):
            assert run.statistics([need["name"]])[need["name"]].sel(statistic=word, figure="value") == need[word]
    assert sum(each["share"] for each in found["shares"]["inputs"]) == pytest.approx(1)


def test_the_text_fits_80_columns_and_names_the_source_of_an_input(command):
    for words in (("gpt4", "cloud_cost"), ("chips", "fp32_over_cpu[H100]"), ("gpt4", "mfu")):
        lines = command("explain", *words).out.splitlines()
        assert max(map(len, lines)) <= 80
    assert any("Llama 3.1 405B 0.38 to 0.43" in line for line in lines)
    assert "shares" not in command("explain", "gpt4", "tdp").out.lower()


def test_what_is_no_quantity_or_no_row_is_refused_in_one_line(command):
    assert_one_line_error(command("explain", "gpt4", "nothing"), "'nothing' is no node")
    assert_one_line_error(command("explain", "chips", "price_per_memory"), "29 rows; name one, such as price_per_m")
    assert_one_line_error(command("explain", "chips", "price_per_memory[X]"), "29 rows; name one")
    assert_one_line_error(command("explain", "gpt4", "mfu[x]"), "mfu[x]")
