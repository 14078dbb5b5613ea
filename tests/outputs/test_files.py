"""The files of a run, read back by common libraries."""

import csv
import io
import json
import re

import arviz
import jsonschema
import numpy as np
import pypdf
import pytest
import xarray as xr

import mcfrontier as mcf
from mcfrontier.core.errors import InputError
from mcfrontier.outputs.folder import write
from tests.conftest import ROOT, input_entry

FILES = {"percentiles.csv", "percentiles.json", "draws.nc", "report.pdf", "report.html", "manifest.json"}


@pytest.fixture(scope="module")
def folder(gpt4, tmp_path_factory):
    folder = tmp_path_factory.mktemp("run") / "gpt4"
    gpt4.write(folder)
    return folder


@pytest.fixture(scope="module")
def text(folder):
    return "\n".join(page.extract_text() for page in pypdf.PdfReader(folder / "report.pdf").pages)


def test_a_run_writes_exactly_its_files(folder):
    assert {path.name for path in folder.iterdir()} == FILES


def test_the_same_run_gives_the_same_bytes(folder, tmp_path):
    mcf.run("gpt4", draws=2**12, seed=7).write(tmp_path)
    for name in FILES:
        assert (tmp_path / name).read_bytes() == (folder / name).read_bytes(), name


@pytest.mark.parametrize("place", ["away", "above", "within"])
def test_the_working_directory_does_not_change_the_files(place, folder, tmp_path, monkeypatch):
    monkeypatch.chdir({"away": tmp_path, "above": ROOT.parent, "within": ROOT / "mcfrontier"}[place])
    mcf.run("gpt4", draws=2**12, seed=7).write(tmp_path / "away")
    for name in FILES:
        assert (tmp_path / "away" / name).read_bytes() == (folder / name).read_bytes(), name


def test_json_has_a_stable_schema(folder, gpt4):
    found = json.loads((folder / "percentiles.json").read_text())
    assert list(found) == [
        "format",
        "study",
        "seed",
        "draws",
        "integrated",
        "unstable_mean",
        "unstable_sd",
        "quantities",
    ]
    assert (found["format"], found["study"], found["seed"], found["draws"]) == (1, "gpt4", 7, 2**12)
    words = ["mean", "sd", "p1", "p5", "p10", "p25", "p50", "p75", "p90", "p95", "p99"]
    assert list(found["quantities"]) == list(gpt4.study.quantities)
    for quantity in found["quantities"].values():
        assert list(quantity) == ["unit", *words, "mc_error"]
        assert list(quantity["mc_error"]) == words
    energy, price = found["quantities"]["energy"], found["quantities"]["gpu_price"]
    assert energy["unit"] == "MWh"
    assert price["p95"] == float(gpt4.draws.gpu_price.quantile(0.95, method="hazen"))
    assert found["integrated"]["acquisition_cost"] == "gpu_price"


@pytest.mark.parametrize("study", ["gpt4", "deepseek-v3-given", "conditions"])
def test_the_json_files_of_a_run_are_valid_by_their_schemas(study, folder, tmp_path, command):
    if study == "conditions":
        page = {"targets": ["x"], "inputs": input_entry("x", "uniform", low=0, high=1)}
        mcf.run(page, draws=2**12, given="x > 0.5").write(tmp_path, report=False)
    elif study != "gpt4":
        mcf.run(study, draws=2**14).write(tmp_path, report=False)
    place = folder if study == "gpt4" else tmp_path
    for name in ("percentiles", "manifest"):
        schema, found = json.loads(command("schema", name).out), json.loads((place / f"{name}.json").read_text())
        jsonschema.validate(found, schema)
        assert {*found} <= {*schema["properties"], "given", "effective_draws"}


@pytest.mark.parametrize(
    ("name", "change", "word"),
    [
        ("percentiles", lambda x: x["quantities"]["energy"].update(p5="1"), "'1' is not of type"),
        ("percentiles", lambda x: x["quantities"]["energy"].pop("unit"), "'unit' is a required"),
        ("percentiles", lambda x: x.update(format=2), "1 was expected"),
        ("manifest", lambda x: x.update(draws=0), "0 is less than"),
        ("manifest", lambda x: x.update(priors_sha256="a" * 63), "does not match"),
    ],
)
def test_the_schemas_reject_other_files(name, change, word, folder, command):
    found = json.loads((folder / f"{name}.json").read_text())
    change(found)
    with pytest.raises(jsonschema.ValidationError, match=word):
        jsonschema.validate(found, json.loads(command("schema", name).out))


