"""What was typed, or a file that was given, cannot be used: one sentence, exit code 2."""

from __future__ import annotations

from kernel.config import ConfigError


class Unusable(ConfigError):
    """An argument or file that is not what the command needs."""
