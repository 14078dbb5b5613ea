"""Each export format is read back by its library or checked against its rules."""

import csv
import io
import re
import subprocess
import sys
import zipfile

import arviz
import numpy as np
import openpyxl
import pytest
import xarray as xr
import zarr
from pyarrow import parquet

import mcfrontier as mcf
from mcfrontier.outputs.exports.workbook import FORBIDDEN, sheet_names
from mcfrontier.outputs.folder.saved import read_folder
from tests.conftest import ROOT, entry

WORDS = ("p5", "p50", "p95")


def test_csv_has_every_draw_bit_for_bit(command, folder):
    result = command("export", folder, "--to", "csv", "--target", "energy", "--target", "training_time")
    head, *lines = csv.reader(io.StringIO(result.out))
    run = read_folder(folder)
    assert head == ["energy [MWh]", "training_time [day]"]
    np.testing.assert_array_equal(
        np.array(lines, float), np.column_stack([run.samples(n) for n in run.rows_of(["energy", "training_time"])])
    )


@pytest.fixture(scope="module")
def chips(tmp_path_factory):
    """The folder of a run with one row per chip and empty cells."""
    place = tmp_path_factory.mktemp("reports") / "chips"
    mcf.run("chips", draws=2**8).write(place, report=False)
    return place


def test_a_table_has_a_line_for_each_label_with_its_percentiles_and_empty_cells(command, chips):
    names = ["bf16_rate_per_price", "bf16_rate_per_power"]
    result = command("export", chips, "--to", "table", "--target", names[0], "--target", names[1])
    head, *lines = csv.reader(io.StringIO(result.out))
    heads = [f"{name} {word} [TFLOP/s/{per}]" for name, per in zip(names, ("USD", "W"), strict=True) for word in WORDS]
    assert head == ["chip", *heads]
    run = read_folder(chips)
    assert [line[0] for line in lines] == run.manifest.dimensions["chip"]
    for label, *cells in lines:
        known = [run.summary[f"{name}[{label}]"].values[word] for name in names for word in WORDS]
        np.testing.assert_allclose([float(cell or "nan") for cell in cells], known, rtol=1e-5)
    assert any("" in line for line in lines)


def test_a_table_names_what_was_filled_in(page, command, here):
    page("tables/u", "").with_suffix(".csv").write_text("run,energy [MWh],cloud_cost [USD]\nx,1,\ny,,2\nz,3,4\n")
    text = 'targets = ["energy", "cloud_cost"]\n[tables.run]\nfile = "tables/u.csv"\nsource = "s"\npartial = true\n'
    page("study", text + '[same]\nenergy = "energy_stated"\ncloud_cost = "cloud_cost_stated"\n')
    assert command("run", "study", "--no-report", "--draws", 64).err == ""
    lines = csv.DictReader(io.StringIO(command("export", "reports/study", "--to", "table").out))
    assert {line["run"]: line["filled in"] for line in lines} == {"x": "cloud_cost", "y": "energy", "z": ""}


def test_a_table_of_quantities_along_no_or_several_dimensions_is_refused(command, folder):
    code, _, err = command("export", folder, "--to", "table")
    assert code == 2
    assert "--to table: quantities along one dimension are expected" in err


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """The folder of DeepSeek-V3 with evidence."""
    place = tmp_path_factory.mktemp("reports") / "given"
    mcf.run("deepseek-v3-given", draws=2**15).write(place, report=False)
    return place


@pytest.fixture
def many(page, command, tmp_path):
    """The folder of a long run with saved draws in chunks."""
    page("bill", 'targets = ["energy"]\n' + entry("energy", "lognormal", "kWh", p5=1, p95=3))
    command("run", "bill", "--draws", 2**19, "--no-report", "--quiet", "--save-draws")
    return tmp_path / "reports" / "bill"


def exported(command, folder, form, path, *words):
    """Export a run and return the path."""
    result = command("export", folder, "--to", form, "--out", path, *words)
    assert (result.code, result.out, result.err) == (0, f"{path}\n", "")
    return path


def test_csv_to_a_pipe_closed_early_is_silent(folder):
    line = f"{sys.executable} -m mcfrontier export {folder} --to csv | head -3"
    result = subprocess.run(line, shell=True, cwd=ROOT, text=True, capture_output=True)
    assert result.stdout.count("\n") == 3
    assert result.stderr == ""


