"""Repeating a saved run: bit-identical, the same within Monte Carlo errors, or changed with the causes."""

import json
import os
import shutil
import tempfile
from hashlib import sha256

import pytest

import mcfrontier as mcf
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.study import locate
from mcfrontier.tasks.verify.file_diff import DIFFERS, SAME, SAME_BYTES
from mcfrontier.tasks.verify.manifest_diff import Change
from mcfrontier.tasks.verify.verify import CHANGED, IDENTICAL, WITHIN, verdict_with_old_priors, verify
from tests.conftest import BILL, ROOT, entry, input_entry


@pytest.fixture
def bill(page, command, tmp_path, monkeypatch):
    """The folder of a small run of ./priors/bill.toml. Temporary folders are created in ./temporary."""
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))
    page("bill", BILL)
    assert command("run", "bill", "--draws", 1000, "--no-report", "--quiet").code == 0
    return tmp_path / "reports" / "bill"


def contents_of(folder):
    """The files of a folder with their contents."""
    return {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def edited(folder, name, change):
    """Edit a JSON file of a run and update its hash in the manifest."""
    found = json.loads((folder / name).read_text())
    change(found)
    (folder / name).write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    update_hash(folder, name)


def update_hash(folder, name):
    """Update the hash of a file in the manifest."""
    if name != "manifest.json":
        hashed = sha256((folder / name).read_bytes()).hexdigest()
        edited(folder, "manifest.json", lambda found: found["files"].update({name: hashed}))


@pytest.mark.parametrize(
    "words",
    [
        ("gpt4", "--draws", 1000),
        ("gpt4", "--set", "gpu_price=15000", "--set", "energy=40 GWh", "--draws", 256),
        ("gpt4", "--target", "energy", "--sampler", "lhs", "--seed", 7, "--draws", 300, "--method", "order"),
        ("gpt4-dependent", "--sampler", "random", "--draws", 256),
        ("history", "--draws", 64),
        ("chips", "--draws", 64),
        ("deepseek-v3-given", "--draws", 2**14),
        ("deepseek-v3-given", "--draws", 2**8, "--set", "chip_time=2.7e6"),
        ("gpt4", "--target", "energy", "--precision", "5%", "--draws", 64),
        (ROOT / "priors" / "chips" / "../gpt4.toml", "--draws", 64),
    ],
    ids=lambda words: " ".join(str(word).removeprefix(str(ROOT)) for word in words),
)
def test_a_repeated_run_is_bit_identical(words, command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    command("run", *words, "--no-report", "--out", "run", "--quiet")
    before = contents_of(tmp_path / "run")
    result = command("verify", "run")
    assert result == (0, f"bit-identical: run\nthe same bytes: {', '.join(names(before))}\n", "")
    assert contents_of(tmp_path / "run") == before


def names(folder):
    """The files of a folder in the order of writing."""
    from mcfrontier.outputs.folder.write import WRITERS

    return [name for name in WRITERS if name in {path.name for path in folder}]


def test_a_report_is_compared_where_present(command, bill, tmp_path):
    command("run", "bill", "--draws", 64, "--quiet")
    assert "the same bytes: percentiles.csv, percentiles.json, draws.nc, report.pdf" in command("verify", bill).out
    (bill / "report.pdf").write_bytes(b"%PDF")
    update_hash(bill, "report.pdf")
    result = command("verify", bill)
    assert result.code == 1
    assert result.out.startswith("changed, the report differs, and nothing in the manifest does")
    edited(bill, "manifest.json", lambda found: found["versions"].update(typst="0.1"))
    assert verify(bill).verdict == IDENTICAL  # a report contains versions, so it may differ with them


def test_verify_writes_nothing_and_leaves_no_temporary_files(command, bill, tmp_path):
    before = contents_of(tmp_path)
    for code in (0, 1):
        assert command("verify", bill).code == code
        assert contents_of(bill) == {
            p.relative_to("reports/bill"): x for p, x in before.items() if p.parts[0] == "reports"
        }
        assert not [*(tmp_path / "temporary").iterdir()]
        (tmp_path / "priors/bill.toml").write_text(BILL.replace("p95 = 3", "p95 = 4"))


def test_an_edited_priors_file_is_reported_by_entry_and_key(command, bill, page):
    page("bill", BILL.replace("p95 = 3", "p95 = 4").replace('"a test"', '"a bill"', 1))
    result = command("verify", bill)
    assert result.code == 1
    assert result.out.startswith("changed, 2 quantities by more than 3 Monte Carlo errors: ")
    assert "priors: energy: p95 3 -> 4\n" in result.out
    assert 'priors: energy: source "a test" -> "a bill"\n' in result.out
    assert "energy_price" not in result.out
    assert "is bit-identical: the priors explain the whole change" in result.out


def test_an_edited_source_leaves_the_results_bit_identical(command, bill, page):
    page("bill", BILL.replace('"a test"', '"a bill"', 1))
    result = command("verify", bill)
    assert result.code == 0
    assert result.out.startswith("bit-identical in its results, but manifest.json differs: ")
    assert 'priors: energy: source "a test" -> "a bill"\n' in result.out


def test_a_small_edit_is_within_the_error_and_reported(command, bill, page):
    page("bill", BILL.replace("p95 = 3", "p95 = 3.000001"))
    result = command("verify", bill)
    assert result.code == 0
    assert result.out.startswith("same within Monte Carlo error, at most by ")
    assert "priors: energy: p95 3 -> 3.000001\n" in result.out


def test_added_and_removed_entries_correlations_and_evidence_are_reported(command, bill, page):
    together = '[correlation]\n"energy ~ energy_price" = 0.5\n'
    seen = '[evidence.bill]\nquantity = "energy_cost"\np5 = 0.05\np95 = 0.3\nunit = "USD"\nsource = "a test"\n'
    page("bill", BILL + together + seen)
    out = command("verify", bill).out
    assert "correlation: energy ~ energy_price: added: 0.5\n" in out
    assert "evidence: bill: added: quantity energy_cost, p5 0.05, p95 0.3, unit USD" in out
    parted = BILL.split("[inputs.energy]")[0] + entry("energy_price", "uniform", "USD/kWh", low=0.05, high=0.10)
    parted += entry("chip_time", "lognormal", "chip*h", p5=1, p95=3) + entry("chip_power", "value", "kW/chip", value=1)
    page("bill", parted)
    out = command("verify", bill).out
    assert "priors: energy: removed: family lognormal, unit kWh, p5 1, p95 3\n" in out
    assert "priors: chip_time: added: family lognormal, unit chip*h, p5 1, p95 3\n" in out
    assert "formulas: energy: added: " in out
    assert "chip_time: only in one of the two runs, or in another unit\n" in out


def test_an_entry_that_the_run_does_not_need_is_reported_separately(command, bill, page):
    page("bill", 'extends = ["part"]\n' + BILL)
    page("part", entry("gpu_price", "value", "USD/chip", value=1))
    result = command("verify", bill)
    assert result.code == 0
    assert "priors: entries that this run does not need: hash " in result.out


def test_a_changed_library_version_is_reported_with_identical_results(command, bill):
    edited(bill, "manifest.json", lambda found: found["versions"].update(numpy="1.0"))
    result = command("verify", bill)
    assert result.code == 0
    assert result.out.startswith("bit-identical in its results, but manifest.json differs: ")
    assert "versions: numpy: 1.0 -> " in result.out


@pytest.mark.parametrize(("errors", "verdict", "code"), [(0.5, WITHIN, 0), (-3, WITHIN, 0), (6, CHANGED, 1)])
def test_a_gap_within_three_combined_errors_is_the_same(errors, verdict, code, command, bill):
    def moved(found):
        row = found["quantities"]["energy_cost"]
        row["p50"] += errors * row["mc_error"]["p50"]

    edited(bill, "percentiles.json", moved)
    result = command("verify", bill, "--json")
    found = json.loads(result.out)
    assert (result.code, found["verdict"]) == (code, verdict)
    assert (found["largest_gap"]["quantity"], found["largest_gap"]["statistic"]) == ("energy_cost", "p50")
    assert found["largest_gap"]["errors"] == pytest.approx(abs(errors) / 2**0.5)  # both runs have the same error
    assert found["moved"] == (["energy_cost"] if code else [])
    assert found["files"]["draws.nc"] == SAME_BYTES


def test_a_file_that_was_edited_is_found_by_its_hash(command, bill):
    text = (bill / "percentiles.json").read_text()
    (bill / "percentiles.json").write_text(text + " ")
    result = command("verify", bill)
    assert (result.code, result.out.splitlines()[0]) == (1, f"changed, percentiles.json was edited or damaged: {bill}")
    for words in (("percentiles", bill), ("export", bill, "--to", "csv"), ("score", bill, "--outcome", "energy=3 MWh")):
        result = command(*words)
        assert (result.code, result.out) == (2, "")
        assert "percentiles.json: damaged or edited, it is not as the run wrote it" in result.err
    (bill / "percentiles.json").write_text(text)
    with (bill / "draws.nc").open("r+b") as file:
        file.seek(-1000, os.SEEK_END)
        file.write(b"\x01" * 100)
    assert "draws.nc: damaged or edited" in command("export", bill, "--to", "csv").err
    assert "draws.nc was edited or damaged" in command("verify", bill).out
    (bill / "draws.nc").unlink()
    assert "draws.nc: not there any more" in command("export", bill, "--to", "csv").err
    assert "draws.nc was removed" in command("verify", bill).out


def test_a_change_of_a_known_value_is_detected(command, bill, page):
    command("run", "bill", "--set", "energy=2", "--set", "energy_price=0.1", "--no-report", "--draws", 64, "--quiet")
    edited(bill, "percentiles.json", lambda found: found["quantities"]["energy_cost"].update(p50=0.2001))
    result = command("verify", bill)
    assert result.code == 1
    assert result.out.splitlines()[2].split() == ["energy", "cost", "p50", "0.2001", "USD", "0.2", "USD", "no", "error"]


def test_an_edited_csv_and_edited_draws_are_found(command, bill):
    import h5py

    text = (bill / "percentiles.csv").read_text()
    line = next(line for line in text.splitlines() if line.startswith("energy_cost,USD,p95"))
    (bill / "percentiles.csv").write_text(text.replace(line, "energy_cost,USD,p95,9,0.001"))
    update_hash(bill, "percentiles.csv")
    found = verify(bill)
    assert found.verdict == CHANGED
    assert (found.gaps.widest[0].row, found.gaps.widest[0].before) == ("energy_cost", 9)
    (bill / "percentiles.csv").write_text(text)
    update_hash(bill, "percentiles.csv")
    with h5py.File(bill / "draws.nc", "a") as file:
        file["prior"]["energy"][...] *= 1.5
    update_hash(bill, "draws.nc")
    assert {gap.row for gap in verify(bill).gaps.widest} == {"energy"}


def test_equal_draws_in_different_bytes_are_the_same(bill):
    import h5py

    with h5py.File(bill / "draws.nc", "a") as file:
        values, attrs = file["prior"]["energy"][:], dict(file["prior"]["energy"].attrs)
        del file["prior"]["energy"]
        file["prior"].create_dataset("energy", data=values).attrs["unit"] = attrs["unit"]  # as older versions stored it
    update_hash(bill, "draws.nc")
    found = verify(bill)
    assert (found.verdict, found.files["draws.nc"]) == (IDENTICAL, SAME)


def test_chunked_draws_are_compared(command, bill):
    zarr = pytest.importorskip("zarr")
    words = ("--draws", 2**19, "--draws-as", "float32", "--engine", "threads", "--no-report", "--quiet")
    assert command("run", "bill", *words).code == 0
    assert verify(bill).files == dict.fromkeys(
        ("percentiles.csv", "percentiles.json", "draws.zarr", "manifest.json"), SAME_BYTES
    )
    file = zarr.open_group(bill / "draws.zarr", mode="a")
    file.attrs["created_by"] = "another hand"
    assert verify(bill).files["draws.zarr"] == SAME
    file["prior"]["energy"][0, 2**18 :] = 1e9
    found = verify(bill)
    assert (found.verdict, found.files["draws.zarr"]) == (CHANGED, DIFFERS)


@pytest.mark.parametrize(
    "name", ["gpt4-dependent", "chips", "history", "deepseek-v3-given", "development", "grok3", "scaling-law", "search"]
)
def test_the_manifest_restores_the_priors_bit_for_bit(name, tmp_path):
    assert name in locate.runnable()
    mcf.run(name, draws=2**14 if mcf.load(name).evidence else 64, seed=3).write(tmp_path, report=False)
    assert verdict_with_old_priors(read_folder(tmp_path), lambda steps, _: steps) == IDENTICAL


def test_the_manifest_restores_samples_nested_studies_tables_and_pins_bit_for_bit(page, tmp_path):
    page("bill", BILL)
    (tmp_path / "priors" / "seen.csv").write_text("price [USD/kWh]\n0.05\n0.07\n0.11\n")
    text = 'targets = ["energy_cost", "energy"]\n[dimensions]\nplace = ["a", "b", "c"]\n[only]\nplace = ["c", "a"]\n'
    text += entry("energy_price", "empirical", "USD/kWh", file='"seen.csv"', column='"price"')
    text += entry("chip_time", "uniform", "chip*h", low=[1, 2, 3], high=[4, 5, 6], by='"place"', autocorrelation=0.4)
    text += '[same]\nchip_power = "tdp"\n[correlation]\nkind = "normal"\n"energy_price ~ tdp" = 0.5\n'
    text += '[inputs.tdp]\nfamily = "mixture"\nunit = "kW/chip"\nsource = "a test"\nparts = [\n'
    text += '{ family = "uniform", low = 1, high = 2 },\n{ family = "empirical", values = [3.0, 4.0, 9.0] }]\n'
    page("sampled", text)
    page(
        "outer",
        'targets = ["energy_cost"]\n'
        + entry("energy_price", "value", "USD/kWh", value=0.1)
        + entry("energy", "study", "kWh", study='"bill"', quantity='"energy"'),
    )
    for name, pins in (("sampled", {}), ("sampled", {"energy_price": 0.2}), ("outer", {}), ("outer", {"energy": 3})):
        mcf.run(name, draws=64, set=pins, nested_seed=3).write(tmp_path / "out", report=False)
        assert verdict_with_old_priors(read_folder(tmp_path / "out"), lambda steps, _: steps) == IDENTICAL, (name, pins)
        assert verify(tmp_path / "out").verdict == IDENTICAL, (name, pins)


def test_changed_code_is_distinguished_from_changed_priors(command, bill, page, monkeypatch):
    from mcfrontier.graph.node import Node

    monkeypatch.setattr(Node, "formula", property(lambda node: "energy * energy_price + 0"))
    edited(bill, "percentiles.json", lambda found: found["quantities"]["energy_price"].update(p50=0.09))
    out = command("verify", bill).out
    before = "energy * energy_price / (1 - discarded_share)"
    assert f'energy_cost: "{before}" -> "energy * energy_price + 0"\n' in out
    assert "the priors are unchanged: formulas, versions or code explain the change" in out
    page("bill", BILL.replace("p95 = 3", "p95 = 4"))
    assert (
        "with the old priors, the results change as well: code or libraries explain a part"
        in command("verify", bill).out
    )


def test_a_manifest_without_newer_keys_is_still_read(command, bill):
    new = ("draws_asked", "own_model", "page", "correlation_kind", "same", "decision", "disclosed", "formulas")
    edited(bill, "manifest.json", lambda found: [found.pop(word) for word in new])
    result = command("verify", bill)
    assert result.code == 0
    assert result.out.startswith("bit-identical in its results, but manifest.json differs: ")


def own_graph(folder):
    @mcf.node("kWh")
    def twice(energy):
        return 2 * energy

    page = {"targets": ["twice"], "inputs": input_entry("energy", "uniform", "kWh", low=1, high=2)}
    mcf.run(page, model=[twice], draws=64).write(folder, report=False)


def own_priors(folder):
    page = {"targets": ["energy"], "inputs": input_entry("energy", "uniform", "kWh", low=1, high=2)}
    mcf.run(page, draws=64).write(folder, report=False)


def write_text(name, text):
    return lambda folder: (folder / name).write_text(text)


def restated(text):
    """Replace the priors file of a run."""
    return lambda folder: (folder / "../../priors/bill.toml").write_text(text)


OTHER_STUDY = 'targets = ["energy"]\n' + entry("energy", "value", "kWh", value=1)
MISSING_STUDY_MESSAGE = (
    "the run cannot be repeated: there is no study 'bill', nor in priors/bill.toml; go to the directory of the run"
)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (write_text("manifest.json", "{"), "manifest.json: damaged"),
        (lambda f: edited(f, "manifest.json", lambda message: message.update(format=7)), "reads format 1"),
        (lambda f: edited(f, "percentiles.json", lambda t: t["quantities"]["energy"].pop("p5")), "json: damaged"),
        (lambda f: edited(f, "percentiles.json", lambda t: t["quantities"].pop("energy_cost")), "no quantity 'energy_"),
        (write_text("percentiles.csv", "quantity\nx\n"), "percentiles.csv: damaged"),
        (write_text("draws.nc", "text"), "draws.nc: damaged"),
        (shutil.rmtree, "there is no such folder"),
        (lambda f: (f / "manifest.json").unlink(), "not the folder of a run"),
        (lambda f: (f / "../../priors/bill.toml").unlink(), MISSING_STUDY_MESSAGE),
        (restated("["), "the run cannot be repeated: priors/bill.toml: not TOML"),
        (restated(OTHER_STUDY), "the run cannot be repeated: "),
        (own_graph, "its graph was given from Python, and no folder holds it"),
        (own_priors, "its priors were given from Python, not by a file"),
    ],
    ids=lambda x: x if isinstance(x, str) else "",
)
def test_an_unverifiable_folder_is_reported_with_one_line(harm, message, command, bill):
    harm(bill)
    result = command("verify", bill)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_a_study_given_by_path_is_not_mistaken_for_a_named_one(page, command, tmp_path):
    page("../mine/gpt4", BILL)
    command("run", "mine/gpt4.toml", "--draws", 64, "--no-report", "--out", "run", "--quiet")
    assert verify("run").verdict == IDENTICAL


