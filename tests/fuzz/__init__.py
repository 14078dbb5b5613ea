"""A fuzzer of the command line: mutated priors files, tables, run folders, ledgers and arguments.

Every input must end in a result or in a refusal of one line. `observe` lists what counts as a finding.
"""