def test_csv_written_in_pieces_is_complete(command, many, monkeypatch):
    monkeypatch.setattr("mcfrontier.outputs.exports.columns.LINES_PER_PIECE", 1000)
    lines = command("export", many, "--to", "csv").out.splitlines()
    np.testing.assert_array_equal(np.array(lines[1:], float), read_folder(many).samples("energy"))


def test_csv_in_a_file_equals_standard_output(command, folder, tmp_path):
    path = exported(command, folder, "csv", tmp_path / "x.csv")
    assert path.read_text() == command("export", folder, "--to", "csv").out


@pytest.mark.parametrize("name", ["folder", "chips", "given"])
def test_parquet_has_every_draw_and_unit(command, tmp_path, name, request):
    place = request.getfixturevalue(name)
    table = parquet.read_table(exported(command, place, "parquet", tmp_path / "x.parquet"))
    run = read_folder(place)
    assert table.column_names == run.targets
    assert table.schema.metadata[b"seed"] == str(run.manifest.seed).encode()
    for row in run.targets:
        np.testing.assert_array_equal(table[row].to_numpy(), run.samples(row))
        assert table.schema.field(row).metadata[b"unit"].decode() == run.unit(row)


def test_parquet_of_many_draws_has_one_row_group_per_chunk(command, tmp_path, many):
    path = exported(command, many, "parquet", tmp_path / "x.parquet")
    run = read_folder(many)
    assert parquet.ParquetFile(path).num_row_groups == 2**19 // run.chunk_draws
    np.testing.assert_array_equal(parquet.read_table(path)["energy"].to_numpy(), run.samples("energy"))


def opened(form, path, group):
    """A group of an export, opened by its library."""
    if form == "zarr":
        return xr.open_zarr(path, group=group)
    return arviz.from_netcdf(path)[group]


@pytest.mark.parametrize("form", ["arviz", "zarr"])
def test_groups_have_every_draw_and_unit(command, tmp_path, folder, form):
    prior = opened(form, exported(command, folder, form, tmp_path / "x"), "prior")
    run = read_folder(folder)
    assert set(prior.data_vars) == set(run.targets)
    assert prior.attrs["study"] == "gpt4"
    assert prior.sizes == {"chain": 1, "draw": 2**12}
    np.testing.assert_array_equal(prior.draw, np.arange(2**12))
    for row in run.targets:
        assert prior[row].dims == ("chain", "draw")
        np.testing.assert_array_equal(prior[row][0], run.samples(row))
        assert prior[row].attrs["unit"] == run.unit(row)


@pytest.mark.parametrize("form", ["arviz", "zarr"])
def test_many_valued_quantities_keep_their_dimension_and_a_row_keeps_its_name(command, tmp_path, chips, form):
    requested = ("--target", "gpu_price", "--target", "price_per_memory[A100 80GB]", "--target", "cpu_rate")
    prior = opened(form, exported(command, chips, form, tmp_path / "x", *requested), "prior")
    run = read_folder(chips)
    assert set(prior.data_vars) == {"gpu_price", "price_per_memory[A100 80GB]", "cpu_rate"}
    assert prior.gpu_price.dims == ("chain", "draw", "chip")
    for row in run.rows_of(["gpu_price"]):
        chip = row.removeprefix("gpu_price[").removesuffix("]")
        np.testing.assert_array_equal(prior.gpu_price.sel(chip=chip)[0], run.samples(row))
    row = "price_per_memory[A100 80GB]"
    assert prior[row].dims == ("chain", "draw")
    np.testing.assert_array_equal(prior[row][0], run.samples(row))


@pytest.mark.parametrize("form", ["arviz", "zarr"])
def test_evidence_gives_a_prior_and_a_posterior_group(command, tmp_path, given, form):
    path = exported(command, given, form, tmp_path / "x", "--target", "mfu")
    run = mcf.run("deepseek-v3-given", draws=2**15)
    np.testing.assert_array_equal(opened(form, path, "prior").mfu[0], run.core.before.samples("mfu"))
    np.testing.assert_array_equal(opened(form, path, "posterior").mfu[0], run.core.samples("mfu"))