def test_csv_is_tidy_and_equals_the_json(folder):
    rows = list(csv.DictReader(io.StringIO((folder / "percentiles.csv").read_text())))
    found = json.loads((folder / "percentiles.json").read_text())["quantities"]
    assert list(rows[0]) == ["quantity", "unit", "statistic", "value", "mc_error", "note"]
    assert len(rows) == 11 * len(found)
    for row in rows:
        quantity = found[row["quantity"]]
        assert float(row["value"]) == quantity[row["statistic"]]
        assert float(row["mc_error"]) == quantity["mc_error"][row["statistic"]]


@pytest.mark.filterwarnings("default")  # a FutureWarning of arviz
def test_arviz_opens_the_draws(folder, gpt4):
    prior = arviz.from_netcdf(folder / "draws.nc").prior
    assert dict(prior.sizes) == {"chain": 1, "draw": 2**12}
    assert set(prior.data_vars) == set(gpt4.study.quantities)
    assert prior.gpu_price.attrs["unit"] == "USD/chip"
    for name in ("gpu_price", "staff_count", "amortised_cost"):
        assert (prior[name].values[0] == gpt4.draws[name].values).all()


@pytest.mark.filterwarnings("default")
def test_arviz_opens_draws_along_a_dimension(tmp_path):
    price = input_entry("price", "uniform", low=[1, 10], high=[2, 20], by="chip")
    page = {"targets": ["price"], "dimensions": {"chip": ["small", "big"]}, "inputs": price}
    run = mcf.run(page, draws=64)
    run.write(tmp_path)
    prior = arviz.from_netcdf(tmp_path / "draws.nc").prior
    assert prior.price.dims == ("chain", "draw", "chip")
    assert prior.chip.values.tolist() == ["small", "big"]
    np.testing.assert_array_equal(prior.price.sel(chip="big")[0], run.draws.price.sel(chip="big"))


@pytest.mark.parametrize("sampler", ["sobol", "random"])
@pytest.mark.parametrize("dtype", ["float64", "float32"])
def test_xarray_opens_the_draws_in_chunks_that_hdf5_decompresses(sampler, dtype, tmp_path):
    """HDF5 has its own decompression; the draws are more than two chunks, and the rows more than one number."""
    price = input_entry("price", "uniform", "USD", low=[1, 10, 5], high=[2, 20, 6], by="chip") | input_entry(
        "n", value=3
    )
    page = {"targets": ["price", "n"], "dimensions": {"chip": ["small", "big", "new"]}, "inputs": price}
    run = mcf.run(page, draws=9_000, sampler=sampler)
    run.write(tmp_path, report=False, draws=dtype)
    with xr.open_dataset(tmp_path / "draws.nc", group="prior") as prior:
        assert prior.price.dtype == dtype
        assert prior.price.attrs["unit"] == prior.price.attrs["units"] == "USD"
        assert prior.price.encoding["chunksizes"] == (1, 4096, 3)
        for name in ("price", "n"):
            expected = run.draws[name].values.astype(dtype)
            np.testing.assert_array_equal(prior[name][0].transpose("draw", ...).values.T, expected)
    np.testing.assert_array_equal(mcf.open(tmp_path)["price"], run["price"].astype(dtype))


def test_the_draws_of_gpt4_take_fewer_bytes_than_their_values(tmp_path):
    run = mcf.run("gpt4", draws=2**15)
    sizes = {}
    for dtype in ("float64", "float32"):
        run.write(tmp_path, report=False, draws=dtype)
        sizes[dtype] = (tmp_path / "draws.nc").stat().st_size / (8 * 2**15 * len(run.core.rows))
    assert sizes["float64"] < 0.78
    assert sizes["float32"] < 0.4


