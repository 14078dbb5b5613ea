"""The export as a SIPmath library, read by ten lines that follow the standard, and checked by its published trials."""

import json

import numpy as np
import pytest
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.exports.fits import MAX_DISTANCE
from tests.conftest import entry, input_entry, root

TRIALS = 2**14
TARGETS = ["training_compute", "training_time", "energy", "cloud_cost", "acquisition_cost", "upfront_hardware_share"]
DIVIDEND, MODULUS = 10**15 - 11, 2**32
SEEDS = ("counter", "varId", "entity", "seed3", "seed4")
PRIMES = ((2499997, 1800451, 2000371, 1796777, 2299603), (2246527, 2399993, 2100869, 1918303, 1624729))


def hdr(trials, **seeds):
    """The HDR generator, version 2.0: github.com/probability-management/PySIPmath, chanceCalc.py."""
    seeds = {"counter": np.array(trials), **seeds}
    x, y = (sum(seeds[word] * prime for word, prime in zip(SEEDS, primes, strict=True)) for primes in PRIMES)
    one = DIVIDEND % (x % 7450589 * 4658 + 7450581) * 383 % 99991 * 7440893
    other = DIVIDEND % (y % 7450987 * 7580 + 7560584) * 17669 % 7440893
    return ((one + other) * 1343 % MODULUS + 0.5) / MODULUS


