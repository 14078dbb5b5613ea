"""docs/api.md is what the docstrings say."""

from tests.api.reference import PAGE, page


def test_the_reference_page_is_generated_from_the_docstrings():
    assert PAGE.read_text(encoding="utf-8") == page(), "run python -m tests.api.reference"
