"""Stand-ins for systems outside, for development and tests: mail, payment provider."""
