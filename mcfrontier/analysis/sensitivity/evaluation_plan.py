"""The evaluation plan of a pick-freeze design: which quantities each block computes, and which it reuses.

A quantity depends on some inputs only. It is equal in two blocks that take the same of these inputs from matrix A,
whatever they take of the other inputs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from mcfrontier.core.arrays import Array
from mcfrontier.sampling.plan import RANDOMISATIONS

Key = tuple[str, int]  # a quantity, and the bit mask of the inputs behind it that are from A, in each randomisation


@dataclass(frozen=True)
class Step:
    """The evaluation of a block.

    new: the nodes that are evaluated, in order; given: the quantities, by name, that are needed or requested and
    exist already; retained: the new ones that a later block is given; done: those that no later block needs.
    """

    new: tuple[str, ...]
    given: Mapping[str, Key]
    retained: Mapping[str, Key]
    done: tuple[Key, ...]


def bit_masks(from_a: Array) -> list[int]:
    """The inputs that are from matrix A, (blocks, 16, inputs), as an integer for each block, 16 bits for each input."""
    blocks, randomisations, inputs = from_a.shape
    rows = np.packbits(from_a.transpose(0, 2, 1).reshape(blocks, inputs * randomisations), axis=-1)
    return [int.from_bytes(row.tobytes()) for row in rows]


def inputs_from_a(mask: int, inputs: int) -> Array:
    """The inputs that are from matrix A, (16, inputs), from a bit mask."""
    packed = np.frombuffer(mask.to_bytes(RANDOMISATIONS // 8 * inputs), np.uint8)
    return np.unpackbits(packed).reshape(inputs, RANDOMISATIONS).T.astype(bool)


def plan_steps(
    needs: Mapping[str, Sequence[str]], own: Mapping[str, int], names: Collection[str], blocks: Sequence[int]
) -> list[Step]:
    """Plan the evaluation of some quantities in all blocks.

    Parameters
    ----------
    needs : the direct dependencies of each node that they need, in order of evaluation
    own : the bits of each uncertain input
    names : the requested quantities
    blocks : the bit mask of each block
    """
    masks = dict(own)
    for name in needs:
        masks[name] = 0
        for need in needs[name]:
            masks[name] |= masks.get(need, 0)
    evaluations: list[tuple[dict[str, Key], dict[str, Key]]] = []
    seen: set[Key] = set()
    last_use: dict[Key, int] = {}
    for block, mask in enumerate(blocks):
        given: dict[str, Key] = {}
        new: dict[str, Key] = {}
        pending = list(names)
        while pending:
            name = pending.pop()
            if name in given or name in new:
                continue
            key = name, mask & masks.get(name, 0)
            if name in needs and key not in seen:
                seen.add(key)
                new[name] = key
                pending += needs[name]
            else:
                given[name] = key
                last_use[key] = block
        evaluations.append((given, new))
    done: list[list[Key]] = [[] for _ in blocks]
    for key, block in last_use.items():
        done[block].append(key)
    steps = []
    for (given, new), unused in zip(evaluations, done, strict=True):
        retained = {name: key for name, key in new.items() if key in last_use}
        steps.append(Step(tuple(name for name in needs if name in new), given, retained, tuple(unused)))
    return steps
