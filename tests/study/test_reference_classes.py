"""Reference classes in priors files: what is read, refused, described, drawn and repeated."""

import numpy as np
import pytest
from scipy import special, stats

import mcfrontier as mcf
from mcfrontier.analysis.forecasts.cross_validation import predict_each
from mcfrontier.core.errors import InputError
from mcfrontier.distributions.random_effects import predictive
from mcfrontier.outputs.figures import FIGURES
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.outputs.report import report
from mcfrontier.study import priors_file
from mcfrontier.tasks.verify.rebuild import rebuild
from tests.conftest import entry

CSV = """run,maker,chip,moe,used [share],price [USD]
a1,A,hopper,0,0.40,1
a2,A,hopper,0,0.42,2
a3,A,ampere,0,0.50,3
b1,B,ampere,0,0.45,4
b2,B,ampere,1,0.30,5
c1,C,hopper,0.0,0.35,6
d1,,ampere,1,0.25,7
e1,E,hopper,1,,8
f1,F,,0,0.38,9
"""
LEVELS = np.array([0.01, 0.05, 0.5, 0.95, 0.99])


@pytest.fixture
def study(page, tmp_path):
    """Write a study with an input `x` of a reference class, and the table: study(where=...)."""

    def write(table=CSV, top="", unit="share", column="used", **words):
        text = {"file": '"runs.csv"', "column": f'"{column}"', **words}
        page("study", f'targets = ["x"]\n{top}' + entry("x", "reference", unit, **text))
        (tmp_path / "priors" / "runs.csv").write_text(table)
        return "study"

    return write


def distribution(name="study"):
    return priors_file.load(name).priors["x"].distributions[0]


def logit(*values):
    return special.logit(np.array(values))


def test_without_conditions_it_is_students_t_of_all_rows_with_a_figure(study):
    y = logit(0.4, 0.42, 0.5, 0.45, 0.3, 0.35, 0.25, 0.38)
    known = stats.t(7, y.mean(), y.std(ddof=1) * np.sqrt(1 + 1 / 8))
    np.testing.assert_allclose(distribution(study()).ppf(LEVELS), special.expit(known.ppf(LEVELS)), rtol=1e-9)
    np.testing.assert_allclose(distribution(study(unit="%")).ppf(LEVELS), 100 * special.expit(known.ppf(LEVELS)))


def test_other_quantities_are_on_the_log_scale_and_converted(study):
    y = np.log(np.arange(1, 10) / 1000)
    known = stats.t(8, y.mean(), y.std(ddof=1) * np.sqrt(1 + 1 / 9))
    made = distribution(study(column="price", unit="kUSD"))
    np.testing.assert_allclose(made.ppf(LEVELS), np.exp(known.ppf(LEVELS)), rtol=1e-9)
    assert not made.mean_exists
    study(column="price", unit="kUSD", high=1)
    assert distribution().mean_exists


def test_conditions_compare_numbers_as_numbers_and_groups_are_those_of_the_column(study):
    study(where='{ chip = "hopper", moe = 0 }', group='"maker"')
    inside, groups = np.array([[1, 1, 0, 0, 0, 1, 0, 0]]), np.array([0, 0, 0, 1, 1, 2, 3, 4])
    y = logit(0.4, 0.42, 0.5, 0.45, 0.3, 0.35, 0.25, 0.38)
    known = predictive(y, groups, inside, np.array([1]))
    np.testing.assert_allclose(distribution().ppf(LEVELS), special.expit(known.ppf(LEVELS)), rtol=1e-9)


def test_offsets_have_a_level_for_each_value_and_for_each_empty_cell(study):
    study(where='{ chip = "hopper", moe = 1 }', offsets='["chip", "moe"]')
    levels = np.array([[0, 0, 1, 1, 1, 0, 1, 2], [0, 0, 0, 0, 1, 0, 1, 0]])
    known = predictive(logit(0.4, 0.42, 0.5, 0.45, 0.3, 0.35, 0.25, 0.38), np.arange(8), levels, np.array([0, 1]))
    np.testing.assert_allclose(distribution().ppf(LEVELS), special.expit(known.ppf(LEVELS)), rtol=1e-9)
    study(where='{ chip = "blackwell", moe = 1 }', offsets='["chip", "moe"]')
    new = predictive(logit(0.4, 0.42, 0.5, 0.45, 0.3, 0.35, 0.25, 0.38), np.arange(8), levels, np.array([3, 1]))
    np.testing.assert_allclose(distribution().ppf(LEVELS), special.expit(new.ppf(LEVELS)), rtol=1e-9)


