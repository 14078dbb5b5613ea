"""Nodes, their evaluation order and unit checks."""

import html
import importlib
import types

import numpy as np
import pytest
from scipy import special

import mcfrontier as mcf
from mcfrontier import graph, model
from mcfrontier.core.errors import InputError
from mcfrontier.model import omissions, power
from mcfrontier.outputs.report.report import contents
from mcfrontier.runs import lint
from mcfrontier.sampling import streams
from mcfrontier.sampling.blocks import Blocks
from tests.conftest import entry, input_entry


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


def test_a_node_describes_itself():
    made = graph.nodes_of([area, volume])["volume"]
    assert made.needs == ("area", "depth")
    assert made.about == "What a box holds."
    assert made.remarks == "Cavalieri (1635)."
    assert made.formula == "area * depth"


def test_every_node_of_the_model_has_a_description_and_a_formula():
    for node in graph.nodes_of(model).values():
        assert node.about.endswith("."), node.name
        assert node.formula, node.name


def test_only_needed_nodes_are_evaluated_in_order():
    nodes = graph.nodes_of([volume, area])
    assert graph.order(nodes, {"width", "height", "depth", "idle"}, ["volume"]) == (
        ("depth", "width", "height"),
        ("area", "volume"),
    )


def test_a_prior_overrides_the_node_of_its_name():
    nodes = graph.nodes_of([volume, area])
    assert graph.order(nodes, {"area", "depth"}, ["volume"]) == (("area", "depth"), ("volume",))


BOX = {"targets": ["volume"], "inputs": input_entry("width", value=2) | input_entry("height", value=3)}
BOX["inputs"] |= input_entry("depth", value=4)


def test_a_node_of_the_user_has_a_note_where_an_entry_overrides_it():
    stated = {name: each for name, each in BOX["inputs"].items() if name == "depth"} | input_entry("area", value=7)
    study = mcf.load(BOX | {"inputs": stated}, model=[area, volume])
    assert study.notes == ("node area: overridden by the entry area of priors; remove the entry to use the node",)


def test_a_node_of_the_user_has_a_note_where_an_extended_file_overrides_it(page, tmp_path):
    """The note is in every output of the run: 28 is 7 times 4, and not the 24 of the node."""
    page("site", entry("area", value=7))
    study = BOX | {"extends": ["site"], "inputs": input_entry("depth", value=4)}
    note = (
        'node area: overridden by the entry area of priors/site.toml; state area = "area" under [same] to use the node'
    )
    run = mcf.run(study, model=[area, volume], draws=64)
    assert run["volume"][0] == 28
    assert run.study.notes == (note,)
    assert note in run.notes
    assert f"note: {note}" in repr(run)
    assert f"<p>note: {html.escape(note)}</p>" in run._repr_html_()
    assert f"note: {note}" in repr(mcf.load(study, model=[area, volume]))
    assert lint.of_study(run.study) == ([], [f"priors: {note}"])
    assert note in contents(run.core)["notes"]
    run.write(tmp_path / "box", report=False)
    assert f"note: {note}" in repr(mcf.open(tmp_path / "box"))


def test_a_note_in_the_display_of_a_study_or_a_run_is_one_line_without_hidden_characters(page):
    page("a\x1b]0;b\nc", entry("area", value=7))
    study = BOX | {"extends": ["a\x1b]0;b\nc"], "inputs": input_entry("depth", value=4)}
    run = mcf.run(study, model=[area, volume], draws=64)
    for display in (repr(run), repr(run.study), run._repr_html_()):
        assert "\x1b" not in display
        assert "\nc.toml" not in display


def test_the_remedy_of_an_overridden_node_uses_the_node(page):
    page("site", entry("area", value=7))
    run = mcf.run(BOX | {"extends": ["site"], "same": {"area": "area"}}, model=[area, volume], draws=64)
    assert (run["volume"][0], run.study.notes) == (24, ())


def test_a_node_of_the_user_has_a_note_where_an_alias_overrides_it(page):
    page("flat", '[same]\narea = "width"\n')
    inputs = input_entry("width", value=2) | input_entry("depth", value=4)
    study = mcf.load(BOX | {"extends": ["flat"], "inputs": inputs}, model=[area, volume])
    assert study.notes == (
        "node area: overridden, since a file that priors extends states that it is the same as width; "
        'state area = "area" under [same] to use the node',
    )


def test_a_node_of_a_module_of_the_user_has_a_note_where_an_entry_overrides_it(page, monkeypatch):
    own = types.ModuleType("mcfrontier_of_ours")
    exec("import mcfrontier as mcf\n@mcf.node('1')\ndef area(width):\n    return width\n", vars(own))
    study = {"targets": ["area"], "inputs": input_entry("area", value=7)}
    assert [note.split(":")[0] for note in mcf.load(study, model=own).notes] == ["node area"]


