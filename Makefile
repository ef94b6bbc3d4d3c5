# Every target is one command of tasks.py, which needs nothing but Python 3.11 or newer.
PYTHON ?= python3

.PHONY: setup demo test test-faults test-histories test-cluster attack bench bench-requests lint spec-lint lock spec release-spec
setup demo test test-faults test-histories test-cluster attack bench bench-requests lint spec-lint lock spec release-spec:
	@$(PYTHON) tasks.py $@
