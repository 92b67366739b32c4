"""What the ledger promises and what it needs of a server, as tests and models for everybody.

`kernel.conformance.ledger` is a suite to run against a server of one's own; `faults` breaks the
wire to it. `append_protocol` and `counter_protocol` are models to be explored (`exploration`).
How to run the suite: docs/conformance.md.
"""
