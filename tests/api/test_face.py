"""The Python interface: what it lists and displays, which names it refuses, that runs pickle, copy and compare."""

import copy
import dataclasses
import pickle
import re
import subprocess
import sys

import numpy as np
import pytest
import xarray as xr

import mcfrontier as mcf
from tests.api.face import members


@pytest.fixture(scope="module")
def run():
    return mcf.run("gpt4", draws=1024)


@pytest.fixture(scope="module")
def saved(run, tmp_path_factory):
    folder = tmp_path_factory.mktemp("reports") / "gpt4"
    run.write(folder, report=False)
    return mcf.open(folder)


@pytest.fixture(params=["run", "saved"])
def either(request):
    """A run, and the same run read back."""
    return request.getfixturevalue(request.param)


def test_dir_of_the_package_lists_the_interface_alone():
    classes = ["Comparison", "InputError", "Run", "SavedRun", "Solution", "Study"]
    assert dir(mcf) == [*classes, "__version__", "compare", "from_squigglepy", "load", "node", "open", "run", "solve"]


def test_importing_the_package_loads_neither_numpy_nor_xarray():
    code = "import sys, mcfrontier; print({'numpy', 'xarray', 'scipy'} & {*sys.modules})"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True).stdout == "set()\n"


def test_an_unknown_name_of_the_package_is_an_attribute_error():
    with pytest.raises(AttributeError, match="no attribute 'sample'"):
        _ = mcf.sample


def test_a_saved_run_has_every_method_of_a_run():
    assert {*members("Run")} <= {*members("SavedRun")}


def test_a_run_has_about_25_public_names():
    assert 20 <= len(members("Run")) <= 25


def summary_of(run, target):
    """The median, p5 and p95 of a target."""
    return run.quantiles([0.5, 0.05, 0.95], target)[target].values.tolist()


def test_the_repr_of_a_run_is_its_headlines_with_median_p5_and_p95(either):
    lines = repr(either).splitlines()
    assert lines[0].endswith("Run of gpt4: 1,024 draws, sampler sobol, seed 1; median (p5 to p95)")
    assert 5 < len(lines) < 10
    found = re.fullmatch(r" +cloud cost +\$(\S+)M \(\$(\S+)M to \$(\S+)M\)", lines[2])
    assert [float(number) * 1e6 for number in found.groups()] == pytest.approx(summary_of(either, "cloud_cost"), 0.01)


def test_a_notebook_displays_a_run_as_a_table(either):
    html = either._repr_html_()
    assert html.startswith("<table><caption>")
    found = re.search(r"<td>cloud cost</td><td>\$(\S+)M</td><td>\$(\S+)M to \$(\S+)M</td>", html)
    assert [float(number) * 1e6 for number in found.groups()] == pytest.approx(summary_of(either, "cloud_cost"), 0.01)


def test_indexing_by_a_quantity_returns_its_samples_with_its_unit(either):
    assert either["cloud_cost"].dims == ("draw",)
    assert either["cloud_cost"].attrs["unit"] == "USD"


def test_indexing_by_a_row_returns_the_samples_of_the_row():
    chips = mcf.run("chips", draws=64)
    whole = chips["price_per_memory"]
    np.testing.assert_array_equal(chips["price_per_memory[H100]"], whole.sel({whole.dims[0]: "H100"}))


def test_a_saved_run_returns_the_results_of_its_run(run, saved):
    assert saved.targets == run.targets
    assert saved.notes == run.notes
    np.testing.assert_array_equal(saved["energy"], run["energy"])
    for results in (lambda r: r.quantiles([0.05, 0.5]), lambda r: r.mc_error([0.5]), lambda r: r.statistics("energy")):
        xr.testing.assert_allclose(results(saved), results(run), rtol=1e-12)
    assert saved.tornado("energy").equals(run.tornado("energy"))
    assert saved.summary["energy"].values == run.summary["energy"].values
    assert saved.percentile_of("energy", 40, "GWh") == run.percentile_of("energy", 40, "GWh")
    assert saved.rank_correlation("energy", "goodput") == pytest.approx(run.rank_correlation("energy", "goodput"))