def test_rows_that_meet_all_conditions_of_without_are_in_neither_class_nor_fit(study):
    words = {"where": '{ chip = "hopper", moe = 0 }', "offsets": '["chip", "moe"]', "group": '"maker"'}
    study(without='{ maker = "A", chip = "hopper" }', **words)
    found, made = distribution().ppf(LEVELS), priors_file.load("study").priors["x"].entry
    assert [made.table.labels[i] for i in made.members] == ["c1"]
    study(CSV.replace("a1,A,hopper,0,0.40,1\na2,A,hopper,0,0.42,2\n", ""), **words)
    assert (found == distribution().ppf(LEVELS)).all()


def test_a_condition_of_without_that_no_row_meets_is_named_in_a_note(study):
    note = "x: without leaves out no row, since no row with a figure has maker = a; did you mean 'A'?"
    assert mcf.load(study(without='{ maker = "a" }')).notes == (note,)
    assert mcf.load(study(without='{ maker = "A" }')).notes == ()


def test_each_row_is_predicted_without_the_rows_of_its_own_group(study):
    study(where="{ moe = 0 }", offsets='["moe"]', group='"maker"')
    expected = predict_each(priors_file.load("study").priors["x"].entry)
    top = '[tables.run]\nfile = "runs.csv"\nsource = "s"\n'
    study(
        top=top, by='"run"', where='{ moe = "moe" }', offsets='["moe"]', group='"maker"', without='{ maker = "maker" }'
    )
    made = priors_file.load("study").priors["x"]
    for label, known in zip(made.entry.sample.labels, expected, strict=True):
        row = made.distributions[made.labels.index(label)]
        if label not in ("d1", "f1"):  # of no known group
            np.testing.assert_allclose(row.ppf(LEVELS), known.ppf(LEVELS), rtol=1e-12)


def test_a_row_has_the_class_of_its_own_cells(study, tmp_path):
    top = '[tables.run]\nfile = "mine.csv"\nsource = "s"\n'
    study(top=top, by='"run"', where='{ chip = "kind", moe = 0 }', offsets='["chip", "moe"]')
    (tmp_path / "priors" / "mine.csv").write_text(
        "run,kind,size [1]\none,hopper,1\ntwo,ampere,2\nthree,,3\nfour,hopper,4\n"
    )
    made = priors_file.load("study").priors["x"]
    for label, chip in (("one", "hopper"), ("two", "ampere"), ("four", "hopper")):
        study(where=f'{{ chip = "{chip}", moe = 0 }}', offsets='["chip", "moe"]')
        row = made.distributions[made.labels.index(label)]
        assert (row.ppf(LEVELS) == distribution().ppf(LEVELS)).all()
    assert made.distributions[0] is made.distributions[3]
    study(where="{ moe = 0 }", offsets='["chip", "moe"]')
    assert (made.distributions[2].ppf(LEVELS) == distribution().ppf(LEVELS)).all()


@pytest.mark.parametrize(
    "words",
    [
        {"where": '{ chip = "hopper", moe = 0 }', "group": '"maker"'},
        {"where": '{ chip = "tpu" }', "offsets": '["chip", "moe"]', "low": 0.1, "without": '{ maker = "A" }'},
        {"top": '[tables.run]\nfile = "runs.csv"\nsource = "s"\n', "by": '"run"', "where": '{ moe = "moe" }'},
    ],
)
def test_a_saved_run_is_repeated_with_and_without_the_table(words, study, command, tmp_path):
    table = CSV.replace("e1,E,hopper,1,,8\n", "") if "by" in words else CSV
    study(table, **words)
    assert command("run", "study", "--draws", 64, "--no-report").code == 0
    assert "bit-identical" in command("verify", "reports/study").out
    (tmp_path / "priors" / "runs.csv").unlink()
    assert (rebuild(read_folder("reports/study")).values["x"] == mcf.open("reports/study")["x"].values).all()


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"column": "usd"}, "there is no column 'usd'; did you mean 'used'?"),
        ({"group": '"makers"'}, "there is no column 'makers'; did you mean 'maker'?"),
        ({"offsets": '["chips"]'}, "there is no column 'chips'; did you mean 'chip'?"),
        ({"where": '{ ship = "hopper" }'}, "there is no column 'ship'; did you mean 'chip'?"),
        (
            {"where": '{ chip = "hoper" }'},
            "no row with a figure has chip = hoper; did you mean 'hopper'?; or state offs",
        ),
        ({"where": "{ moe = 2 }"}, "no row with a figure has moe = 2; known: 0, 1; or state offsets"),
        ({"where": '{ chip = "hopper", moe = 1 }'}, "has chip = hopper, moe = 1 at once; delete one; or state offsets"),
        ({"where": '{ chip = "hopper" }', "offsets": '["moe"]'}, "where: chip is not one of offsets; add it there"),
        ({"offsets": '["chip", "chip"]'}, "offsets: a column is stated twice; delete one of the two"),
        ({"where": "{ moe = true }"}, "where: expected"),
        ({"group": '"maker"', "table": CSV.replace("moe", "maker")}, "column 'maker' occurs twice; rename one"),
        ({"without": '{ marker = "A" }'}, "there is no column 'marker'; did you mean 'maker'?"),
        ({"without": '"A"'}, "without: expected"),
        ({"without": "{ moe = 0 }", "table": CSV.replace("0.25", "0.30")}, "values: at least two different ones"),
        ({"where": '"hopper"'}, "where: expected"),
        ({"unit": "USD"}, "used: unit 'share' cannot be converted to 'USD'"),
        (
            {"column": "price", "unit": "USD", "scale": '"logit"'},
            "scale = logit is that of shares, and its unit is USD",
        ),
        ({"scale": '"linear"'}, "scale: "),
        ({"table": CSV.replace("0.30", "1")}, "b2 is 100%, and a logit is of numbers between 0 and 1; empty that cell"),
        ({"table": CSV.replace(",3\n", ",0\n"), "column": "price", "unit": "USD"}, "a3 is $0, and a log is of numbers"),
        ({"sample": "{ labels = [] }"}, "state file and column, and no sample, which is read from these"),
    ],
)
def test_an_invalid_class_is_refused_in_one_line(words, message, study, command):
    study(**words)
    result = command("run", "study")
    assert (result.code, result.err.count("\n")) == (2, 1)
    assert "study.toml: x: " in result.err
    assert message in result.err


