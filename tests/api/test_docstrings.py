"""The docstrings of the Python interface: numpydoc sections that are complete, and examples that run."""

import doctest
import warnings

import pytest

import mcfrontier as mcf
from tests.api.face import documented, member

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the packages that numpydoc loads
    from numpydoc.validate import validate

CHECKS = {"GL08", "SS01", "SS02", "SS03", "SS04", "SS05", "SS06"}  # there is a docstring, and a summary in one line
CHECKS |= {"PR01", "PR02", "PR03", "PR04"}  # parameters: all, no others, in order, with a type
CHECKS |= {"RT01", "RT03", "YD01", "EX01"}  # what is returned or yielded, and examples


@pytest.fixture(scope="module")
def shared():
    """The names that every example may use."""
    return {"mcf": mcf, "run": mcf.run("gpt4", draws=1024), "study": mcf.load("gpt4")}


@pytest.mark.parametrize("place", documented())
def test_a_docstring_has_all_sections_of_numpydoc(place):
    errors = validate(f"mcfrontier.{place}")["errors"]
    assert [f"{code} {text}" for code, text in errors if code in CHECKS] == []


@pytest.mark.parametrize("place", documented())
def test_the_examples_of_a_docstring_run(place, shared):
    text = member(place).__doc__
    test = doctest.DocTestParser().get_doctest(text, dict(shared), place, None, 0)
    report = []
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    runner.run(test, out=report.append)
    assert report == []


def test_the_examples_of_the_package_run():
    assert doctest.testmod(mcf).failed == 0
