"""Shares of variance by source, against closed forms."""

import json
from math import log

import pytest

from mcfrontier.core.errors import InputError
from mcfrontier.tasks.lineage.lineage import lineage
from tests.conftest import entry

TITLES = "".join(f'[sources.{each}]\ntitle = "Source {each}"\n' for each in ("one-2020", "two-2021", "three-2022"))


def lognormal(name, factor, ids=""):
    """An entry whose logarithm has a variance in proportion to log(factor)^2."""
    return entry(name, "lognormal", p5=1 / factor, p95=factor, **({"sources": ids} if ids else {}))


def product(*names):
    return f'targets = ["y"]\n[formulas.y]\nis = "{" * ".join(names)}"\nunit = "1"\n'


def shares(found):
    return {each.id or each.title: each.share.value for each in found.sources}


def test_the_shares_of_a_product_are_the_variances_of_the_logarithms(page):
    factors = {"a": 1.5, "b": 2, "c": 3, "d": 1.2}
    ids = {"a": '["one-2020"]', "b": '["two-2021"]', "c": '["one-2020", "two-2021"]', "d": ""}
    page(
        "study",
        product(*factors)
        + TITLES[: TITLES.index("[sources.three")]
        + "".join(lognormal(name, factor, ids[name]) for name, factor in factors.items()),
    )
    found = lineage("study", "y")
    squares = {name: log(factor) ** 2 for name, factor in factors.items()}
    whole = sum(squares.values())
    expected = {
        "one-2020": (squares["a"] + squares["c"] / 2) / whole,  # of two sources each has one half
        "two-2021": (squares["b"] + squares["c"] / 2) / whole,
        "a test": squares["d"] / whole,
    }
    assert shares(found) == pytest.approx(expected, abs=0.02)
    assert sum(shares(found).values()) == pytest.approx(1, abs=1e-9)
    assert found.unattributed.value == shares(found)["a test"]
    (one,) = (each for each in found.sources if each.id == "one-2020")
    assert one.entries == ["c", "a"]
    assert one.title == "Source one-2020"


def test_shares_multiply_down_through_nested_studies(page):
    nested = 'family = "study"\nunit = "1"\nsource = "a nested study"\n'
    page("inner", product("a", "b") + TITLES + lognormal("a", 2, '["one-2020"]') + lognormal("b", 1.5, '["two-2021"]'))
    page("middle", product("q", "m") + f'[inputs.q]\nstudy = "inner"\nquantity = "y"\n{nested}' + lognormal("m", 1.5))
    page(
        "outer",
        product("r", "c")
        + TITLES
        + f'[inputs.r]\nstudy = "middle"\nquantity = "y"\n{nested}'
        + lognormal("c", 2, '["one-2020"]'),
    )
    squares = {"a": log(2) ** 2, "b": log(1.5) ** 2, "m": log(1.5) ** 2, "c": log(2) ** 2}
    whole = sum(squares.values())
    found = lineage("outer", "y")
    expected = {"one-2020": squares["a"] + squares["c"], "two-2021": squares["b"], "a test": squares["m"]}
    assert shares(found) == pytest.approx({key: each / whole for key, each in expected.items()}, abs=0.02)
    (two,) = (each for each in found.sources if each.id == "two-2021")
    assert two.path == ["middle", "inner"]
    assert two.entries == ["inner: b"]


def test_parts_of_a_mixture_share_by_weight_and_rows_by_their_effect(page):
    page(
        "study",
        f"""targets = ["y"]
[formulas.y]
is = "mixed * sum(x, along=run)"
unit = "1"
[dimensions]
run = ["big", "small"]
{TITLES}
[inputs.mixed]
family = "mixture"
weights = [3, 1]
unit = "1"
source = "a test"
[[inputs.mixed.parts]]
family = "lognormal"
p5 = 0.5
p95 = 2
sources = ["one-2020"]
[[inputs.mixed.parts]]
family = "lognormal"
p5 = 0.4
p95 = 3
sources = ["two-2021"]
[inputs.x]
by = "run"
family = "lognormal"
p5 = [500, 0.5]
p95 = [2000, 2]
unit = "1"
source = "a test"
sources = ["three-2022"]
""",
    )
    found = shares(lineage("study", "y"))
    assert found["one-2020"] == pytest.approx(3 * found["two-2021"], rel=1e-9)
    assert found["three-2022"] == pytest.approx(1 - found["one-2020"] - found["two-2021"], abs=1e-9)


def test_rows_of_a_table_rest_on_the_sources_of_their_column(page, here):
    (here / "priors").mkdir()
    (here / "priors/runs.csv").write_text("run,hours [h],source_id\nbig,1000,one-2020\nsmall,1,two-2021\n")
    page(
        "study",
        f"""targets = ["y"]
[formulas.y]
is = "sum(x, along=run)"
unit = "h"
[tables.run]
file = "runs.csv"
source = "a test"
{TITLES[: TITLES.index("[sources.three")]}
[inputs.x]
by = "run"
family = "lognormal"
p5 = 0.5
p95 = 2
times = "hours"
unit = "h"
source = "a test"
sources = "source_id"
""",
    )
    found = lineage("study", "y")
    assert shares(found) == pytest.approx({"one-2020": 1, "two-2021": 0}, abs=1e-3)
    assert found.sources[0].entries == ["x[big]"]


@pytest.mark.parametrize(
    ("ids", "message"),
    [
        ('["cottier-2042"]', "study.toml: there is no source 'cottier-2042'; did you mean 'cottier-2024'"),
        ('"cottier-2024"', "a column is of an entry with by or a reference class; write a list of IDs"),
        ("[]", "a list of IDs is expected"),
    ],
)
def test_what_names_no_source_is_refused(page, command, ids, message):
    page("study", product("a", "a") + lognormal("a", 2, ids))
    shown = command("run", "study", "--draws", 64)
    assert shown.code == 2
    assert message in shown.err
    assert shown.err.count("\n") == 1


def test_a_quantity_without_variance_has_no_sources():
    with pytest.raises(InputError, match="nothing that it depends on is uncertain"):
        lineage("gpt4", "staff_count")


def test_a_row_that_a_quantity_does_not_have_is_refused():
    with pytest.raises(InputError, match=r"energy\[x\]: energy has 1 row; name one, such as energy"):
        lineage("gpt4", "energy[x]")


def test_the_command_prints_ten_sources_and_the_rest_and_as_json_all(command):
    shown = command("lineage", "gpt4", "development_cost")
    assert shown.code == 0
    lines = shown.out.splitlines()
    assert lines[0].startswith("development cost of gpt4")
    content = json.loads(command("lineage", "gpt4", "development_cost", "--json").out)
    assert sum(each["share"] for each in content["sources"]) == pytest.approx(1, abs=1e-9)
    by_id = {each["id"]: each for each in content["sources"]}
    assert "active_parameters (as leaked)" in by_id["semianalysis-2023-07"]["entries"]
    anonymous = [each["share"] for each in content["sources"] if each["id"] is None]
    assert content["unattributed"] == pytest.approx(sum(anonymous))
