"""The faults: what a careless hand might change, and the tests that must notice."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """In `path`, `sound` is replaced by `broken`; `tests` must then fail. `postgres`: only row locks show it."""

    name: str
    path: str
    sound: str
    broken: str
    tests: tuple[str, ...]
    postgres: bool = False


LOCKS = "tests/talentbank/matches/test_locks.py"
IDEMPOTENCY = "tests/api/foundation/test_idempotency.py"

FAULTS = (
    Fault(
        "no row lock on the match",
        "talentbank/matches/locks.py",
        "_lock(Match, (pk for pk, _ in others))",
        'list(Match.objects.filter(pk__in=[pk for pk, _ in others]).order_by("pk"))',
        (LOCKS,),
        postgres=True,
    ),
    Fault(
        "state read before the lock",
        "talentbank/matches/services.py",
        "    case = lock_match(match_id, step, whole_need=action in WHOLE_NEED)\n",
        "    case = lock_match.__globals__['case_of'](match_id, step)\n"
        "    lock_match(match_id, step, whole_need=action in WHOLE_NEED)\n",
        (LOCKS,),
        postgres=True,
    ),
    Fault(
        "holder of the professional not locked",
        "talentbank/matches/locks.py",
        '{*organizations, *held.values_list("organization_id", flat=True)}',
        "organizations",
        (LOCKS,),
        postgres=True,
    ),
    Fault(
        "consents not locked",
        "talentbank/matches/services.py",
        "    if action in CONSENTED:\n",
        "    if False:\n",
        (LOCKS,),
        postgres=True,
    ),
    Fault(
        "an end that knows nothing of what came back",
        "talentbank/matches/locks.py",
        "            if locked.issuperset({*matches_open(kind, id), *_needs_ending(kind, id)}):\n",
        "            if True:\n",
        (LOCKS,),
        postgres=True,
    ),
    Fault(
        "event outside the transaction",
        "talentbank/core/audit.py",
        "    event.save(force_insert=True)\n",
        "    from django.db import transaction\n\n    transaction.on_commit(lambda: event.save(force_insert=True))\n",
        ("tests/talentbank/core/test_audit.py", "tests/talentbank/matches/test_following.py"),
    ),
    Fault(
        "places counted without lock",
        "talentbank/matches/locks.py",
        "_lock(Need, needs)",
        'list(Need.objects.filter(pk__in=set(needs)).order_by("pk"))',
        (LOCKS,),
        postgres=True,
    ),
    Fault(
        "idempotency key not bound to the body",
        "api/idempotency.py",
        'parts = [request.method, request.get_full_path(), request.headers.get("Acting-As", ""), body]',
        'parts = [request.method, request.get_full_path(), request.headers.get("Acting-As", "")]',
        (IDEMPOTENCY,),
    ),
    Fault(
        "idempotency key shared between principals",
        "api/idempotency.py",
        "return f\"{actor.user_id or '-'} {actor.client_id[:80]}\"",
        'return "everybody"',
        (IDEMPOTENCY,),
    ),
    Fault(
        "If-Match ignored",
        "talentbank/matches/services.py",
        "    if expected_version is not None and case.match.version != expected_version:\n",
        "    if False:\n",
        ("tests/talentbank/matches/test_guards.py", "tests/api/test_matches.py"),
    ),
    Fault(
        "expiry ignoring a fresh answer",
        "talentbank/matches/guards.py",
        'return None if late and not rests else Refusal("not_due")',
        "return None",
        (LOCKS, "tests/talentbank/worklist/test_commands.py", "tests/talentbank/matches/test_following.py"),
        postgres=True,
    ),
    Fault(
        "undo after a newer step",
        "talentbank/matches/guards.py",
        ".exclude(action=Action.CORRECT).first()",
        ".exclude(action=Action.CORRECT).last()",
        ("tests/talentbank/matches/test_following.py",),
    ),
    Fault(
        "cascade after the contract",
        "talentbank/matches/lifecycle.py",
        "_row(Action.CASCADE, UP_TO_NEGOTIATING, State.CLOSED, SYSTEM)",
        "_row(Action.CASCADE, UP_TO_NEGOTIATING | RUNNING, State.CLOSED, SYSTEM)",
        ("tests/talentbank/matches/test_table.py", "tests/talentbank/matches/test_following.py"),
    ),
    Fault(
        "chain hash over too few fields",
        "talentbank/core/audit.py",
        '    "happened_on",\n    "actor_id",\n',
        '    "actor_id",\n',
        ("tests/talentbank/core",),
    ),
    Fault(
        "message outside the transaction",
        "talentbank/matches/moves.py",
        "    event_announce(event, version=case.match.version, hold=timedelta(minutes=case.policy.undo_minutes))\n",
        "",
        ("tests/talentbank/notifications/test_announcing.py",),
    ),
)
