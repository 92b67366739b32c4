"""What the pages show: one frozen dataclass per page, complete, so that a page needs no service."""
