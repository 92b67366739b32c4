"""The whole system on one machine: what runs, on which ports, started, watched and stopped."""