def test_a_row_without_a_member_is_named(study, command):
    study(top='[tables.run]\nfile = "runs.csv"\nsource = "s"\n', by='"run"', where='{ chip = "chip" }')
    assert "study.toml: x[f1]: where: no row with a figure has chip = unknown" in command("check", "study").err


def test_an_entry_without_rows_is_refused():
    words = {"family": "reference", "unit": "share", "source": "a test"}
    with pytest.raises(InputError, match="state file and column"):
        mcf.load({"title": "T", "targets": ["x"], "inputs": {"x": words}})


@pytest.mark.parametrize(
    ("words", "text"),
    [
        (
            {"where": '{ chip = "hopper", moe = 0 }', "group": '"maker"'},
            "of 3 rows in 2 groups by maker (chip = hopper, ",
        ),
        (
            {"where": '{ chip = "hopper", moe = 0 }', "group": '"maker"'},
            "moe = 0), shrunk to 8 rows in 5 groups; predic",
        ),
        (
            {"without": '{ maker = "A" }'},
            "reference class of 5 rows, without 3 rows (maker = A); predictive of one new m",
        ),
        (
            {"without": '{ maker = "a" }'},
            "reference class of 8 rows, without 0 rows (maker = a); predictive of one new m",
        ),
        ({}, "reference class of 8 rows; predictive of one new member, Student's t on the logit scale"),
        ({"where": '{ chip = "tpu" }', "offsets": '["chip"]'}, "without a member, no row with a figure has chip = tpu"),
        ({"where": "{ moe = 1 }", "offsets": '["chip", "moe"]'}, "without a member, where has no chip; from 8 rows"),
    ],
)
def test_show_and_the_report_state_members_groups_and_shrinkage(words, text, study, command):
    study(**words)
    assert text in command("show", "study").out
    run = mcf.run("study", draws=64)
    assert text in report.contents(run.core)["inputs"][0]["note"]


def test_the_report_draws_the_members_by_group(study):
    study(where='{ chip = "hopper", moe = 0 }', group='"maker"')
    (drawing,) = FIGURES["reference_classes"].draw(mcf.run("study", draws=64).core)
    texts = [text.get_text() for text in drawing.texts]
    assert texts.index("C") < texts.index("A")
    study(where='{ chip = "tpu" }', offsets='["chip"]')
    assert FIGURES["reference_classes"].draw(mcf.run("study", draws=64).core) == []


def test_its_rows_are_those_known_on_a_day(study):
    lines = [f"{line},{'known_from' if i == 0 else f'2024-01-0{i}'}" for i, line in enumerate(CSV.splitlines())]
    study("\n".join(lines) + "\n")
    assert mcf.load("study", as_of="2024-01-03").inputs["x"].entry.sample.labels == ["a1", "a2", "a3"]


def test_amounts_of_another_year_are_converted(study):
    study(column="price", unit="USD")
    nominal = distribution().ppf(LEVELS)
    study(top="price_year = 2025\n", column="price", unit="USD", money_year=2020)
    made = priors_file.load("study").priors["x"]
    assert made.entry.times > 1.2
    np.testing.assert_allclose(made.distributions[0].ppf(LEVELS), made.entry.times * nominal, rtol=1e-9)


def test_it_may_be_a_part_of_a_mixture(study, page):
    study()
    part = '[[inputs.x.parts]]\nfamily = "reference"\nfile = "runs.csv"\ncolumn = "used"\n'
    whole = distribution().ppf(LEVELS)
    page("both", 'targets = ["x"]\n' + entry("x", "mixture", "share") + part + part)
    np.testing.assert_allclose(distribution("both").ppf(LEVELS), whole, rtol=1e-9)
