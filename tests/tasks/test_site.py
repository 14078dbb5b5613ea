"""The static site."""

import re
from html import unescape

import pytest

from mcfrontier.tasks.site import site
from tests.conftest import ROOT

LINK = re.compile(r'(?:href|src)="([^"]*)"')
ONE = """
title = "One <b>"
question = "What?"
targets = ["x"]
inputs.x = { family = "uniform", low = 1, high = 2, unit = "1", source = "a judgement" }
"""
TWO = """
targets = ["y"]
inputs.y = { family = "value", value = 3, unit = "1", source = "a judgement" }
"""


@pytest.fixture
def built(page, monkeypatch, tmp_path):
    """A site of two studies."""
    monkeypatch.setattr(site.locate, "runnable", lambda: {"one": page("one", ONE), "two": page("two", TWO)})
    site.write_site(tmp_path / "site", draws=256)
    return tmp_path / "site"


def test_the_index_has_a_card_with_the_answer_of_each_study(built):
    index = (built / "index.html").read_text()
    assert "One &lt;b&gt;" in index
    assert "What?" in index
    assert re.search(r">x 1\.5\d* \(median\)", index)
    assert (built / "studies/one.html").read_text().startswith("<!doctype html>")


def test_every_link_of_the_site_leads_to_a_file_and_a_heading(built):
    for path in [built / "index.html", *built.glob("docs/*.html")]:
        for link in map(unescape, LINK.findall(path.read_text())):
            if link.startswith("http"):
                continue
            target, _, heading = link.partition("#")
            file = path.parent / target if target else path
            assert file.exists(), (path.name, link)
            assert not heading or f"id={heading}" in file.read_text().replace('"', ""), (path.name, link)


def test_a_site_is_replaced_and_no_other_folder(built, command, tmp_path):
    site.write_site(built, draws=256)
    (tmp_path / "own").mkdir()
    (tmp_path / "own/file").write_text("mine")
    result = command("site", "--out", str(tmp_path / "own"))
    assert result.code == 2
    assert "a folder with other files" in result.err
    assert (tmp_path / "own/file").read_text() == "mine"


def test_the_site_has_all_pages_of_the_documentation(built):
    assert {path.stem for path in built.glob("docs/*.html")} == {path.stem for path in ROOT.glob("docs/*.md")}