def test_a_node_of_the_user_that_is_used_or_set_or_not_needed_has_no_note():
    assert mcf.load(BOX, model=[area, volume]).notes == ()
    stated = BOX | {
        "inputs": BOX["inputs"] | input_entry("area", value=7),
        "targets": ["area", "volume", "width", "height"],
    }
    assert mcf.load(stated, model=[area, volume], targets=["width"]).notes == ()
    assert mcf.load(stated, model=[area, volume], set={"area": 3}, targets=["volume"]).notes == ()


def test_a_node_of_the_package_has_no_note_where_an_entry_overrides_it():
    stated = input_entry("energy", unit="MWh", value=7) | input_entry("energy_price", unit="USD/MWh", value=50)
    functions = [power.energy, power.energy_cost, omissions.discarded_share]
    assert mcf.load({"targets": ["energy_cost"], "inputs": stated}, model=functions).notes == ()
    assert mcf.load("gpt4").notes == ()


def test_values_are_those_of_the_functions():
    nodes = graph.nodes_of([volume, area])
    given = {"width": np.array([2.0, 3.0]), "height": np.array([5.0]), "depth": np.array([10.0])}
    assert graph.evaluate(nodes, ["area", "volume"], given)["volume"].tolist() == [100, 150]


def refusal(functions, **page):
    with pytest.raises(InputError) as refused:
        mcf.run({"targets": ["end"], **page}, model=functions, draws=64)
    assert "\n" not in str(refused.value)
    return str(refused.value)


def test_a_cycle_is_rejected_by_name():
    @mcf.node("1")
    def end(middle):
        return middle

    @mcf.node("1")
    def middle(end):
        return end

    found = refusal([end, middle])
    assert "depends on itself" in found
    assert "end" in found
    assert "middle" in found


def test_a_missing_quantity_is_rejected_with_its_consumer_and_a_suggestion():
    @mcf.node("1")
    def end(width):
        return width

    found = refusal([end], inputs=input_entry("widht", value=3))
    assert "node end needs it" in found
    assert "did you mean 'widht'" in found


def test_a_node_defined_twice_is_rejected():
    @mcf.node("1")
    def end(x):
        return x

    assert "node end: defined twice" in refusal([end, volume, end])


def test_a_lambda_is_rejected():
    assert "a lambda has no name" in refusal([mcf.node("1")(lambda x: x)])


def test_a_unit_is_written_in_parentheses():
    with pytest.raises(InputError, match="an argument of its decorator"):

        @mcf.node
        def end(x):
            return x


