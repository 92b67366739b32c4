"""An operator's commands: what is behind, what could not be handled, what is wrong."""
