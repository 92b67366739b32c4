"""Tests of the catalog service, which runs while they do."""
