"""Value of information: decisions (EVPI, EVPPI) and expected interval reduction."""
