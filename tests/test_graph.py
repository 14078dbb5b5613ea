"""Nodes, their order, and the proof of their units."""

import types

import numpy as np
import pytest
from scipy import special

import mcfrontier as mcf
from mcfrontier import graph, model, sampling
from mcfrontier.engine import Blocks
from mcfrontier.errors import InputError
from tests.conftest import believed


@mcf.node("1")
def area(width, height):
    """What a rectangle covers."""
    return width * height


@mcf.node("1")
def volume(area, depth):
    """What a box holds.

    Cavalieri (1635).
    """
    return area * depth


def test_a_node_stays_a_plain_function():
    assert area(2, 3) == 6
    assert (area(np.array([1, 2]), 3) == [3, 6]).all()


def test_a_node_tells_what_it_is():
    made = graph.nodes_of([area, volume])["volume"]
    assert made.needs == ("area", "depth")
    assert made.about == "What a box holds."
    assert made.remarks == "Cavalieri (1635)."
    assert made.formula == "area * depth"


def test_every_node_of_the_model_says_what_it_is_and_how():
    for node in graph.nodes_of(model).values():
        assert node.about.endswith("."), node.name
        assert node.formula, node.name


def test_only_what_the_targets_need_is_evaluated_and_in_order():
    nodes = graph.nodes_of([volume, area])
    assert graph.order(nodes, {"width", "height", "depth", "idle"}, ["volume"]) == (
        ("depth", "width", "height"),
        ("area", "volume"),
    )


def test_a_prior_overrules_the_node_of_its_name():
    nodes = graph.nodes_of([volume, area])
    assert graph.order(nodes, {"area", "depth"}, ["volume"]) == (("area", "depth"), ("volume",))


def test_values_are_what_the_functions_say():
    nodes = graph.nodes_of([volume, area])
    given = {"width": np.array([2.0, 3.0]), "height": np.array([5.0]), "depth": np.array([10.0])}
    assert graph.evaluate(nodes, ["area", "volume"], given)["volume"].tolist() == [100, 150]


def refusal(functions, **page):
    with pytest.raises(InputError) as refused:
        mcf.run({"targets": ["end"], **page}, model=functions, draws=64)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_circle_is_refused_by_name():
    @mcf.node("1")
    def end(middle):
        return middle

    @mcf.node("1")
    def middle(end):
        return end

    told = refusal([end, middle])
    assert "circle" in told
    assert "end" in told
    assert "middle" in told


def test_a_missing_quantity_is_refused_with_who_needs_it_and_the_nearest_name():
    @mcf.node("1")
    def end(width):
        return width

    told = refusal([end], inputs=believed("widht", value=3))
    assert "node end needs it" in told
    assert "did you mean 'widht'" in told


def test_a_node_defined_twice_is_refused():
    @mcf.node("1")
    def end(x):
        return x

    assert "node end: defined twice" in refusal([end, volume, end])


def test_a_lambda_is_refused():
    assert "a lambda has no name" in refusal([mcf.node("1")(lambda x: x)])


def test_a_unit_is_written_in_parentheses():
    with pytest.raises(InputError, match="parentheses"):

        @mcf.node
        def end(x):
            return x


@pytest.mark.parametrize(
    ("formula", "told"),
    [
        (lambda x: None, "yields nothing"),
        (lambda x: "much", "yields a str"),
        (lambda x: [x, x], "yields a list"),
        (lambda x: x.mean() if hasattr(x, "mean") and np.ndim(x) else x, "one value for each draw"),
        (lambda x: np.sum(x), "one value for each draw"),
        (lambda x: x[:5] if np.ndim(x) else x, "one value for each draw"),
        (lambda x: x * 1j if np.ndim(x) else x, "return a number or an array of numbers"),
    ],
)
def test_what_is_no_value_for_each_draw_is_refused_by_the_nodes_name(formula, told):
    formula.__name__ = "end"
    message = refusal([mcf.node("1")(formula)], inputs=believed("x", "uniform", low=1, high=2))
    assert "node end: yields" in message
    assert told in message


def test_a_node_cannot_change_what_it_is_given():
    @mcf.node("1")
    def end(x):
        if np.ndim(x):
            x *= 2
        return x

    with pytest.raises(ValueError, match="read-only") as raised:
        mcf.run({"targets": ["end"], "inputs": believed("x", "uniform", low=1, high=2)}, model=[end], draws=64)
    assert raised.value.__notes__ == ["in node end, called with x"]


