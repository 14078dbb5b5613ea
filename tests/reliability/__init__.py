"""Commands that are killed, on full disks, and at once: nothing is lost, nothing is left.

    forks      a server that starts commands as forks, and kills them at a stated event or time
    scenarios  the commands, their folders before and after
    kills      one kill, and the checks after it
    disks      one full disk, and the checks after it

`python -m tests.reliability --kills 100 --seed 1` draws scenarios, signals and moments at random;
`python -m tests.reliability --full-disk` takes all writes of all scenarios.
"""
