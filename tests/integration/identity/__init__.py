"""Tests of the identity service, which runs while they do."""
