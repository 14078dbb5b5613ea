"""matplotlib, without its notes on a home folder that cannot be written: figures need none."""

import logging

from mcfrontier.core.errors import requires
from mcfrontier.outputs.report.typeset import PACKAGES

HOME_NOTES = ("mkdir -p failed for path", "Matplotlib created a temporary cache directory")

logging.getLogger("matplotlib").addFilter(lambda record: not str(record.msg).startswith(HOME_NOTES))
with requires("figures", PACKAGES):
    import matplotlib  # noqa: F401
