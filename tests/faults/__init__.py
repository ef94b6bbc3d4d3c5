"""Faults seeded into a copy of the project, to see that the suite notices each: `make test-faults`."""