@pytest.mark.filterwarnings("default")  # of arviz
def test_the_python_examples_of_the_page_run_with_the_installed_versions(command, tmp_path, folder, given, monkeypatch):
    monkeypatch.chdir(tmp_path)
    for source, form, path in ((folder, "parquet", "gpt4.parquet"), (folder, "zarr", "gpt4.zarr")):
        exported(command, source, form, path)
    exported(command, given, "arviz", "deepseek.nc", "--target", "implied_utilisation", "--target", "chip_time")
    text = (ROOT / "docs" / "export.md").read_text()
    examples = re.findall(r"^```python\n(.*?)^```$", text, re.M | re.S)
    assert len(examples) == 5
    names = {}
    for code in examples:
        exec(code, names)
    run = read_folder(given)
    np.testing.assert_array_equal(names["posterior"].chip_time[0], run.samples("chip_time"))
    found = names["az"].summary(names["data"], group="posterior", kind="stats")
    assert float(found["mean"]["chip_time"]) == pytest.approx(run.samples("chip_time").mean(), rel=0.01)


def test_a_zarr_store_has_the_chunks_of_the_run(command, tmp_path, many):
    group = zarr.open_group(exported(command, many, "zarr", tmp_path / "x.zarr"), mode="r")["prior"]
    run = read_folder(many)
    assert group["energy"].chunks == (1, run.chunk_draws)
    np.testing.assert_array_equal(group["energy"][0], run.samples("energy"))


def test_a_zarr_store_may_replace_an_older_store_but_no_other_folder(command, tmp_path, folder):
    for _ in range(2):
        exported(command, folder, "zarr", tmp_path / "x.zarr", "--target", "energy")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "dear.txt").write_text("mine")
    result = command("export", folder, "--to", "zarr", "--out", tmp_path / "kept")
    assert result.code == 2
    assert "a folder; name a file in it with --out" in result.err
    assert (tmp_path / "kept" / "dear.txt").exists()


def test_an_export_does_not_overwrite_a_file_of_the_run(command, folder):
    result = command("export", folder, "--to", "arviz", "--out", folder / "draws.nc", "--target", "energy")
    assert result.code == 2
    assert "draws.nc: a file of the run itself; choose another with --out" in result.err


def sheets(path):
    """The rows of each sheet of a workbook."""
    book = openpyxl.load_workbook(path)
    return {sheet.title: [list(line) for line in sheet.iter_rows(values_only=True)] for sheet in book}


@pytest.mark.parametrize("name", ["folder", "chips", "given"])
def test_a_workbook_has_every_percentile_bit_for_bit(command, tmp_path, name, request):
    place = request.getfixturevalue(name)
    found = sheets(exported(command, place, "xlsx", tmp_path / "x.xlsx"))
    run = read_folder(place)
    assert list(found)[:2] == ["Run", "Inputs"]
    assert [lines[1][1] for lines in [*found.values()][2:]] == run.manifest.targets
    displayed = {}
    for lines in [*found.values()][2:]:
        for row, word, _, value, error, _ in lines[5:]:
            displayed.setdefault(lines[1][1] + (f"[{row}]" if row else ""), {})[word] = (value, error)
        assert lines[2][1] == run.unit(next(reversed(displayed)))
    rows = [row for row in run.targets if np.isfinite(run.summary[row].values["mean"])]
    assert list(displayed) == rows
    for row in rows:
        _, values, errors = run.summary[row]
        assert displayed[row] == {word: (value, errors[word]) for word, value in values.items()}


def test_a_workbook_marks_unstable_means_and_names_integrated_inputs(page, command, tmp_path):
    page("wild", 'targets = ["wild"]\n' + entry("wild", "student-t", df=1, p5=-6, p95=6))
    mcf.run("wild").write("wild", report=False)
    lines = sheets(exported(command, "wild", "xlsx", tmp_path / "x.xlsx"))["wild"][5:]
    assert {line[1] for line in lines if line[5] == "not stable"} == {"mean", "sd"}
    mcf.run("opt-175b", targets=["acquisition_cost"]).write("opt", report=False)
    lines = sheets(exported(command, "opt", "xlsx", tmp_path / "y.xlsx"))["acquisition_cost"][5:]
    assert {line[5] for line in lines if line[1] in ("p5", "p50", "p95")} == {"server_price integrated out"}


