"""Computation of draws: on one core or many, with or without retaining them, on one machine or many.

    histogram     counts of draws in bins, and their quantiles
    accumulator   moments and counts of draws that are not retained
    pairwise_sum  sums along a fixed tree
    binned_sums   sums by bins of each input, for first-order indices
    engine        segments of draws, computed by an executor
    executors     this process, threads, processes, dask
    checkpoint    the file from which a stopped run is continued
    arrays_file   reading of that file

Results are identical to the bit whatever the size of a block, and whichever worker computed it.
ENGINES is the only list of executors.
"""

from __future__ import annotations

ENGINES: dict[str, str] = {  # name of an executor, and "module:function" of it
    "local": "mcfrontier.sampling.engine.executors:local",
    "threads": "mcfrontier.sampling.engine.executors:threads",
    "processes": "mcfrontier.sampling.engine.executors:processes",
    "dask": "mcfrontier.sampling.engine.executors:dask",
}
