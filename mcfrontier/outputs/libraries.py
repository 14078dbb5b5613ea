"""matplotlib and typst, which only figures and PDFs need, without matplotlib's notes on a home folder that cannot be
written: figures need none."""

import logging

from mcfrontier.core.errors import requires

PACKAGES = "matplotlib typst"  # of the dependencies, those that an installation may do without
HOME_NOTES = ("mkdir -p failed for path", "Matplotlib created a temporary cache directory")

logging.getLogger("matplotlib").addFilter(lambda record: not str(record.msg).startswith(HOME_NOTES))


def check_packages(what: str) -> None:
    """Refuse a figure or a PDF where a package that draws or typesets it is not installed."""
    with requires(what, PACKAGES):
        import matplotlib  # noqa: F401
        import typst  # noqa: F401
