"""Priors files: where they are looked for, what they take from each other, and what ships."""

import json

import jsonschema
import pytest

import mcfrontier as mcf
from mcfrontier import files, priors
from mcfrontier.families import FAMILIES
from mcfrontier.files import DOCUMENTS
from tests.conftest import ROOT, believed, entry

TWO = 'targets = ["x"]\n' + entry("x", "uniform", low=0, high=2)
SHIPPED = [path for path in sorted((ROOT / "priors").rglob("*.toml")) if path.parent.name != DOCUMENTS]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_file_that_ships_fits_the_schema(path):
    stated = json.loads(json.dumps(files.parse(path), default=str))
    jsonschema.validate(stated, priors.schema(), format_checker=jsonschema.FormatChecker())


def test_the_example_of_families_is_read_and_fits_the_schema(page, tmp_path):
    text = next(part for part in (ROOT / "docs/priors.md").read_text().split("```toml\n") if "metalog" in part[:80])
    text = '[dimensions]\npart = ["chips", "servers", "network"]\n' + text.split("```")[0]
    page("tables/quotes", "").with_suffix(".csv").write_text("quote [USD/chip/h]\n1.9\n2.4\n")
    read = priors.load(page("study", text)).priors
    assert {"metalog", "mixture", "discrete", "empirical", "dirichlet"} == {
        prior.entry.__struct_config__.tag for prior in read.values()
    }
    jsonschema.validate(files.parse(tmp_path / "priors/study.toml"), priors.schema())


def test_every_family_has_its_line_in_the_docs():
    text = (ROOT / "docs/priors.md").read_text()
    assert [name for name in FAMILIES if f"| `{name}` |" not in text] == []


def test_the_schema_refuses_what_the_reader_refuses():
    for wrong in (
        {"inputs": believed("x", "lognormal", p5=1, p100=2)},
        {"inputs": believed("x", "lognormal", p5=1, p2_50=2)},
        {"inputs": believed("x", "pert", p5=1, p95=2)},
        {"inputs": believed("x", "mixture", parts=[{"name": "Ada"}])},
        {"inputs": believed("x", "discrete", values=3)},
        {"tilte": "x"},
        {"inputs": believed("x", "lognormol", p5=1, p95=2)},
        {"inputs": believed("x", "lognormal", p5="1", p95=2)},
        {"inputs": {"x": {"family": "value", "value": 1, "unit": "1"}}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            jsonschema.validate(wrong, priors.schema())


def test_the_schema_that_ships_is_the_one_the_classes_make():
    """To make it anew: python -m mcfrontier.priors > mcfrontier/priors.schema.json"""
    shipped = (ROOT / "mcfrontier/priors.schema.json").read_text()
    assert json.loads(shipped) == priors.schema()


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_entry_that_ships_has_a_unit_and_a_source_worth_the_name(path):
    for prior in priors.load(path).priors.values():
        assert prior.entry.unit
        assert len(prior.entry.source) > 12, prior.name


def test_gpt4_states_the_intervals_of_the_documents():
    inputs = priors.load("gpt4").priors
    price, share, mfu = (inputs[name].entry for name in ("gpu_price", "gpu_share", "mfu"))
    assert (price.low, price.mode, price.high) == (10_000, 15_000, 45_000)
    assert (share.low, share.mode, share.high) == (0.50, 0.70, 0.85)
    assert (mfu.low, mfu.high) == (0.38, 0.46)


def test_priors_where_the_user_stands_come_before_those_that_ship(page):
    page("gpt4", TWO)
    assert set(priors.load("gpt4").priors) == {"x"}


def test_a_path_comes_before_a_name(page, tmp_path):
    page("study", TWO)
    (tmp_path / "study.toml").write_text(TWO.replace("high = 2", "high = 20"))
    assert priors.load("study.toml").priors["x"].entry.high == 20
    assert priors.load("study").priors["x"].entry.high == 2


def test_a_folder_stands_for_its_one_study(page, tmp_path):
    page("study", TWO)
    page("part", entry("y", value=1))
    assert priors.load(tmp_path / "priors").name == "study"


def test_a_file_given_by_path_may_extend_its_neighbours_and_what_ships(tmp_path):
    (tmp_path / "near.toml").write_text(entry("y", value=1))
    (tmp_path / "study.toml").write_text('extends = ["near", "chips/a100"]\n' + TWO)
    assert {"x", "y", "tdp"} <= set(priors.load(tmp_path / "study.toml").priors)


def test_a_files_own_entries_win_over_what_it_extends(page):
    page("part", entry("x", value=9) + entry("y", value=1))
    page("study", 'extends = ["part"]\n' + TWO)
    read = priors.load("study").priors
    assert read["x"].entry.high == 2
    assert (read["x"].own, read["y"].own) == (True, False)


def test_a_file_reached_on_two_ways_is_no_contradiction(page):
    page("base", entry("y", value=1))
    page("one", 'extends = ["base"]\n')
    page("two", 'extends = ["base"]\n')
    page("study", 'extends = ["one", "two"]\n' + TWO)
    assert "y" in priors.load("study").priors


def test_what_extends_brings_and_nobody_needs_is_no_fault(page):
    page("part", entry("idle", value=1))
    page("study", 'extends = ["part"]\n' + TWO)
    assert "idle" not in mcf.run("study", draws=64).study.quantities


def test_the_hash_changes_with_what_is_believed_and_not_with_the_layout(page):
    digest = priors.load(page("study", TWO)).digest
    assert priors.load(page("study", "# a remark\n\n" + TWO)).digest == digest
    assert priors.load(page("study", TWO.replace("high = 2", "high = 3"))).digest != digest


def test_a_byte_order_and_other_alphabets_are_no_hindrance(page):
    page("study", 'title = "Größe 模型"\n' + TWO)
    assert priors.load("study").words.title == "Größe 模型"


def test_a_dimension_comes_along_with_the_entries_that_run_along_it(page):
    part = '[dimensions]\nchip = ["small", "big"]\n' + entry(
        "price", "uniform", low="[1, 10]", high="[2, 20]", by='"chip"'
    )
    page("part", part)
    page("study", 'extends = ["part"]\ntargets = ["price"]\n')
    assert mcf.run("study", draws=64).draws.price.sizes == {"chip": 2, "draw": 64}
