"""Limits of what is read: the one table of them, each with its reason.

Files, tables and texts may come from a stranger. What is beyond a limit is refused in one line that states the limit.
Every limit is far above what the shipped studies need, and low enough that reading takes seconds and some hundred MB.
"""

# files, before they are read as a whole
PRIORS_FILE_BYTES = 2**20  # 1 MiB: two thousand entries with sources; TOML is parsed at 0.5 to 2 MiB/s
TABLE_BYTES = 2**26  # 64 MiB: a million figures of an empirical sample take 20 MiB
LEDGER_BYTES = 2**24  # 16 MiB: a hundred thousand outcomes with their sources
JSON_BYTES = 2**28  # 256 MiB, of a manifest or of percentiles: a row takes 700 bytes, and there are ROWS at most
RUN_FILE_BYTES = 2**36  # 64 GiB, of a file of a run, which is hashed: the draws of a long run
CHECKPOINT_BYTES = 2**34  # 16 GiB, of a checkpoint: a row takes 24 MiB, of 2^20 bins and their coarse counts

# structure
NESTING = 12  # of tables and lists in TOML and JSON: a part of a mixture is at depth 5, and parsers are recursive
KEY_PARTS = 12  # of a dotted key in TOML: the parser takes time in proportion to the square of their number
JSON_VALUES = 2**23  # in a JSON file: each takes up to 300 bytes of memory, and a row has 25
INTEGER_DIGITS = 309  # of an integer in TOML or JSON: one with more digits is beyond the range of a double
TABLE_CELLS = 2**22  # of a CSV table in all: each takes about 60 bytes of memory
TABLE_COLUMNS = 1_000  # of a CSV table: each with a unit is an input
CELL_LENGTH = 100_000  # characters of a cell of a CSV table: Python reads at most 131,072, and such a cell has no end

# content of a priors file, merged with those that it extends
LABELS = 10_000  # of a dimension: each makes a row of every quantity along it
ROWS = 200_000  # of all quantities of a study: each has a name, draws and statistics
INPUTS = 5_000  # entries in all: each has a stream of draws
CORRELATED_ROWS = 500  # of a dependent group: its correlation matrix is factorised, and repaired in up to 2,000 steps
MIXTURE_PARTS = 100  # of a mixture: each is inverted by the search for a quantile
QUOTES = 1_000  # of a table of prices: their fit takes time by the third power of their number
REFERENCE_ROWS = 10_000  # with a figure, of a reference class: its fit takes 50 ms for ten thousand
REFERENCE_LEVELS = (
    300  # of the offsets of a reference class, as combinations: each is a row of a matrix that is decomposed
)
EXTENDS = 32  # names in `extends` of a file
EXTENDS_DEPTH = 16  # of files that extend files
EXTENDED_FILES = 200  # files named by `extends` for a study: each is parsed once, and merged as often as it is named
DIMENSIONS = 12  # of a study: the labels of a row are matched against every combination of them

# content of a saved run
DRAWS = 2**40  # of a run: more would take months
RUN_FILES = 50  # that a manifest names

# texts, in characters
NAME_LENGTH = 80  # of a quantity, a dimension or a key: names are columns of tables and lines of figures
LABEL_LENGTH = 200  # of a label: labels are in the names of rows
TITLE_LENGTH = 200  # of a title or a question: a line on page 1 of the report
TEXT_LENGTH = 10_000  # of any other text, such as a source or a note: five pages of the report
UNIT_LENGTH = 100  # of a unit
UNIT_POWER = 9  # the largest power in a unit, positive or negative: byte**9 is beyond any use, and 9**9**9 never ends
UNIT_NESTING = 8  # of parentheses in a unit
EXPRESSION_LENGTH = 2_000  # of an amount, a condition, a formula or a belief in one line
EXPRESSION_OPERATIONS = 200  # operators, parentheses and functions in one: it is nested no deeper, and read recursively
EXPONENT = 100  # of a constant power, positive or negative: x^100 is beyond any use
NEAR_LENGTH = 24  # of the part of an expression that a message quotes: enough to find it
ECHO_LENGTH = 120  # of input that a message repeats: enough to recognise it
PATH_LENGTH = 300  # of a path that a message repeats
MESSAGE_LENGTH = 4_000  # of a message as a whole, which may list many names

# waiting
WORKER_SECONDS = 300  # for the first worker of a dask scheduler: a queue may take minutes to start one

# files that several processes write
LOCK_SECONDS = 60  # to wait for another process that writes into a folder or a ledger: that takes less than one
ABANDONED_DAYS = 7  # without a change, until the unfinished files of another machine are deleted: it may still write
