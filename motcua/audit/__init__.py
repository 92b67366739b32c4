"""An auditor's commands: verify, replay, compare, export and check."""