def metalog(u, aCoefficients, lowerBound=None, upperBound=None):
    """Keelin's metalog: terms 1, L, c L, c, c^2, c^2 L, c^3, c^3 L, ... in L = logit(u) and c = u - 1/2."""
    logit, c, y = special.logit(u), u - 0.5, 0.0
    for i, a in enumerate(aCoefficients, start=1):
        has_logit = i in (2, 3) or (i > 4 and i % 2 == 0)
        power = {1: 0, 2: 0, 3: 1, 4: 1}.get(i, (i - 1) // 2)
        y = y + a * c**power * (logit if has_logit else 1)
    if upperBound is not None:
        return (lowerBound + upperBound * np.exp(y)) / (1 + np.exp(y))
    return y if lowerBound is None else lowerBound + np.exp(y)


def simulated(library, trials):
    """The trials of each variable of a library."""
    uniform = {}
    for each in library["U01"]["rng"]:
        seeds = {word: each["arguments"][word] for word in SEEDS[1:]}
        assert (each["function"], each["arguments"]["counter"]) == ("HDR_2_0", "PM_Index")
        uniform[each["name"]] = hdr(trials, **seeds)
    for each in library["U01"].get("copula", ()):
        (matrix,) = (
            g["value"]
            for g in library["globalVariables"]
            if g["name"] == each["arguments"]["correlationMatrix"]["value"]
        )
        place = {name: i for i, name in enumerate(matrix["columns"])}
        correlation = np.zeros((len(place), len(place)))
        for cell in matrix["matrix"]:
            i, j = place[cell["row"]], place[cell["col"]]
            correlation[i, j] = correlation[j, i] = cell["value"]
        z = special.ndtri([uniform[name] for name in each["arguments"]["rng"]])
        uniform |= zip(each["copulaLayer"], special.ndtr(np.linalg.cholesky(correlation) @ z), strict=True)
    found = {}
    for each in library["sips"]:
        u = uniform[each["ref"].get("copulaLayer") or each["ref"]["name"]]
        if each["function"] == "Lookup_Table":
            upto, values = np.array(each["arguments"]["value"]).T
            found[each["name"]] = values[np.searchsorted(upto, u)]
        else:
            found[each["name"]] = metalog(u, **each["arguments"])
    return found


def example():
    """Some variables of the standard's own example (multi-lib-schema-2021-08-19.json)."""
    names = ["Accounts", "Products", "Orders", "Fulfillment"]
    cells = [{"row": name, "col": name, "value": 1} for name in names]
    cells.append({"row": "Products", "col": "Fulfillment", "value": 0.75})
    coefficients = {
        "Accounts": [9.872717622, 1.678242357, 2.54967822, 3.535388319, -13.40905029],
        "Products": [10.28359942, 1.433048092, 1.737463084, 3.927285373, -13.45782811],
        "Orders": [8.526657058, 4.390832871, 7.645594813, -11.34424622, -27.90451926],
        "Fulfillment": [8.93145879, 3.863446641, 6.494528709, -8.804090192, -25.50440804],
    }
    poisson = [[0.606530660, 0], [0.909795990, 1], [0.985612322, 2], [0.998248377, 3], [1, 4]]
    seeds = {"counter": "PM_Index", "entity": 9039920, "seed3": 0, "seed4": 0}
    rng = [{"name": f"HDR{i}", "function": "HDR_2_0", "arguments": seeds | {"varId": i}} for i in (4, 5, 6, 7, 9)]
    arguments = {
        "correlationMatrix": {"type": "globalVariables", "value": "matrix"},
        "rng": ["HDR4", "HDR5", "HDR6", "HDR7"],
    }
    sips = [
        {"name": name, "ref": {"copulaLayer": f"cl{i}"}, "function": "Metalog_1_0", "arguments": {"aCoefficients": a}}
        for i, (name, a) in enumerate(coefficients.items(), start=1)
    ]
    sips.append(
        {"name": "Poisson", "ref": {"name": "HDR9"}, "function": "Lookup_Table", "arguments": {"value": poisson}}
    )
    return {
        "globalVariables": [{"name": "matrix", "value": {"columns": names, "rows": names, "matrix": cells}}],
        "U01": {"rng": rng, "copula": [{"arguments": arguments, "copulaLayer": ["cl1", "cl2", "cl3", "cl4"]}]},
        "sips": sips,
    }


def test_the_reader_gives_the_trials_that_the_standard_publishes():
    found = simulated(example(), range(1, 300))
    published = {
        "Accounts": [5.91064824323855, 3.99951401423695, 3.61593085127843],
        "Products": [4.81850430027545, 16.264999616127, 9.21182344011462],
        "Orders": [8.84993813887317, 5.73877017205265, 7.90854997496018],
        "Fulfillment": [6.7522436646553, 11.4933053690752, 5.97047076730257],
    }
    for name, trials in published.items():
        np.testing.assert_allclose(found[name][:3], trials, rtol=1e-9)
    assert [found["Poisson"][i - 1] for i in (6, 23, 299)] == [1, 2, 3]


@pytest.fixture(scope="module")
def library(folder):
    """The targets of a run of GPT-4 as a library, and the trials of it."""
    notes = []
    text = next(iter(pieces_of(folder, notes, TARGETS)))
    return json.loads(text), simulated(json.loads(text), range(1, TRIALS + 1)), notes


def pieces_of(folder, notes, targets=None):
    from mcfrontier.outputs.exports import EXPORTS, pieces
    from mcfrontier.outputs.folder.saved import read_folder

    run = read_folder(folder)
    return pieces(EXPORTS["sipmath"], run, run.rows_of(targets) if targets else run.targets, {"note": notes.append})


def test_the_trials_of_a_library_have_the_percentiles_of_the_draws(library, gpt4):
    for name, x in library[1].items():
        draws = np.sort(gpt4.core.samples(name))
        for level in (0.05, 0.25, 0.5, 0.75, 0.95):
            share = np.searchsorted(draws, np.quantile(x, level)) / draws.size
            errors = np.sqrt(level * (1 - level) * (1 / TRIALS + 1 / draws.size))
            assert abs(share - level) < MAX_DISTANCE + 4 * errors


def test_the_trials_of_a_library_have_the_rank_correlations_of_the_draws(library, gpt4):
    names = [*library[1]]
    of_trials = stats.spearmanr(np.stack([library[1][name] for name in names], axis=1)).statistic
    of_draws = stats.spearmanr(np.stack([gpt4.core.samples(name) for name in names], axis=1)).statistic
    error = np.sqrt(1 / TRIALS + 1 / gpt4.core.samples("energy").size)
    assert np.abs(of_trials - of_draws).max() < 0.005 + 4 * error
    assert np.abs(of_draws - np.eye(len(names))).max() > 0.5  # which independent ones would miss


def test_a_library_states_its_origin_and_what_it_loses(library):
    head = library[0]
    assert (head["objectType"], head["libraryType"], head["name"]) == ("sipModel", "SIPmath_3_0", "gpt4")
    assert "seed 7" in head["provenance"]
    assert "other dependence between them is lost" in head["provenance"]
    assert {each["metadata"]["unit"] for each in head["sips"]} >= {"USD", "MWh"}


def test_values_of_an_event_and_known_values_are_exact_and_need_no_copula(here):
    text = (
        'title = "A choice"\ntargets = ["a", "b"]\n'
        + entry("a", "discrete", "USD", values="[1, 5]", weights="[3, 1]")
        + entry("b", value=7)
    )
    (here / "choice.toml").write_text(text)
    mcf.run("choice.toml", draws=4096).write("choice", report=False)
    notes = []
    library = json.loads(next(iter(pieces_of("choice", notes))))
    assert "copula" not in library["U01"]
    found = simulated(library, range(1, TRIALS + 1))
    assert {*found["b"].tolist()} == {7.0}
    assert {*found["a"].tolist()} == {1.0, 5.0}
    assert abs((found["a"] == 5).mean() - 0.25) < 4 * np.sqrt(0.25 * 0.75 / TRIALS)
    assert notes == ["a: tables of few values, independent of the rest: a copula is of continuous quantities"]


@mcf.node("1")
def filled(root):
    """Finite where the root is not."""
    return np.nan_to_num(root)


def test_a_row_without_numbers_is_left_out(here):
    study = {"targets": ["filled"], "inputs": input_entry("a", "uniform", low=-2, high=-1)}
    mcf.run(study, model=[root, filled], draws=256).write("a", report=False)
    notes = []
    assert [each["name"] for each in json.loads(next(iter(pieces_of("a", notes, ["root", "a"]))))["sips"]] == ["a"]
    assert notes == ["root: no draw is a number; left out"]
    with pytest.raises(InputError, match="no row is left"):
        next(iter(pieces_of("a", notes, ["root"])))


def test_draws_that_are_not_finite_are_left_out(non_finite_run):
    run, folder = non_finite_run(0, 4096)
    notes = []
    (sip,) = json.loads(next(iter(pieces_of(folder, notes, ["root"]))))["sips"]
    missing = int((~np.isfinite(run.core.samples("root"))).sum())
    assert sip["metadata"]["count"] == 4096 - missing
    assert notes == [f"root: {missing:,} draws are not finite and left out"]
