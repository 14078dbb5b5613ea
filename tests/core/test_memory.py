"""Memory: what a run needs is 8 bytes a draw of each row, and of 6 rows' worth for work; what is free is asked."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mcfrontier.core import memory
from mcfrontier.core.errors import InputError


def test_a_million_draws_of_ten_rows_need_16_values_a_draw():
    assert memory.required_bytes(10**6, [1] * 10) - memory.BASE_BYTES == 8 * 10**6 * (10 + 6)


def test_rows_of_the_largest_quantity_are_what_work_is_done_on():
    assert memory.required_bytes(1000, [1, 20]) - memory.BASE_BYTES == 8 * 1000 * (21 + 6 * 20)


@given(free=st.floats(3e8, 1e12), rows=st.lists(st.integers(1, 50), min_size=1, max_size=60))
def test_the_power_of_two_that_is_proposed_fits_and_the_next_does_not(free, rows):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(memory, "available_bytes", lambda: int(free))
        with pytest.raises(InputError) as refused:
            memory.check(2**60, rows)
        fits = int(re.search(r"take ([\d,]+) or fewer", str(refused.value))[1].replace(",", ""))
        assert memory.required_bytes(fits, rows) <= free or fits == 1
        assert memory.required_bytes(2 * fits, rows) > free * (1 - 1e-9)


def test_draws_that_fit_to_the_byte_are_taken(monkeypatch):
    monkeypatch.setattr(memory, "available_bytes", lambda: memory.required_bytes(4096, [3]))
    memory.check(4096, [3])
    with pytest.raises(InputError, match="draws = 4,097"):
        memory.check(4097, [3])
