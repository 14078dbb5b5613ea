"""What a block of draws shares with the blocks before it, so that no quantity is worked out twice.

A quantity hangs on some inputs only. In two blocks that keep the same of these it is the same, whatever else they keep.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mcfrontier.sampling import RANDOMISATIONS

Array = np.ndarray
Key = tuple[str, int]  # a quantity, and which of the inputs behind it are kept in which randomisation, bit by bit


@dataclass(frozen=True)
class Step:
    """What a block takes: the nodes that are `new` with it, in order of evaluation; by name, what is `given` to these
    or is itself asked for, and what of the new a later block is given (`held`); `done` is what no later block takes."""

    new: tuple[str, ...]
    given: Mapping[str, Key]
    held: Mapping[str, Key]
    done: tuple[Key, ...]


def behind(needs: Mapping[str, Sequence[str]], names: Collection[str]) -> set[str]:
    """Some quantities and all that they are computed from; `needs` are those of each node."""
    found, ahead = set(), list(names)
    while ahead:
        name = ahead.pop()
        if name not in found:
            found.add(name)
            ahead += needs.get(name, ())
    return found


def bits(kept: Array) -> list[int]:
    """Which inputs are kept, (blocks, 16, inputs), as a whole number for each block, 16 bits for each input."""
    blocks, sixteen, inputs = kept.shape
    rows = np.packbits(kept.transpose(0, 2, 1).reshape(blocks, inputs * sixteen), axis=-1)
    return [int.from_bytes(row.tobytes()) for row in rows]


def kept(bits: int, inputs: int) -> Array:
    """The inputs that are kept in a block, (16, inputs), from its bits."""
    packed = np.frombuffer(bits.to_bytes(RANDOMISATIONS // 8 * inputs), np.uint8)
    return np.unpackbits(packed).reshape(inputs, RANDOMISATIONS).T.astype(bool)


def steps(
    needs: Mapping[str, Sequence[str]], own: Mapping[str, int], names: Collection[str], blocks: Sequence[int]
) -> list[Step]:
    """What each block takes to give the quantities of these names.

    `needs` are those of each node, in order of evaluation; `own` are the bits of each uncertain input, `blocks` those
    that are kept in each block.
    """
    reached, hangs_on = behind(needs, names), dict(own)
    order = [name for name in needs if name in reached]
    for name in order:
        hangs_on[name] = 0
        for need in needs[name]:
            hangs_on[name] |= hangs_on.get(need, 0)
    taken, seen, last = [], set(), {}
    for block, kept in enumerate(blocks):
        given, new, ahead = {}, {}, list(names)
        while ahead:
            name = ahead.pop()
            if name in given or name in new:
                continue
            key = name, kept & hangs_on.get(name, 0)
            if name in needs and key not in seen:
                seen.add(key)
                new[name] = key
                ahead += needs[name]
            else:
                given[name] = key
                last[key] = block
        taken.append((given, new))
    ends: list[list[Key]] = [[] for _ in blocks]
    for key, block in last.items():
        ends[block].append(key)
    return [
        Step(
            tuple(name for name in order if name in new),
            given,
            {name: key for name, key in new.items() if key in last},
            tuple(done),
        )
        for (given, new), done in zip(taken, ends, strict=True)
    ]
