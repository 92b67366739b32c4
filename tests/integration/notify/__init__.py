"""Tests of the notify service, which runs while they do."""