CALLS = {
    "indexing": lambda run, name: run[name],
    "summary": lambda run, name: run.summary[name],
    "statistics": lambda run, name: run.statistics(name),
    "quantiles": lambda run, name: run.quantiles([0.5], [name]),
    "mc_error": lambda run, name: run.mc_error([0.5], name),
    "percentile_of": lambda run, name: run.percentile_of(name, 1, "MWh"),
    "convergence": lambda run, name: run.convergence(name),
    "tornado": lambda run, name: run.tornado(name),
    "conditional_tornado": lambda run, name: run.conditional_tornado(name),
    "rank_correlation": lambda run, name: run.rank_correlation("energy", name),
    "rank_correlation, the first": lambda run, name: run.rank_correlation(name, "energy"),
    "sobol": lambda run, name: run.sobol(name),
    "shapley": lambda run, name: run.shapley(name),
    "first_order": lambda run, name: run.first_order(name),
    "regression": lambda run, name: run.regression(name),
    "interval_reduction": lambda run, name: run.interval_reduction(name),
    "study.unit": lambda run, name: run.study.unit(name),
    "study.about": lambda run, name: run.study.about(name),
}


@pytest.mark.parametrize("call", CALLS)
def test_every_method_refuses_an_unknown_quantity_with_the_nearest_name(either, call):
    with pytest.raises(mcf.InputError, match=r"^enregy: .* no such quantity; did you mean 'energy'"):
        CALLS[call](either, "enregy")


@pytest.mark.parametrize("name", [["energy"], 0, None])
def test_a_name_that_is_not_a_string_is_refused(either, name):
    for call in (either.__getitem__, either.tornado, either.percentile_of):
        with pytest.raises(mcf.InputError, match="no such quantity"):
            call(*(name, 1, "MWh")[: 3 if call == either.percentile_of else 1])


def test_the_summary_is_a_mapping_in_which_an_unknown_row_is_absent(either):
    assert "energy" in either.summary
    assert "enregy" not in either.summary
    assert either.summary.get("enregy") is None


def test_unknown_figures_targets_pins_and_decided_quantities_are_refused_with_the_nearest_name(run, saved):
    for call in (
        lambda: run.plot.tornadoo(),
        lambda: mcf.run("gpt4", targets=["enregy"]),
        lambda: mcf.load("gpt4", set={"goodputt": 0.5}),
        lambda: mcf.load("gtp4"),
        lambda: mcf.open(saved.folder.parent / "gtp4"),
        lambda: mcf.compare("gpt4", "deepseek-v3", targets=["enregy"]),
        lambda: mcf.solve("gpt4", "chip_cuont", "energy < 1 GWh"),
        lambda: mcf.run("gpt4", method="ordr"),
        lambda: mcf.run("gpt4", sampler="sobbol"),
    ):
        with pytest.raises(mcf.InputError, match="did you mean '"):
            call()


def test_a_comparison_refuses_an_unknown_study_or_row_with_the_nearest_name():
    found = mcf.compare("gpt4", "deepseek-v3", targets=["energy"], draws=64)
    with pytest.raises(mcf.InputError, match="did you mean 'energy'"):
        found.waterfall("enregy")
    with pytest.raises(mcf.InputError, match="did you mean 'deepseek-v3'"):
        found.waterfall("energy", "deepseek-v2")


def test_the_repr_of_a_comparison_names_both_studies_with_their_medians():
    lines = repr(mcf.compare("gpt4", "deepseek-v3", targets=["energy"], draws=64)).splitlines()
    assert lines[0] == "Comparison of gpt4, deepseek-v3: medians"
    assert lines[1].startswith("  energy: gpt4 4")


