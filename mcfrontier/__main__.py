"""python -m mcfrontier"""

from mcfrontier.cli import main

main()
