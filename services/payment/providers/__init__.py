"""Online payment providers: one file each behind the contract in `provider`."""
