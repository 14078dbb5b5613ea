"""Discrete and empirical families, with values given directly or in a file."""

import numpy as np
import pytest
from scipy import stats

import mcfrontier as mcf
from mcfrontier.analysis.estimates import density
from mcfrontier.outputs.folder.saved import read_folder
from mcfrontier.study import entry as entries
from mcfrontier.study import priors_file
from mcfrontier.tasks.verify.rebuild import from_manifest
from tests.conftest import entry, input_entry

CSV = "who,price [EUR],rank\na,10,1\nb,,2\n# a remark\nc,nan,3\nd,30,4\ne,20,5\n"
SAMPLE = entry("price", "empirical", "EUR", file='"paid.csv"', column='"price"')


def run(kind, draws=64, **words):
    return mcf.run({"targets": ["x"], "inputs": input_entry("x", kind, **words)}, model=[], draws=draws)


def test_discrete_values_are_drawn_in_proportion_to_their_weights():
    x = run("discrete", 2**12, values=[7, 1, 4], weights=[1, 2, 5]).draws.x.values
    assert set(x) == {1, 4, 7}
    for value, share in ((1, 2 / 8), (4, 5 / 8), (7, 1 / 8)):
        assert (x == value).mean() == pytest.approx(share, abs=2e-3)


def test_a_value_stated_twice_has_both_weights():
    once = run("discrete", values=[1, 2], weights=[1, 2]).draws.x
    assert (once == run("discrete", values=[2, 1, 2]).draws.x).all()


def test_the_order_of_a_sample_changes_nothing():
    values = np.random.default_rng(5).lognormal(size=40)
    one, other = run("empirical", values=values), run("empirical", values=sorted(values))
    assert (one.draws.x == other.draws.x).all()


def test_draws_of_a_sample_have_its_numpy_quantiles():
    values = np.random.default_rng(5).lognormal(size=40)
    x = run("empirical", 2**15, values=values).draws.x
    levels = np.linspace(0.05, 0.95, 19)
    np.testing.assert_allclose(np.quantile(x, levels), np.quantile(values, levels), rtol=0.01)
    assert values.min() <= x.min()
    assert x.max() <= values.max()


def test_equal_values_of_a_sample_form_an_atom():
    """In 1, 2, 2, 2, 3 half of the probability is at 2."""
    made = entries.entry_of(input_entry("x", "empirical", values=[2, 1, 2, 3, 2])["x"], "here").distribution()
    x = np.array([1, 1.5, np.nextafter(2, 0), 2, 2.5, 3])
    np.testing.assert_allclose(made.cdf(x), [0, 0.125, 0.25, 0.75, 0.875, 1], rtol=1e-12)
    np.testing.assert_allclose(made.sf(x), [1, 0.875, 0.75, 0.25, 0.125, 0], atol=1e-15)
    assert (made.ppf(np.array([0.25, 0.5, 0.75])) == 2).all()


def test_a_sample_with_equal_ends_has_total_probability_1():
    made = entries.entry_of(input_entry("x", "empirical", values=[1, 1, 3, 3])["x"], "here").distribution()
    np.testing.assert_allclose(made.cdf(np.array([0, 1, 2, 3, 4])), [0, 1 / 3, 0.5, 1, 1])
    np.testing.assert_allclose(made.sf(np.array([0, 1, 2, 3, 4])), [1, 2 / 3, 0.5, 0, 0])


def test_a_sample_is_read_from_a_file_without_its_empty_cells(page, tmp_path):
    page("study", 'targets = ["price"]\n' + SAMPLE)
    (tmp_path / "priors" / "paid.csv").write_text(CSV)
    made = priors_file.load("study").priors["price"]
    assert sorted(made.entry.values) == [10, 20, 30]
    assert made.medians == [20]


def test_a_sample_in_another_unit_is_converted(page, tmp_path):
    page("study", 'targets = ["x"]\n' + entry("x", "empirical", "kWh", file='"used.csv"', column='"used"'))
    (tmp_path / "priors" / "used.csv").write_text("used [Wh]\n1000\n3000\n")
    np.testing.assert_allclose(priors_file.load("study").priors["x"].entry.values, [1, 3])


