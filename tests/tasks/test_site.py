"""The static site."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from os.path import normpath
from urllib.parse import unquote

import numpy as np
import pytest

from mcfrontier.outputs.small import small_intervals
from mcfrontier.tasks.site.contents import contents
from mcfrontier.tasks.site.markdown import rendered
from mcfrontier.tasks.site.site import write_site
from tests.api.face import NAMES, members
from tests.conftest import ROOT

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
STUDIES = {"one": ONE, "50% of #1": ONE, "folder/two": TWO, "gpt4": ONE}  # gpt4 is one that the landing page names
KINDS = ["Tutorials", "How-to guides", "Explanation", "Reference"]
REPOSITORY = re.search(r'^Repository = "([^"]+)"', (ROOT / "pyproject.toml").read_text(), re.M)[1]


class Parts(HTMLParser):
    """The ids of a page, the links of its text, the files that a browser loads, and its security policy."""

    def __init__(self, path):
        super().__init__()
        self.ids, self.links, self.loaded, self.policy, self.inline = set(), [], [], "", []
        self.feed(path.read_text())

    def handle_starttag(self, tag, attrs):
        found = dict(attrs)
        self.ids |= {found["id"]} if "id" in found else set()
        if tag == "a":
            self.links.append(found["href"])
        elif "src" in found or tag == "link":
            self.loaded.append(found.get("src") or found["href"])
        elif found.get("http-equiv") == "Content-Security-Policy":
            self.policy = found["content"]
        own = tag in ("style", "script") and "src" not in found
        if own or any(name == "style" or name.startswith("on") for name in found):
            self.inline.append(tag)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a site of three studies."""
    place = tmp_path_factory.mktemp("site")
    for name, text in STUDIES.items():
        (path := place / f"priors/{name}.toml").parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(place)
        write_site("site", [*STUDIES], draws=256)
        yield place


@pytest.fixture
def built(folder, monkeypatch):
    """The site, in its folder."""
    monkeypatch.chdir(folder)
    return folder / "site"


@pytest.fixture(scope="module")
def pages(folder):
    """The parts of each page, by its place in the site."""
    site = folder / "site"
    return {path.relative_to(site).as_posix(): Parts(path) for path in site.rglob("*.html")}


def target(page, link):
    """The place and the heading to which a link of a page leads; nothing for one to another site."""
    if link.startswith(("http:", "https:")):
        return None
    path, _, heading = link.partition("#")
    return unquote(normpath(f"{page}/../{path}")) if path else page, heading


def test_every_link_leads_to_a_file_and_a_heading(built, pages):
    for page, parts in pages.items():
        for link in parts.links:
            if found := target(page, link):
                place, heading = found
                assert (built / place).is_file(), (page, link)
                assert not heading or heading in pages[place].ids, (page, link)


def test_every_page_is_reached_from_the_index(pages):
    reached, waiting = set(), ["index.html"]
    while waiting:
        if (page := waiting.pop()) not in reached:
            reached.add(page)
            waiting += [found[0] for link in pages[page].links if (found := target(page, link)) and found[0] in pages]
    assert reached == {*pages}


def test_a_page_loads_nothing_but_files_of_the_site(built, pages):
    for page, parts in pages.items():
        assert parts.policy.startswith("default-src 'none'; "), page
        assert all((built / target(page, each)[0]).is_file() for each in parts.loaded), page
        if not page.startswith("studies/"):  # whose one file has its own script, allowed by its hash
            assert parts.loaded
            assert not parts.inline, page
            assert "unsafe" not in parts.policy


def test_the_links_to_the_repository_lead_to_its_files(pages):
    start = f"{REPOSITORY}/blob/main/"
    found = {link.removeprefix(start) for parts in pages.values() for link in parts.links if link.startswith(start)}
    assert {"SECURITY.md", "priors/budget.toml"} <= found  # the latter is a study without a page here
    assert all((ROOT / link.partition("#")[0]).exists() for link in found)


def test_every_page_of_the_documentation_is_of_one_kind():
    found = contents(ROOT / "docs")
    files = sorted(entry.file for entries in found.values() for entry in entries)
    existing = (path.name for pattern in ("*.md", "*.ipynb") for path in (ROOT / "docs").glob(pattern))
    assert files == sorted({*existing} - {"index.md"})
    assert [*found] == KINDS


