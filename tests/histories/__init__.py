"""Histories of simultaneous calls against real server processes, replayed against the contract's table.

`python -m tests.histories --help`; a short run is part of the suite, the long one is `make test-histories`.
"""