@pytest.mark.parametrize("value", [1e39, -1e39, 1e-50])
def test_a_value_beyond_the_range_of_float32_is_refused_in_one_line(value, tmp_path):
    run = mcf.run({"targets": ["x"], "inputs": input_entry("x", unit="USD", value=value)}, draws=64)
    with pytest.raises(
        InputError, match=rf"^draws as float32: x: {re.escape(f'{value:.3g}')} USD is beyond its range; .*$"
    ):
        run.write(tmp_path / "new", report=False, draws="float32")
    assert not (tmp_path / "new").exists()


@mcf.node("1")
def step(x):
    """Zero, or infinite."""
    return np.where(x > 1, np.inf, 0.0)


def test_infinite_and_zero_draws_are_written_as_float32(tmp_path):
    page = {"targets": ["step"], "inputs": input_entry("x", "uniform", low=0, high=2)}
    run = mcf.run(page, model=[step], draws=64)
    run.write(tmp_path, report=False, draws="float32")
    found = mcf.open(tmp_path).draws.step
    assert np.isinf(found).sum() == 32
    assert (found == run.draws.step).all()


def test_an_unknown_type_of_draws_is_refused(gpt4, tmp_path):
    with pytest.raises(InputError, match="draws = 'float16': one of auto, float64, float32, none is expected"):
        gpt4.write(tmp_path, draws="float16")


def test_a_run_without_draws_has_no_file_of_them(command, tmp_path):
    folder = tmp_path / "gpt4"
    first = command("run", "gpt4", "--draws", 512, "--no-report", "--out", folder)
    again = command("run", "gpt4", "--draws", 512, "--no-report", "--out", folder, "--no-draws")
    assert "draws.nc" in first.out
    assert "draws.nc" not in again.out
    assert not (folder / "draws.nc").exists()
    assert "its draws were not saved" in command("export", folder, "--to", "csv").err
    assert command("verify", folder).code == 0
    both = command("run", "gpt4", "--no-draws", "--draws-as", "float32", "--out", folder)
    assert (both.code, both.err.count("\n")) == (2, 1)


def test_the_manifest_is_enough_to_repeat_the_run(folder, gpt4):
    found = json.loads((folder / "manifest.json").read_text())
    assert (found["seed"], found["draws"], found["sampler"]) == (7, 2**12, "sobol")
    order = [name for name in (*found["sobol_dimensions"], *found["inputs"]) if name in found["inputs"]]
    inputs = {name: {k: v for k, v in found["inputs"][name].items() if k != "stated_in"} for name in order}
    again = mcf.run({"targets": found["targets"], "inputs": inputs}, draws=found["draws"], seed=found["seed"])
    assert (again.draws.amortised_cost == gpt4.draws.amortised_cost).all()


def test_the_first_page_of_the_report_is_self_contained(folder):
    first = " ".join(pypdf.PdfReader(folder / "report.pdf").pages[0].extract_text().split())
    for part in ("GPT-4", "What did it take", "Acquisition cost", "Upfront cost", "Amortised cost", "Cloud cost"):
        assert part in first
    for part in (
        "Development cost",
        "p5",
        "p50",
        "p95",
        "of about 2022",
        "22 November 2026",
        "Most sensitive to",
        "Disclosed",
    ):
        assert part in first
    assert "percentile in this study" in first


def test_the_report_has_every_section(text, gpt4):
    together = text.replace("\u200b", "").replace("\n", " ")
    headings = (
        "Targets",
        "Distributions",
        "Sensitivity",
        "Components of cost",
        "Cost bases",
        "Inputs",
        "Formulas",
        "made",
    )
    for heading in headings:
        assert heading in together
    for prior in gpt4.study.inputs.values():
        assert prior.entry.source[:20] in together, prior.name
    assert "chip_count * cluster_price" in together
    assert gpt4.study.file.digest[:40] in together.replace(" ", "")
    assert "× 10²⁵ FLOP" in together
    assert not re.search(r"\d[eE]\d", together.split("How this run was made")[0])


def test_the_report_has_six_to_ten_pages(folder):
    assert 6 <= len(pypdf.PdfReader(folder / "report.pdf").pages) <= 10


def test_the_figures_are_vector_graphics_in_the_fonts_of_the_report(folder):
    for page in pypdf.PdfReader(folder / "report.pdf").pages:
        assert not list(page.images)
        fonts = {font.get_object()["/BaseFont"].split("+")[-1] for font in page["/Resources"]["/Font"].values()}
        assert all(font.startswith(("/Libertinus", "Libertinus", "/DejaVu", "DejaVu")) for font in fonts), fonts