def test_a_workbook_describes_the_run_and_its_inputs(command, tmp_path, folder):
    found = sheets(exported(command, folder, "xlsx", tmp_path / "x.xlsx", "--target", "energy"))
    displayed = {line[0]: line[1] for line in found["Run"]}
    assert (displayed["study"], displayed["seed"], displayed["draws"]) == ("gpt4", 7, 2**12)
    assert displayed["version of mcfrontier"] == mcf.__version__
    head, *lines = found["Inputs"]
    inputs = read_folder(folder).manifest.inputs
    assert [line[0] for line in lines] == list(inputs)
    price = dict(zip(head, lines[list(inputs).index("gpu_price")], strict=True))
    stated = inputs["gpu_price"]
    assert price["family"] == stated["family"]
    assert price["parameters"] == ", ".join(f"{word} = {stated[word]}" for word in ("p5", "p95", "best"))
    assert [price[word] for word in ("unit", "source", "note", "stated in")] == [
        stated[word] for word in ("unit", "source", "note", "stated_in")
    ]


def test_a_workbook_lists_many_valued_inputs_by_row_without_empty_cells(command, tmp_path, chips):
    found = sheets(exported(command, chips, "xlsx", tmp_path / "x.xlsx"))
    prices = {line[1]: line[3] for line in found["Inputs"] if line[0] == "gpu_price"}
    assert prices["H100"] == "p5 = 10000, p95 = 45000, best = 24000"
    assert "H200" not in prices


def test_a_workbook_is_reproducible(command, tmp_path, folder):
    one, other = (exported(command, folder, "xlsx", tmp_path / f"{i}.xlsx") for i in range(2))
    assert one.read_bytes() == other.read_bytes()
    with zipfile.ZipFile(one) as archive:
        assert {each.date_time[0] for each in archive.infolist()} == {1980}
        assert b"1980-01-01" in archive.read("docProps/core.xml")


def test_a_text_that_begins_like_a_formula_stays_text(page, command, tmp_path):
    page("bill", 'targets = ["x"]\n' + entry("x", value=1, source="=1+1", note='"a\\u0007b"'))
    command("run", "bill", "--draws", 64, "--no-report", "--quiet")
    path = exported(command, "reports/bill", "xlsx", tmp_path / "x.xlsx")
    cell = openpyxl.load_workbook(path)["Inputs"]["F2"]
    assert (cell.value, cell.data_type) == ("=1+1", "s")


def test_sheet_names_are_valid_in_excel_and_unique():
    rows = ["history", "run", "a" * 40, "a" * 41, "price_A100", "Price_a100", "x'", "a/b"]
    names = sheet_names(rows, ("Run", "Inputs"))
    assert len({name.casefold() for name in (*names, "run", "inputs", "history")}) == len(rows) + 3
    for name in names:
        assert 0 < len(name) <= 31
        assert not set(FORBIDDEN) & set(name)
        assert name.strip("'") == name


@pytest.mark.parametrize(
    ("form", "library", "extra"),
    [("parquet", "pyarrow", "export"), ("xlsx", "openpyxl", "export"), ("zarr", "zarr", "zarr")],
)
def test_a_missing_library_is_reported_with_its_install_command(
    command, tmp_path, folder, monkeypatch, form, library, extra
):
    for name in [name for name in sys.modules if name.split(".")[0] == library]:
        monkeypatch.setitem(sys.modules, name, None)
    result = command("export", folder, "--to", form, "--out", tmp_path / "x")
    assert (result.code, result.out) == (2, "")
    assert result.err == f"mcfrontier: --to {form}: requires {library}; pip install 'mcfrontier[{extra}]'\n"
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--to", "cvs"), "--to cvs: unknown format; did you mean 'csv'?"),
        (("--to", "csv", "--target", "enregy"), "it has no quantity 'enregy'; did you mean 'energy'?"),
        (("--to", "csv", "--out", "/proc/none/x.csv"), "cannot be written"),
        (("--to", "xlsx"), "--to xlsx: this format is not text; name a file with --out"),
        (("--to", "csv", "--out", ""), "--out: the name of a file is expected, not nothing"),
    ],
)
def test_an_invalid_export_is_rejected_with_one_line(command, folder, words, message):
    result = command("export", folder, *words)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert result.err.count("\n") == 1


def test_the_help_names_every_format(command):
    from mcfrontier.outputs.exports import EXPORTS

    displayed = command("export", "--help").out
    assert all(name in displayed for name in EXPORTS)