def test_the_readme_points_to_the_kinds():
    links = re.findall(r"\(docs/index[.]md#([\w-]+)\)", (ROOT / "README.md").read_text())
    assert links == [kind.lower().replace(" ", "-") for kind in KINDS]


def test_the_studies_have_cards_with_their_answers(built):
    gallery, index = ((built / name).read_text() for name in ("studies.html", "index.html"))
    assert "One &lt;b&gt;" in gallery
    assert "What?" in gallery
    assert re.search(r">x 1\.5\d* \(median\)", gallery)
    assert re.findall(r"<code>([^<]+)</code></p></li>|<h2 id=.(folder).>", gallery) == [
        ("one", ""),
        ("50% of #1", ""),
        ("gpt4", ""),
        ("", "folder"),
        ("folder/two", ""),
    ]
    assert [*re.findall(r"<code>([\w/]+)</code></p></li>", index)] == ["gpt4"]  # the one that the introduction names


def test_the_python_interface_has_an_entry_for_each_name(pages):
    sections = rendered((ROOT / "docs/api.md").read_text(), str).sections
    anchors = {each.title: f"#{each.anchor}" for each in sections}
    assert {*NAMES, *(f"Run.{each}" for each in members("Run") if each != "__getitem__")} <= {*anchors}
    assert {anchors[name] for name in NAMES} <= {*pages["docs/api.html"].links}
    assert len({*anchors.values()}) == len(sections)


def test_a_notebook_is_a_page_with_its_code(built):
    page = unescape(re.sub("<[^>]+>", "", (built / "docs/notebook.html").read_text()))
    assert 'run = mcf.run("gpt4", draws=2**14)' in page


def test_the_search_finds_each_section_and_study(built, pages):
    text = (built / "search.js").read_text().removeprefix("const SECTIONS = ").removesuffix(";\n")
    rows = json.loads(text)
    for address, *_ in rows:
        place, heading = target("index.html", address)
        assert not heading or heading in pages[place].ids
    answer = "x 1.50 (median), with 90 % probability between 1.05 and 1.95."
    assert ["studies/one.html", "One <b>", "", f"What? {answer}"] in rows
    assert {target("index.html", address)[0] for address, *_ in rows} == {*pages} - {"studies.html"}


def test_a_site_is_replaced_by_the_same_bytes_and_no_other_folder_is(built, command, tmp_path):
    before = {path: path.read_bytes() for path in built.rglob("*") if path.is_file()}
    (built / "studies/old.html").write_text("of a study that is gone")
    write_site(built, [*STUDIES], draws=256)
    assert {path: path.read_bytes() for path in built.rglob("*") if path.is_file()} == before
    (tmp_path / "own").mkdir()
    (tmp_path / "own/file").write_text("mine")
    result = command("site", "--out", tmp_path / "own")
    assert result.code == 2
    assert "a folder with other files" in result.err
    assert (tmp_path / "own/file").read_text() == "mine"


def test_a_study_that_cannot_be_run_is_refused_by_its_name(built, command, tmp_path):
    result = command("site", "one", "no-such-study", "--draws", "256", "--out", tmp_path / "new")
    assert result.code == 2
    assert "no-such-study" in result.err
    assert not (tmp_path / "new").exists()


def test_headings_of_the_same_name_have_ids_of_their_own():
    sections = rendered("# A\n\n## The *same*\n\none\n\n## The same\n\ntwo\n", str).sections
    found = {each.anchor: each.text for each in sections}
    assert found == {"a": [], "the-same": ["one"], "the-same-1": ["two"]}


def test_code_keeps_its_text_between_colours():
    code = 'a = "<b> # no comment"  # "a comment"\n$ run & see\n'
    html = rendered(f"```\n{code}```\n", str).html
    assert unescape(re.sub("<[^>]+>", "", html)) == code + "\n"
    assert re.findall(r'<span class="(\w+)">', html) == ["text", "comment", "prompt"]


def test_intervals_of_rows_are_bars_on_one_scale():
    picture = small_intervals(np.array([[1, 2, 3], [3, 4, 4]]), (100, 46))
    bars = re.findall(r'y="([\d.]+)" width="[\d.]+" height="([\d.]+)"', picture)
    assert [(float(y), float(height)) for y, height in bars] == [(16.3, 26.7), (3.0, 13.3)]
