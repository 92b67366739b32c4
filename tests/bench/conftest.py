"""The benchmarks run against a real broker and a real database."""

from private_servers import amqp_uri, database_prefix, mongo_uri, running_servers

__all__ = ["amqp_uri", "database_prefix", "mongo_uri", "running_servers"]
