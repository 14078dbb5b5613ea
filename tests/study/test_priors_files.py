"""Priors files: lookup, inheritance and the shipped files."""

import json

import jsonschema
import pytest

import mcfrontier as mcf
from mcfrontier.distributions.families import FAMILIES
from mcfrontier.study import locate, priors_file
from mcfrontier.study.json_schema import schema
from mcfrontier.study.locate import DOCUMENTS
from tests.conftest import ROOT, entry, input_entry

UNIFORM_STUDY = 'targets = ["x"]\n' + entry("x", "uniform", low=0, high=2)
SHIPPED = [path for path in sorted((ROOT / "priors").rglob("*.toml")) if path.parent.name != DOCUMENTS]
VALIDATOR = jsonschema.Draft202012Validator(schema(), format_checker=jsonschema.FormatChecker())


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_file_is_valid_by_the_schema(path):
    VALIDATOR.validate(json.loads(json.dumps(locate.parse(path), default=str)))


def test_the_example_of_families_is_valid_by_the_schema(page, tmp_path):
    text = next(part for part in (ROOT / "docs/priors.md").read_text().split("```toml\n") if "metalog" in part[:80])
    text = '[dimensions]\npart = ["chips", "servers", "network"]\n' + text.split("```")[0]
    page("tables/quotes", "").with_suffix(".csv").write_text("quote [USD/chip/h]\n1.9\n2.4\n")
    read = priors_file.load(page("study", text)).priors
    assert {"metalog", "mixture", "discrete", "empirical", "dirichlet"} == {
        prior.entry.__struct_config__.tag for prior in read.values()
    }
    VALIDATOR.validate(locate.parse(tmp_path / "priors/study.toml"))


def test_every_family_is_documented():
    text = (ROOT / "docs/priors.md").read_text()
    assert [name for name in FAMILIES if f"| `{name}` |" not in text] == []


def test_the_schema_rejects_what_the_reader_rejects():
    for wrong in (
        {"inputs": input_entry("x", "lognormal", p5=1, p100=2)},
        {"inputs": input_entry("x", "lognormal", p5=1, p2_50=2)},
        {"inputs": input_entry("x", "pert", p5=1, p95=2)},
        {"inputs": input_entry("x", "mixture", parts=[{"name": "Ada"}])},
        {"inputs": input_entry("x", "discrete", values=3)},
        {"tilte": "x"},
        {"inputs": input_entry("x", "lognormol", p5=1, p95=2)},
        {"inputs": input_entry("x", "lognormal", p5="1", p95=2)},
        {"inputs": {"x": {"family": "value", "value": 1, "unit": "1"}}},
    ):
        with pytest.raises(jsonschema.ValidationError):
            VALIDATOR.validate(wrong)


@pytest.mark.parametrize(
    ("entry", "word"),
    [
        (input_entry("x", "normal", mean=1, standard_deviation=2), "standard_deviation"),
        (input_entry("x", "lognormal", p5=1, p959=2), "p959"),
        (input_entry("x", "lognormol", p5=1, p95=2), "lognormol"),
        ({"x": {"family": "value", "value": 1, "unit": "1"}}, "source"),
        ({"x": {"unit": "1", "source": "s", "p5": 1, "p95": 2}}, "family"),
    ],
)
def test_an_error_of_the_schema_names_the_wrong_word(entry, word):
    with pytest.raises(jsonschema.ValidationError) as error:
        VALIDATOR.validate({"inputs": entry})
    assert f"'{word}'" in error.value.message
    assert not error.value.context


@pytest.mark.parametrize("of", ["priors", "percentiles", "manifest"])
def test_the_shipped_schemas_are_those_that_the_command_prints(of, command):
    """CONTRIBUTING.md has the command that writes one again."""
    printed = command("schema", of).out
    assert printed == (ROOT / f"mcfrontier/{of}.schema.json").read_text()
    jsonschema.Draft202012Validator.check_schema(json.loads(printed))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_every_shipped_entry_has_a_unit_and_a_source(path):
    for prior in priors_file.load(path).priors.values():
        assert prior.entry.unit
        assert len(prior.entry.source) > 12, prior.name


def test_gpt4_has_the_intervals_of_the_documents():
    inputs = priors_file.load("gpt4").priors
    share, mfu = (inputs[name].entry for name in ("gpu_share", "mfu"))
    assert (share.low, share.mode, share.high) == (0.50, 0.70, 0.85)
    assert (mfu.low, mfu.high) == (0.38, 0.46)


def test_local_priors_take_precedence_over_shipped_ones(page):
    page("gpt4", UNIFORM_STUDY)
    assert set(priors_file.load("gpt4").priors) == {"x"}


def test_a_path_takes_precedence_over_a_name(page, tmp_path):
    page("study", UNIFORM_STUDY)
    (tmp_path / "study.toml").write_text(UNIFORM_STUDY.replace("high = 2", "high = 20"))
    assert priors_file.load("study.toml").priors["x"].entry.high == 20
    assert priors_file.load("study").priors["x"].entry.high == 2


def test_a_folder_resolves_to_its_only_study(page, tmp_path):
    page("study", UNIFORM_STUDY)
    page("part", entry("y", value=1))
    assert priors_file.load(tmp_path / "priors").name == "study"


def test_a_file_given_by_path_may_extend_local_and_shipped_files(tmp_path):
    (tmp_path / "near.toml").write_text(entry("y", value=1))
    (tmp_path / "study.toml").write_text('extends = ["near", "chips/a100"]\n' + UNIFORM_STUDY)
    assert {"x", "y", "tdp"} <= set(priors_file.load(tmp_path / "study.toml").priors)


def test_own_entries_override_extended_ones(page):
    page("part", entry("x", value=9) + entry("y", value=1))
    page("study", 'extends = ["part"]\n' + UNIFORM_STUDY)
    read = priors_file.load("study").priors
    assert read["x"].entry.high == 2
    assert (read["x"].own, read["y"].own) == (True, False)


def test_a_file_extended_twice_is_no_conflict(page):
    page("base", entry("y", value=1))
    page("one", 'extends = ["base"]\n')
    page("two", 'extends = ["base"]\n')
    page("study", 'extends = ["one", "two"]\n' + UNIFORM_STUDY)
    assert "y" in priors_file.load("study").priors


def test_unused_extended_entries_are_allowed(page):
    page("part", entry("idle", value=1))
    page("study", 'extends = ["part"]\n' + UNIFORM_STUDY)
    assert "idle" not in mcf.run("study", draws=64).study.quantities


def test_the_digest_changes_with_content_and_not_with_layout(page):
    digest = priors_file.load(page("study", UNIFORM_STUDY)).digest
    assert priors_file.load(page("study", "# a remark\n\n" + UNIFORM_STUDY)).digest == digest
    assert priors_file.load(page("study", UNIFORM_STUDY.replace("high = 2", "high = 3"))).digest != digest


def test_other_alphabets_are_read(page):
    page("study", 'title = "Größe 模型"\n' + UNIFORM_STUDY)
    assert priors_file.load("study").stated.title == "Größe 模型"


def test_a_dimension_is_inherited_with_its_entries(page):
    part = '[dimensions]\nchip = ["small", "big"]\n' + entry(
        "price", "uniform", low="[1, 10]", high="[2, 20]", by='"chip"'
    )
    page("part", part)
    page("study", 'extends = ["part"]\ntargets = ["price"]\n')
    assert mcf.run("study", draws=64).draws.price.sizes == {"chip": 2, "draw": 64}
