"""docs/trust.md has every limit."""

import re

from mcfrontier.core import limits
from tests.conftest import ROOT

SIZES = {"KiB": 2**10, "MiB": 2**20, "GiB": 2**30}


def test_the_page_has_every_limit_with_its_value():
    text = (ROOT / "docs/trust.md").read_text(encoding="utf-8")
    rows = re.findall(r"^\| [^|]+ \| ([\d,]+) ?(\w*) \| `([A-Z_]+)` \|$", text, re.M)
    stated = {name: int(number.replace(",", "")) * SIZES.get(unit, 1) for number, unit, name in rows}
    assert len(stated) == len(rows)
    assert stated == {name: value for name, value in vars(limits).items() if name.isupper()}
