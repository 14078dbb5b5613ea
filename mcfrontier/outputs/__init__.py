"""Outputs: files, figures, reports and exports of runs."""

import logging

# of matplotlib, where there is no home folder that can be written: figures need none
HOME_NOTES = ("mkdir -p failed for path", "Matplotlib created a temporary cache directory")

logging.getLogger("matplotlib").addFilter(lambda record: not str(record.msg).startswith(HOME_NOTES))
