"""Ways out of the system: one file each behind the contract in `channel`."""