def test_the_content_of_a_sample_file_changes_the_digest(page, tmp_path):
    page("study", 'targets = ["price"]\n' + SAMPLE)
    digests = []
    for text in (CSV, CSV.replace("30", "31")):
        (tmp_path / "priors" / "paid.csv").write_text(text)
        digests.append(priors_file.load("study").digest)
    assert digests[0] != digests[1]


def test_each_label_may_have_its_own_column(page, tmp_path):
    text = 'targets = ["x"]\n[dimensions]\nwho = ["a", "b"]\n'
    page("study", text + entry("x", "empirical", by='"who"', file='"s.csv"', column='["one", "two"]'))
    (tmp_path / "priors" / "s.csv").write_text("one,two\n1,5\n2,6\n3,7\n")
    assert priors_file.load("study").priors["x"].medians == [2, 6]
    mcf.run("study", draws=64).write(tmp_path / "saved", report=False)
    saved = read_folder(tmp_path / "saved")
    assert from_manifest(saved.manifest).inputs["x"].medians == [2, 6]


def test_a_sample_may_be_part_of_a_mixture(page, tmp_path):
    text = 'targets = ["x"]\n' + entry("x", "mixture", "USD")
    text += '[[inputs.x.parts]]\nfamily = "empirical"\nfile = "s.csv"\ncolumn = "one"\n'
    page("study", text + '[[inputs.x.parts]]\nfamily = "uniform"\nlow = 1\nhigh = 3\n')
    (tmp_path / "priors" / "s.csv").write_text("one [USD]\n1\n2\n3\n")
    p = np.linspace(0.01, 0.99, 99)
    np.testing.assert_allclose(priors_file.load("study").priors["x"].distributions[0].ppf(p), 1 + 2 * p, rtol=1e-9)


def test_percentiles_of_any_level_may_differ_by_label(page):
    text = 'targets = ["x"]\n[dimensions]\nwho = ["a", "b"]\n'
    page("study", text + entry("x", "metalog", by='"who"', p2_5="[0, 1]", p50="[10, 11]", p97_5="[20, 21]"))
    assert priors_file.load("study").priors["x"].medians == pytest.approx([10, 11])


def test_a_study_of_discrete_values_has_a_report(page, command):
    page("study", 'targets = ["x"]\n' + entry("x", "discrete", values="[1, 2, 9]", weights="[1, 2000, 1]"))
    assert command("run", "study", "--draws", 64).code == 0


def test_a_sample_of_a_normal_is_normal():
    values = stats.norm.ppf((np.arange(999) + 0.5) / 999)
    x = run("empirical", 2**12, values=values).draws.x.values
    assert stats.kstest(x, stats.norm.cdf).pvalue > 1e-3


@pytest.mark.parametrize(
    ("text", "column", "message"),
    [
        (CSV, "cost", "there is no column 'cost'; known: price, rank, who"),
        (CSV, "pirce", "did you mean 'price'?"),
        (CSV, "who", "a: who: 'a' is not a finite number"),
        (CSV.replace("EUR", "h"), "price", "unit 'h' cannot be converted to 'EUR'"),
        (CSV.replace("EUR", "EUX"), "price", "unknown unit 'EUX'"),
        ("price\n", "price", "a table has a head and at least one row"),
        ("price\n1\n \n", "price", "values: at least two different ones"),
        ("price\n1\n2,3\n", "price", "2 cells where the head has 1"),
    ],
)
def test_a_file_without_a_valid_sample_is_rejected_with_one_line(text, column, message, page, command, tmp_path):
    page("study", 'targets = ["price"]\n' + SAMPLE.replace('column = "price"', f'column = "{column}"'))
    (tmp_path / "priors" / "paid.csv").write_text(text)
    result = command("run", "study")
    assert result.code == 2
    assert result.err.count("\n") == 1
    assert "study.toml: price: " in result.err
    assert message in result.err


def test_every_discrete_value_has_a_bar_in_the_density():
    made = entries.entry_of(input_entry("x", "discrete", values=[1, 2, 9])["x"], "here").distribution()
    heights = [height for _, height in density.prior_density(made)]
    assert heights.count(0) == len(heights) - 3
    assert [height for height in heights if height] == pytest.approx([1, 1, 1])