@pytest.mark.parametrize(
    ("of", "name", "word", "before", "after", "message"),
    [
        ("inputs", "gpu_price", "p95", 45000, 50000, "priors: gpu_price: p95 45000 -> 50000"),
        (
            "inputs",
            "price",
            "p5",
            [1, 2, 3, 4, 5],
            [1, 2, 9, 4, 8],
            "priors: price: p5 2 of 5 values, the first 3 -> 9",
        ),
        ("inputs", "price", "p5", [1, 2], [1, 3], "priors: price: p5 [1, 2] -> [1, 3]"),
        ("inputs", "price", "values", [1, 2], [1, 2, 3], "priors: price: values 2 values -> 3"),
        ("page", "targets", "", ["a", "b"], ["b", "c"], "priors file: targets: c added, a removed"),
        ("dimensions", "chip", "", ["a", "b"], ["b", "a"], "dimensions: chip: [a, b] -> [b, a]"),
        ("correlation_kind", "", "", "spearman", "normal", "kind of correlation: spearman -> normal"),
        ("decision", "", "", None, {"act": "below", "note": "x"}, "decision: added: act below"),
        ("page", "about", "", f"{'so ' * 30}it is", f"{'so ' * 30}it was", 'priors file: about: "... is" -> "... was"'),
    ],
)
def test_a_change_is_described_by_its_kind(of, name, word, before, after, message):
    assert Change(of, name, word, before, after).text == message


@pytest.mark.parametrize(
    ("changed", "how"), [({"exact": True}, "with --exact"), ({"draws": 5 * 2**18}, "with more than 16 randomisations")]
)
def test_a_run_of_an_unsupported_plan_is_rejected_with_one_line(command, bill, changed, how):
    for path in (bill / "manifest.json", bill / "percentiles.json"):
        path.write_text(json.dumps(json.loads(path.read_text()) | changed))
    result = command("verify", bill)
    assert result.code == 2
    assert f"it was made {how}, which this version no longer supports; make the run again" in result.err
    assert result.err.count("\n") == 1
