"""The page and the site in a browser: Chromium moves, types, searches, shares, restores and saves; without one, these
tests are skipped."""

import shutil

import pytest

from mcfrontier.outputs.page.page import write_page
from mcfrontier.runs import recipe
from mcfrontier.runs.estimates import estimates
from mcfrontier.runs.load import load
from mcfrontier.tasks.site.site import write_site

playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed; the extra browser has it")
CHROMIUM = shutil.which("chromium")
pytestmark = [pytest.mark.slow, pytest.mark.skipif(not CHROMIUM, reason="chromium is not installed")]
PAUSE = 300  # milliseconds, after which the address is written


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    """The page of gpt4 as a file."""
    path = tmp_path_factory.mktemp("page") / "gpt4.html"
    write_page(recipe.run(load("gpt4"), draws=2**13, method="order"), path)
    return path.as_uri()


@pytest.fixture
def open_page():
    """A function that opens an address, and fails at the end if the page reported an error."""
    problems = []
    with playwright.sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])

        def opened(address, ready=".ready", **options):
            page = browser.new_page(**options)
            page.on("console", lambda message: problems.append(message.text))
            page.on("pageerror", lambda problem: problems.append(str(problem)))
            page.goto(address)
            page.wait_for_selector(ready)
            page.wait_for_timeout(PAUSE)
            return page

        yield opened
        browser.close()
    assert not problems


def type_into(page, row, text):
    """Type a belief about an input."""
    field = page.locator(f"[data-row={row}] .typed")
    field.fill(text)
    field.press("Enter")
    page.wait_for_timeout(PAUSE)


def test_a_reader_moves_shares_restores_and_saves(open_page, address, tmp_path):
    page = open_page(address)
    before = page.inner_text("#figure")
    type_into(page, "gpu_price", "5k..12k USD/chip")
    handle = page.locator("[data-row=goodput] input.p5")
    handle.focus()
    for _ in range(40):
        page.keyboard.press("ArrowLeft")
    page.wait_for_timeout(PAUSE)
    after = page.inner_text("#figure")
    assert after != before
    assert "gpu_price=5000..12000&goodput=0." in page.url
    assert open_page(page.url).inner_text("#figure") == after
    page.click("#save")
    page.locator("#sources input").first.fill('a "quote"')
    with page.expect_download() as download:
        page.click("#download")
    download.value.save_as(tmp_path / "own.toml")
    done = recipe.run(load(str(tmp_path / "own.toml")), draws=2**13, method="order")
    shown = estimates(done, done.study.targets[0], [0.5])[0][2]
    assert f"${shown / 1e6:.3g}M" == after
    page.click("#reset-all")
    page.wait_for_timeout(PAUSE)
    assert (page.inner_text("#figure"), "#" in page.url) == (before, False)


def test_a_wrong_amount_is_refused_beside_the_input(open_page, address):
    page = open_page(address)
    before = page.inner_text("#figure")
    type_into(page, "gpu_price", "cheap")
    assert "is not a number" in page.inner_text("[data-row=gpu_price] .word")
    assert page.inner_text("#figure") == before


def test_a_link_of_other_priors_asks_before_it_is_applied(open_page, address):
    page = open_page(f"{address}#gpu_price=5000..12000&study=gpt4&priors=000000000000")
    before = page.inner_text("#figure")
    assert "other priors" in page.inner_text("#banner")
    page.click("#banner button")
    page.wait_for_timeout(PAUSE)
    assert page.inner_text("#figure") != before


@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_is_wider_than_the_window(open_page, address, width):
    page = open_page(f"{address}#gpu_price=5000..12000", viewport={"width": width, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_reader_searches_the_site_from_the_disk(open_page, tmp_path):
    write_site(tmp_path / "site", ["gpt4"], draws=256)
    page = open_page((tmp_path / "site/index.html").as_uri(), ready="#search")
    page.keyboard.press("/")
    page.keyboard.type("monte carlo error how many")
    page.wait_for_selector("#found a")
    page.keyboard.press("Enter")
    page.wait_for_url("**/docs/sampling.html#*")
    page.fill("#search", "GPT-4 amortised cost median")
    page.wait_for_selector('#found a[href$="studies/gpt4.html"]')
    page.fill("#search", "zebra xylophone")
    page.wait_for_selector("#found >> text=Nothing found")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
