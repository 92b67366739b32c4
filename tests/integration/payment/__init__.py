"""Tests of the payment service, which runs while they do."""
