"""What `check` finds of the planted faults: python -m tests.planted"""

from tests.planted.plant import FAULTS, findings, planted

found = 0
for fault in FAULTS:
    texts = findings(planted(fault)) - findings(planted({"study": fault["study"]}))
    found += bool(texts)
    print("found " if texts else "MISSED", fault, *sorted(texts)[:1], sep="  ")
print(f"{found} of {len(FAULTS)} planted faults are found")