@pytest.mark.parametrize(
    ("formula", "expected"),
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
def test_an_invalid_return_value_is_rejected_with_the_name_of_the_node(formula, expected):
    formula.__name__ = "end"
    message = refusal([mcf.node("1")(formula)], inputs=input_entry("x", "uniform", low=1, high=2))
    assert "node end: yields" in message
    assert expected in message


def test_a_node_cannot_modify_its_arguments():
    @mcf.node("1")
    def end(x):
        if np.ndim(x):
            x *= 2
        return x

    with pytest.raises(ValueError, match="read-only") as raised:
        mcf.run({"targets": ["end"], "inputs": input_entry("x", "uniform", low=1, high=2)}, model=[end], draws=64)
    assert raised.value.__notes__ == ["in node end, called with x"]


def test_a_dimensionless_node_may_use_functions_without_unit_support():
    @mcf.node("1")
    def end(x):
        return special.expit(x)

    run = mcf.run({"targets": ["end"], "inputs": input_entry("x", "uniform", low=-1, high=1)}, model=[end], draws=64)
    assert run.summary["end"].values["p50"] == pytest.approx(0.5, abs=0.02)


def test_an_unknown_unit_of_a_node_is_reported_with_the_name_of_the_node():
    @mcf.node("USX")
    def end(x):
        return x

    assert "node end: unknown unit 'USX'" in refusal([end], inputs=input_entry("x", value=1))


def test_a_node_may_have_no_arguments():
    @mcf.node("1")
    def end():
        return 3

    assert mcf.run({"targets": ["end"]}, model=end, draws=64).summary["end"].values["p50"] == 3


def test_a_function_that_is_not_a_node_is_rejected():
    def end(x):
        return x

    assert "put @mcf.node('unit') above" in refusal([end])


def test_a_node_with_a_default_is_rejected():
    @mcf.node("1")
    def end(x, y=2):
        return x * y

    assert "without *, ** or defaults" in refusal([end], inputs=input_entry("x", value=1))


@pytest.mark.parametrize(
    ("unit_x", "unit_end", "formula", "expected"),
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
def test_incompatible_units_are_rejected_with_the_name_of_the_node(unit_x, unit_end, formula, expected):
    formula.__name__ = "end"
    message = refusal([mcf.node(unit_end)(formula)], inputs=input_entry("x", "uniform", unit_x, low=1, high=2))
    assert expected in message
    assert "x in " in message


def test_units_are_converted_on_input_and_output():
    @mcf.node("MWh")
    def end(power, time):
        return power * time

    inputs = input_entry("power", "value", "kW", value=500) | input_entry("time", "value", "day", value=2)
    run = mcf.run({"targets": ["end"], "inputs": inputs}, model=[end], draws=64)
    assert float(run.quantiles([0.5]).end[0]) == pytest.approx(24)


def test_a_module_provides_only_the_nodes_it_defines():
    module = types.ModuleType("somewhere")
    own = types.FunctionType(area.__code__, {"__name__": "somewhere"}, "own")
    own.unit, own.__module__ = "1", "somewhere"
    module.own, module.borrowed = own, area
    assert list(graph.nodes_of(module)) == ["own"]


@pytest.mark.parametrize("name", ["gpt4", "llama31-405b", "scaling-law", "search", "chips", "development"])
def test_a_formula_gives_the_same_values_on_blocks_and_data_arrays(name):
    """For formulas that use dimension names; positional functions such as np.where are in other studies."""
    xr = pytest.importorskip("xarray")
    study = mcf.load(name)
    plan = streams.sampler("sobol", 3, 64, [prior.name for prior in study.uncertain if not prior.labels])
    blocks = Blocks(study, plan, study.quantities)(0, 64)

    def named(quantity):
        x, own = blocks[quantity], [*study.dimensions_of[quantity], "draw"]
        lengths = [*(len(study.file.dimensions[each]) for each in own[:-1]), x.shape[-1]]
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


def test_the_main_module_of_a_package_is_not_imported_for_its_nodes(tmp_path, monkeypatch):
    package = tmp_path / "formulas_with_main"
    package.mkdir()
    (package / "__init__.py").write_text("")
    (package / "__main__.py").write_text("raise SystemExit(3)\n")
    (package / "boxes.py").write_text(
        'import mcfrontier as mcf\n\n\n@mcf.node("1")\ndef base(width):\n    return width\n'
    )
    monkeypatch.syspath_prepend(tmp_path)
    assert list(graph.nodes_of(importlib.import_module("formulas_with_main"))) == ["base"]


@mcf.node("AD")
def sum_of_dates(start, end):
    """A year around 4052."""
    return start + end


@mcf.node("AD")
def twice_a_date(start):
    """The same."""
    return 2 * start


@mcf.node("year")
def share_of_a_date(start):
    """A time since a year 0 that the calendar does not have."""
    return 0.1 * start


@mcf.node("AD")
def date_without_a_date(lead_time):
    """A duration since the year 0."""
    return lead_time


@mcf.node("year")
def time_between(start, end):
    """The difference of two dates."""
    return end - start


@mcf.node("AD")
def delayed(start, lead_time):
    """A date and a duration."""
    return start + lead_time


@mcf.node("AD")
def middle(start, end):
    """The middle of two dates."""
    return (start + end) / 2


@mcf.node("AD")
def later(start, end, lead_time):
    """The later of two dates and of a delayed one."""
    return np.maximum(np.where(end > start, end, start), start + lead_time)


@mcf.node("share", event=True)
def on_time(start, end, lead_time):
    """Whether a delayed date is before another."""
    return start + lead_time <= end


DATES = {
    **input_entry("start", "normal", "AD", mean=2026, sd=1),
    **input_entry("end", "normal", "AD", mean=2029.3, sd=1),
    **input_entry("lead_time", "normal", "day", mean=100, sd=1),
}


def load_with_dates(node):
    needed = graph.nodes_of([node])[node.__name__].needs
    page = {"targets": [node.__name__], "inputs": {name: DATES[name] for name in needed}}
    return mcf.load(page, model=[node])


@pytest.mark.parametrize("node", [sum_of_dates, twice_a_date, share_of_a_date, date_without_a_date])
def test_a_sum_or_a_multiple_of_dates_is_refused(node):
    with pytest.raises(InputError, match=f"node {node.__name__}: adds or multiplies dates"):
        load_with_dates(node)


@pytest.mark.parametrize("node", [time_between, delayed, middle, later, on_time])
def test_differences_of_dates_and_dates_with_a_duration_are_accepted(node):
    assert load_with_dates(node).targets == (node.__name__,)


def test_units_that_depend_on_a_number_are_checked_at_every_load():
    @mcf.node("USD")
    def power_of_cost(cost, exponent):
        return cost**exponent

    def loaded(exponent):
        inputs = input_entry("cost", unit="USD", value=3) | input_entry("exponent", value=exponent)
        return mcf.load({"targets": ["power_of_cost"], "inputs": inputs}, model=[power_of_cost])

    for _ in range(3):
        loaded(1)
    with pytest.raises(InputError, match=r"node power_of_cost: units do not fit: .* power"):
        loaded(2)


def test_units_are_not_checked_again_where_they_do_not_depend_on_numbers():
    calls = []

    @mcf.node("USD")
    def doubled(cost):
        calls.append(cost)
        return 2 * cost

    for value in (1, 2, 3):
        mcf.load({"targets": ["doubled"], "inputs": input_entry("cost", unit="USD", value=value)}, model=[doubled])
    assert len(calls) == 2
    with pytest.raises(InputError, match="node doubled: yields"):
        mcf.load({"targets": ["doubled"], "inputs": input_entry("cost", unit="kWh", value=3)}, model=[doubled])
