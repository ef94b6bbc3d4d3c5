"""The match table in words: diagram, rows and permission matrix of docs/lifecycle.md."""

from __future__ import annotations

from talentbank.core.lifecycle import Part, Transition
from talentbank.matches.lifecycle import TABLE
from talentbank.matches.states import Action, State

RESOLVED = {
    "first_asked": [State.AWAITING_PROFESSIONAL, State.AWAITING_ORGANIZATION],
    "when_both_confirmed": [State.CONTRACTED],
    "where_it_was": [State.AWAITING_PROFESSIONAL, State.AWAITING_ORGANIZATION],
}
"""Where a resolver may lead; `after_yes` depends on the row, `state_before` is left out of the diagram."""
DRAWN_APART = {Action.UNDO, Action.CORRECT, Action.COUNTERSIGN, Action.AMEND, Action.CASCADE, Action.CANCEL}


def lifecycle_document() -> str:
    """Return docs/lifecycle.md."""
    parts = (
        "# The life of a match\n\nGenerated from `talentbank/matches/lifecycle.py` by `manage.py document_lifecycle`.",
        f"## States\n\n{_states()}",
        f"## Diagram\n\n{_diagram()}\n\nNot drawn: {', '.join(sorted(DRAWN_APART))}; see the table.",
        f"## Table\n\n{_table()}",
        f"## Who may, in which state\n\n{_matrix()}",
    )
    return "\n\n".join(parts) + "\n"


def _states() -> str:
    rows = "\n".join(f"| `{state}` | {state.label} |" for state in State)
    return f"| state | 日本語 |\n|---|---|\n{rows}"


def _targets(row: Transition) -> list[str]:
    if not callable(row.target):
        return [row.target] if row.target else []
    name = row.target.__name__
    if name == "after_yes":
        other = State.AWAITING_ORGANIZATION if Part.PROFESSIONAL in row.parts else State.AWAITING_PROFESSIONAL
        return [other, State.AWAITING_APPROVAL]
    return [str(state) for state in RESOLVED.get(name, [])]


def _diagram() -> str:
    lines = ["```mermaid", "stateDiagram-v2"]
    for row in TABLE.rows:
        if row.action in DRAWN_APART:
            continue
        label = f"{row.action} {row.note}".strip()
        for source in sorted(row.sources, key=_position) or ["[*]"]:
            lines += [f"    {source} --> {target}: {label}" for target in _targets(row)]
    lines += [f"    {state} --> [*]" for state in (State.COMPLETED, State.CLOSED)]
    return "\n".join([*lines, "```"])


def _table() -> str:
    lines = ["| action | from → to | who | guards |", "|---|---|---|---|"]
    for row in TABLE.rows:
        sources = ", ".join(sorted(row.sources, key=_position)) or "∅"
        if row.sources == frozenset(map(str, State)):
            sources = "any"
        target = " or ".join(_targets(row)) or ("the state before" if callable(row.target) else "same")
        who = ", ".join(sorted(row.parts))
        guards = ", ".join(guard.__name__ for guard in row.guards)
        lines.append(
            f"| `{row.action}`{' ' + row.note if row.note else ''} | {sources} → {target} | {who} | {guards} |"
        )
    return "\n".join(lines)


def _matrix() -> str:
    parts = [part for part in Part if part is not Part.HOLDER]
    lines = [f"| state | {' | '.join(parts)} |", "|---|" + "---|" * len(parts)]
    for state in State:
        cells = [", ".join(TABLE.allowed(state, [part])) or "–" for part in parts]
        lines.append(f"| `{state}` | {' | '.join(cells)} |")
    return "\n".join(lines)


def _position(state: str) -> int:
    return list(State).index(State(state))
