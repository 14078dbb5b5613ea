"""What matplotlib logs where there is no home folder that can be written is left out: figures need none."""

import logging

HOME_NOTES = ("mkdir -p failed for path", "Matplotlib created a temporary cache directory")

logging.getLogger("matplotlib").addFilter(lambda record: not str(record.msg).startswith(HOME_NOTES))
