"""python -m mcfrontier"""

import gc
import signal

gc.disable()  # a command makes few reference cycles, and collecting them costs a tenth of its import time
from mcfrontier.cli import main  # noqa: E402

try:
    main()
finally:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # an exception within the clean-up of a library would be printed
    gc.freeze()  # spares the collection at exit, which takes up to a tenth of a run