@pytest.mark.parametrize("make", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_runs_and_studies_equal_their_copies_and_hash_alike(run, make):
    for each in (run, run.study):
        again = make(each)
        assert again == each
        assert hash(again) == hash(each)
    np.testing.assert_array_equal(make(run)["energy"], run["energy"])


def test_a_saved_run_pickles_after_its_draws_were_read(saved):
    assert saved["energy"].size == 1024
    again = pickle.loads(pickle.dumps(saved))
    assert again == saved
    assert again["energy"].equals(saved["energy"])


def test_runs_of_other_draws_seeds_samplers_or_studies_differ(run):
    same, *different = (
        mcf.run(mcf.load("gpt4", set=pins), draws=draws, seed=seed, sampler=sampler)
        for pins, draws, seed, sampler in [
            ({}, 1024, 1, "sobol"),
            ({}, 512, 1, "sobol"),
            ({}, 1024, 2, "sobol"),
            ({}, 1024, 1, "lhs"),
            ({"goodput": 0.9}, 1024, 1, "sobol"),
        ]
    )
    assert same == run
    assert len({run, same, *different}) == 5
    assert run != "gpt4"


def test_a_run_contains_its_quantities_and_rows(either):
    assert "energy" in either
    assert "enregy" not in either
    assert ["energy"] not in either


def test_a_study_displays_its_counts_targets_and_pins_in_a_few_lines():
    lines = repr(mcf.load("gpt4", set={"gpu_price": 15_000})).splitlines()
    assert lines[0].startswith("Study gpt4: 18 targets, ")
    assert lines[1].startswith("  targets: amortised_cost, ")
    assert lines[2:] == ["  set: gpu_price=15000"]
    assert max(map(len, lines)) < 110


INVALID_ARGUMENTS = {
    "quantities": lambda run: run.statistics(5),
    "quantities of numbers": lambda run: run.quantiles([0.5], [0.5]),
    "levels as text": lambda run: run.quantiles("0.5"),
    "nested levels": lambda run: run.mc_error([[0.5]]),
    "a value as text": lambda run: run.percentile_of("energy", "40", "GWh"),
    "a unit that is no text": lambda run: run.percentile_of("energy", 40, None),
    "a unit of another kind": lambda run: run.percentile_of("energy", 40, "USD"),
    "more bins than draws": lambda run: run.conditional_tornado("energy", 10**30),
    "a scale that is no text": lambda run: run.first_order("energy", np.array([])),
    "no points": lambda run: run.sobol("energy", points=0),
    "points as text": lambda run: run.sobol("energy", points="64"),
    "a row that is a list": lambda run: run.summary[["energy"]],
    "a unit of a list": lambda run: run.study.unit(["energy"]),
    "a target that is a list": lambda run: run.plot.tornado(["energy"]),
    "no folder": lambda run: run.write(None),
    "a folder to open": lambda run: mcf.open(None),
    "targets": lambda run: mcf.load("gpt4", targets=5),
    "pins": lambda run: mcf.compare("gpt4", set="energy"),
    "a pin without a name": lambda run: mcf.load("gpt4", set={0: 1}),
    "a model": lambda run: mcf.load("gpt4", model=5),
    "no model": lambda run: mcf.load("gpt4", model=0),
    "a sampler": lambda run: mcf.run("gpt4", sampler=["sobol"]),
    "an engine": lambda run: mcf.run("gpt4", engine={}),
    "most": lambda run: mcf.run("gpt4", draws=64, precision=0.1, most=""),
    "progress": lambda run: mcf.run("gpt4", draws=64, progress=0),
    "draws to solve with": lambda run: mcf.solve("gpt4", "chip_count", "energy < 1 GWh", draws=""),
    "a range": lambda run: mcf.solve("gpt4", "chip_count", "acquisition_cost < 1e9 USD", between=5),
    "conditions": lambda run: mcf.solve("gpt4", "chip_count", 5),
}


@pytest.mark.parametrize("call", INVALID_ARGUMENTS)
def test_an_argument_of_the_wrong_type_is_an_input_error_of_one_line(either, call):
    with pytest.raises(mcf.InputError) as problem:
        INVALID_ARGUMENTS[call](either)
    assert "\n" not in str(problem.value)


def test_the_message_of_an_input_error_is_one_line_whatever_name_it_repeats(either):
    with pytest.raises(mcf.InputError, match=r"^a b: this run has no such quantity"):
        either.tornado("a\nb")


def test_a_text_alone_is_accepted_for_a_list_of_one_target():
    assert mcf.load("gpt4", targets="energy") == mcf.load("gpt4", targets=["energy"])


def test_a_numpy_integer_is_accepted_for_a_number_of_draws_or_workers():
    run = mcf.run("gpt4", draws=np.int64(64), seed=np.int32(3), engine="threads", workers=np.int64(2))
    assert run == mcf.run("gpt4", draws=64, seed=3)


def test_a_comparison_refuses_names_that_are_no_text():
    found = mcf.compare("gpt4", set={"energy": "40 GWh"}, targets=["energy"], draws=64)
    for call in (lambda: found.waterfall(["energy"]), lambda: found.waterfall("energy", []), lambda: found.write(None)):
        with pytest.raises(mcf.InputError):
            call()


@pytest.mark.parametrize("name", ["gpt4", "gpt4-dependent", "chips"])
def test_copied_and_pickled_studies_run_to_the_same_draws(name):
    study = mcf.load(name)
    run = mcf.run(study, draws=64)
    for again in (copy.copy(study), copy.deepcopy(study), pickle.loads(pickle.dumps(study))):
        assert again == study
        assert mcf.run(again, draws=64).draws.equals(run.draws)


def test_a_study_with_replaced_targets_is_another_study_and_runs_with_them():
    study = mcf.load("chips")
    assert study.rows
    assert hash(study)
    less = dataclasses.replace(study, targets=study.targets[:1])
    assert less != study
    assert mcf.run(less, draws=64).targets == list(study.targets[:1])


def test_loading_a_study_with_nested_studies_runs_none_of_them(monkeypatch):
    def refuse(*arguments):
        raise AssertionError

    monkeypatch.setattr("mcfrontier.runs.recipe.evaluated", refuse)
    assert repr(mcf.load("frontier-cost")).startswith("Study frontier-cost")
