"""Names of quantities: those that results use, missing ones, and where they are stated."""

import re

import pytest

import mcfrontier as mcf
from mcfrontier.study.prior import RESERVED
from tests.conftest import input_entry

PAGE = {"title": "t", "inputs": input_entry("a", "normal", mean=5, sd=1)}
RESULT_WORDS = (
    *("input", "bin", "draws", "error", "unit", "study", "seed", "mean", "sd", "p5", "p50", "quantity", "probability"),
    *("prior", "posterior", "targets", "dimension", "label", "name", "value", "mc_error", "order", "scale", "bar"),
)


def named(name):
    """A node of this name."""
    code = f"def {name}(a):\n    return a * 2\n"
    space = {}
    exec(code, space)
    return mcf.node("1")(space[name])


@pytest.mark.parametrize("name", RESERVED)
def test_a_node_with_the_name_of_a_coordinate_of_results_is_refused(name):
    with pytest.raises(mcf.InputError, match=f"node {name}: the name '{name}' is reserved for results; choose another"):
        mcf.load(PAGE | {"targets": [name]}, model=[named(name)])


def test_a_node_with_the_name_of_a_dimension_is_refused():
    page = PAGE | {"targets": ["chip"], "dimensions": {"chip": ["A", "B"]}}
    with pytest.raises(mcf.InputError, match="node chip: priors has a dimension of this name; rename one of them"):
        mcf.load(page, model=[named("chip")])


@pytest.mark.parametrize("name", RESULT_WORDS)
def test_any_other_word_of_results_is_a_name(name, tmp_path):
    run = mcf.run(PAGE | {"targets": [name]}, model=[named(name)], draws=64)
    for analysis in (run.sobol, run.shapley, run.tornado, run.regression, run.convergence, run.conditional_tornado):
        analysis(name)
    assert run[name].size == run.draws[name].size == run.statistics()[name].size // 22 * 64
    run.write(tmp_path, report=False)
    saved = mcf.open(tmp_path)
    assert saved.statistics()[name].equals(run.statistics()[name])
    assert saved[name].equals(run[name])
    other = PAGE | {"title": "u", "targets": [name]}
    compared = mcf.compare(PAGE | {"targets": [name]}, other, model=[named(name)], draws=64)
    assert name in compared.difference


@mcf.node("1")
def product(a, b, c):
    """The product."""
    return a * b * c


def test_all_missing_quantities_are_in_one_message_each_with_its_node():
    with pytest.raises(mcf.InputError, match="2 quantities have neither an entry nor a node: ") as refused:
        mcf.load(PAGE | {"targets": ["product"]}, model=[product])
    assert "b (node product needs it), c (node product needs it); state each, or" in str(refused.value)


def test_a_missing_quantity_has_the_files_that_state_it(page):
    page("parts", "[inputs.b]\n")
    page("broken", "[inputs.b\n")
    page("study", 'targets = ["b"]\n[inputs.b]\n[inputs.c]\n')
    with pytest.raises(mcf.InputError) as refused:
        mcf.load(PAGE | {"targets": ["product"]}, model=[product])
    assert "b (node product needs it; stated in parts, study), c (node product needs it; stated in study)" in str(
        refused.value
    )


def test_the_missing_inputs_of_a_shipped_model_are_those_of_the_files_named():
    """Down a chain: whatever the message names is stated in the file that it names."""
    from mcfrontier.study import locate

    with pytest.raises(mcf.InputError) as refused:
        mcf.load({"title": "t", "targets": ["amortised_cost"]})
    stated = locate.files_by_entry()
    assert "stated in" in str(refused.value)
    assert "\n" not in str(refused.value)
    for name, (unit, files) in stated.items():
        if f" {name} (node " in str(refused.value):
            assert not unit
        if f" {name} [{unit}] (node " in str(refused.value):
            assert f"stated in {', '.join(files[:2])}" in str(refused.value)


UNITS = {"hardware_age_stated": "year", "bf16_mfu": "share"}  # of inputs that come from columns of tables, or no file


def test_stating_what_the_message_lists_is_enough(page):
    """Nothing else is missing afterwards, of a study of its own and of one that extends a file."""
    for extends in ([], ["common"]):
        study = {"title": "t", "extends": extends, "targets": ["amortised_cost", "development_cost", "training_time"]}
        with pytest.raises(mcf.InputError) as refused:
            mcf.load(study)
        listed = re.findall(r"(\w+)(?: \[(\S+)\])? \(node \w+ needs it", str(refused.value))
        assert int(re.search(r"(\d+) quantities", str(refused.value))[1]) == len(listed) > 10
        inputs = {
            name: {"family": "value", "value": 0.5, "unit": unit or UNITS[name], "source": "x"} for name, unit in listed
        }
        mcf.load({**study, "inputs": inputs})
