"""`make spec-lint`."""

from __future__ import annotations

import sys

from tests.node import NodeMissing, node_ready, packages_ready
from tests.spec_lint import FOLDER, LINTERS


def main() -> None:
    try:
        node_ready()
        node = packages_ready(FOLDER)
    except NodeMissing as missing:
        sys.exit(f"openapi.yaml was NOT linted: {missing}")
    said = {name: lint(node) for name, lint in LINTERS.items()}
    for name, text in said.items():
        print(f"{name}: {text or 'nothing to say'}")
    sys.exit(1 if any(said.values()) else 0)


if __name__ == "__main__":
    main()