def test_a_node_of_plain_numbers_may_use_functions_that_know_no_units():
    @mcf.node("1")
    def end(x):
        return special.expit(x)

    run = mcf.run({"targets": ["end"], "inputs": believed("x", "uniform", low=-1, high=1)}, model=[end], draws=64)
    assert run.summary["end"].values["p50"] == pytest.approx(0.5, abs=0.02)


def test_an_unknown_unit_of_a_node_is_told_with_its_name():
    @mcf.node("USX")
    def end(x):
        return x

    assert "node end: unknown unit 'USX'" in refusal([end], inputs=believed("x", value=1))


def test_a_node_may_need_nothing():
    @mcf.node("1")
    def end():
        return 3

    assert mcf.run({"targets": ["end"]}, model=end, draws=64).summary["end"].values["p50"] == 3


def test_a_function_that_is_no_node_is_refused():
    def end(x):
        return x

    assert "put @mcf.node('unit') above" in refusal([end])


def test_a_node_with_a_default_is_refused():
    @mcf.node("1")
    def end(x, y=2):
        return x * y

    assert "without *, ** or defaults" in refusal([end], inputs=believed("x", value=1))


@pytest.mark.parametrize(
    ("unit_x", "unit_end", "formula", "told"),
    [
        ("USD", "USD", lambda x: x * x, "node end: yields"),
        ("USD", "kWh", lambda x: x, "node end: yields"),
        ("USD", "USD", lambda x: x + 1, "node end: units do not fit"),
        ("USD", "USD", lambda x: x / x, "yields plain numbers, not USD"),
        ("USD", "USD", lambda x: np.where(x > 1, x, 0), "node end: units do not fit"),
        ("h", "1", lambda x: np.log(x), "node end: units do not fit"),
        ("EUR", "USD", lambda x: x, "node end: yields"),
    ],
)
def test_units_that_do_not_fit_are_refused_by_the_nodes_name(unit_x, unit_end, formula, told):
    formula.__name__ = "end"
    message = refusal([mcf.node(unit_end)(formula)], inputs=believed("x", "uniform", unit_x, low=1, high=2))
    assert told in message
    assert "x in " in message


def test_units_are_converted_at_the_door_and_on_the_way_out():
    @mcf.node("MWh")
    def end(power, time):
        return power * time

    inputs = believed("power", "value", "kW", value=500) | believed("time", "value", "day", value=2)
    run = mcf.run({"targets": ["end"], "inputs": inputs}, model=[end], draws=64)
    assert float(run.quantiles([0.5]).end[0]) == pytest.approx(24)


def test_a_module_gives_the_nodes_it_defines_and_no_others():
    module = types.ModuleType("somewhere")
    own = types.FunctionType(area.__code__, {"__name__": "somewhere"}, "own")
    own.unit, own.__module__ = "1", "somewhere"
    module.own, module.borrowed = own, area
    assert list(graph.nodes_of(module)) == ["own"]


@pytest.mark.parametrize("name", ["gpt4", "llama31-405b", "scaling-law", "search", "chips", "development"])
def test_a_formula_gives_on_blocks_what_it_gives_on_data_arrays(name):
    """By the names of dimensions; what takes arrays by their places, as np.where does, stands in other studies."""
    xr = pytest.importorskip("xarray")
    study = mcf.load(name)
    plan = sampling.sampler("sobol", 3, 64, [prior.name for prior in study.drawn if not prior.labels])
    blocks = Blocks(study, plan, study.quantities)(0, 64)

    def named(quantity):
        x, own = blocks[quantity], [*study.dimensions_of[quantity], "draw"]
        lengths = [*(len(study.page.dimensions[each]) for each in own[:-1]), x.shape[-1]]
        array = xr.DataArray(x.reshape(lengths), dims=own)
        return array.isel(draw=0) if x.shape[-1] == 1 else array

    for quantity in study.order:
        node = study.nodes[quantity]
        if node.along:
            continue
        with np.errstate(all="ignore"):
            found = node.function(*map(named, node.needs))
        known = named(quantity)
        if isinstance(found, xr.DataArray):
            found, known = xr.broadcast(found, known)
            found = found.transpose(*known.dims)
        np.testing.assert_array_equal(np.broadcast_to(found, known.shape), known, quantity)