@pytest.mark.parametrize(
    "page",
    [
        {"targets": ["x"], "inputs": input_entry("x", value=3)},
        {"targets": ["x"], "inputs": input_entry("x", "uniform", low=-2, high=3)},
        {"targets": ["x"], "inputs": input_entry("x", "uniform", "share", low=0, high=1)},
        {
            "targets": ["x", "y"],
            "inputs": input_entry("x", "normal", "USD", mean=0, sd=1) | input_entry("y", unit="USD", value=0),
        },
        {
            "targets": ["x"],
            "dimensions": {"chip": ["a", "b"]},
            "inputs": input_entry("x", "uniform", "USD", low=[1, 2], high=[3, 4], by="chip"),
        },
        {"targets": ["x"], "inputs": input_entry("x", "lognormal", "EUR", p5=1e-30, p95=1e30)},
        {
            "targets": ["x", "y"],
            "inputs": input_entry("x", "uniform", "USD", low=1, high=2)
            | input_entry("y", "uniform", "EUR", low=1, high=2),
        },
        {"title": "#let x = [*_$", "about": "@ref <b> \\ #", "targets": ["x"], "inputs": input_entry("x", value=-1)},
    ],
    ids=["known", "negative", "share", "below zero", "rows", "sixty orders", "two currencies", "signs of typst"],
)  # fmt: skip
def test_any_study_has_a_report(page, tmp_path):
    mcf.run(page, draws=2**9).write(tmp_path)
    pages = pypdf.PdfReader(tmp_path / "report.pdf").pages
    assert [page.extract_text().split()[-1] for page in pages] == [str(i + 1) for i in range(len(pages))]


def test_a_run_without_report_removes_the_old_report(gpt4, tmp_path):
    gpt4.write(tmp_path)
    gpt4.write(tmp_path, report=False)
    assert {path.name for path in tmp_path.iterdir()} == FILES - {"report.pdf", "report.html"}


def test_many_draws_are_written_only_on_request(tmp_path, monkeypatch, gpt4):
    monkeypatch.setattr(write, "MAX_NUMBERS", 2**11)
    write.write(gpt4.core, tmp_path, report=False)
    assert not (tmp_path / "draws.nc").exists()
    write.write(gpt4.core, tmp_path, report=False, draws="float64")
    assert (tmp_path / "draws.nc").exists()


def test_an_interrupted_run_leaves_the_old_files_intact(gpt4, tmp_path, monkeypatch):
    gpt4.write(tmp_path, report=False)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def stop(*_):
        raise KeyboardInterrupt

    monkeypatch.setitem(write.WRITERS, "manifest.json", stop)
    with pytest.raises(KeyboardInterrupt):
        mcf.run("gpt4", draws=64).write(tmp_path, report=False)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_file_is_replaced_atomically(gpt4, tmp_path):
    """A reader with the old file open continues to read it unchanged."""
    gpt4.write(tmp_path, report=False)
    with (tmp_path / "percentiles.json").open() as old:
        mcf.run("gpt4", draws=64).write(tmp_path, report=False)
        assert json.load(old)["draws"] == 2**12


def test_other_files_of_the_user_are_untouched(gpt4, tmp_path):
    (tmp_path / "notes.txt").write_text("mine")
    gpt4.write(tmp_path, report=False)
    assert (tmp_path / "notes.txt").read_text() == "mine"


def test_non_finite_numbers_are_null_in_json(tmp_path):
    @mcf.node("1")
    def nothing(x):
        return x / 0.0

    @mcf.node("1")
    def whole(nothing, x):
        return np.where(np.isfinite(nothing), nothing, x)

    run = mcf.run({"targets": ["whole"], "inputs": input_entry("x", value=0)}, model=[nothing, whole], draws=64)
    run.write(tmp_path)
    found = json.loads((tmp_path / "percentiles.json").read_text())["quantities"]["nothing"]
    assert found["p50"] is None


def test_a_report_of_another_program_is_untouched(gpt4, tmp_path):
    (tmp_path / "report.pdf").write_text("mine")
    gpt4.write(tmp_path, report=False)
    assert (tmp_path / "report.pdf").read_text() == "mine"
