"""The pages' routes: one file per subject, each a Flask blueprint."""
