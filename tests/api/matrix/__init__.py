"""The authorization matrix: `table.csv` says who may what; the tests beside it make every call that it names."""
