"""python -m mcfrontier"""

import gc

gc.disable()  # a command makes few reference cycles, and collecting them costs a tenth of its import time
from mcfrontier.cli import main  # noqa: E402

try:
    main()
finally:
    gc.freeze()  # spares the collection at exit, which takes up to a tenth of a run
