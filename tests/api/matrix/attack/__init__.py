"""Attacks on the API by its own specification: Schemathesis, in this process, with one seed."""
