"""Proxies (代理人): who may speak for a registration about what, on which days, and whether one may here and now."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from django.db.models import Q, QuerySet

from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.clock import day_of
from talentbank.core.errors import ActionRefused, FieldError, InvalidInput, Refusal, StaleVersion, invalid
from talentbank.core.lifecycle import Part, Table, Transition
from talentbank.privacy.models import Power, Proxy, ProxyKind, ProxyState

MOST_DAYS = 366
"""Length of a period, both days counted: a year. Who still needs the proxy then says so again."""
MOST_DAYS_AHEAD = 366
"""How long before its first day a proxy may be recorded."""
FITTING: Mapping[str, frozenset[Power]] = {
    "professional": frozenset({Power.REGISTRATION, Power.MATCHES, Power.CONSENTS}),
    "organization": frozenset(Power),
}
"""Kind of subject → the powers that mean something for it. Nobody but an organization has needs."""
NEEDED: Mapping[str, Power] = {
    "professional": Power.REGISTRATION,
    "organization": Power.REGISTRATION,
    "need": Power.NEEDS,
    "question": Power.MATCHES,
    "match": Power.MATCHES,
    "consent": Power.CONSENTS,
}
"""What a call is about → the power that a proxy needs for it. The only place that decides it.

`question` is a professional's about a need: the first step towards a match, and professionals have no needs. What
stands beside a match (terms, reports, evaluations, questions, complaints) is about the match.
"""
TABLE = Table(
    "proxy",
    [
        Transition(
            "end",
            frozenset({ProxyState.UPCOMING.value, ProxyState.RUNNING.value}),
            ProxyState.ENDED.value,
            frozenset({Part.HOLDER}),
        )
    ],
)


@dataclass(frozen=True, slots=True)
class Mandate:
    """What is stated of a proxy. Only a relative has `name`, `relationship` and `phone`; both days are included."""

    kind: ProxyKind
    powers: tuple[Power, ...]
    valid_from: date
    valid_until: date
    evidence: str
    name: str = ""
    relationship: str = ""
    phone: str = ""


def proxies_running(day: date) -> Q:
    """The condition on rows that speak on a day; `Proxy.runs_on` for many."""
    return Q(valid_from__lte=day, valid_until__gte=day) & (Q(ended_on__isnull=True) | Q(ended_on__gt=day))


def proxies_of(subject: Subject) -> QuerySet[Proxy]:
    return Proxy.objects.filter(bank_id=subject.bank_id, subject_kind=subject.kind, subject_id=subject.id)


def proxy_heard(*, about: str, whose: Subject, step: Step) -> None:
    """This function will refuse a step whose named proxy may not speak for that subject, about that, on that day.

    A step that names none passes. A proxy of somebody else, of another bank and of nobody are the same.

    :raises InvalidInput: `no_such_proxy`, `proxy_not_running` or `proxy_lacks_power` at `/proxy`.
    """
    if step.on_behalf is None or step.on_behalf.proxy is None:
        return
    proxy = proxies_of(whose).filter(pk=step.on_behalf.proxy).first()
    if proxy is None:
        raise invalid("/proxy", "no_such_proxy")
    if not proxy.runs_on(step.day):
        raise invalid("/proxy", "proxy_not_running")
    if NEEDED[about] not in proxy.powers:
        raise invalid("/proxy", "proxy_lacks_power")


def mandate_check(mandate: Mandate, *, kind: str, today: date) -> None:
    """:raises InvalidInput: with a pointer for everything that is wrong with a proxy of a subject of this kind."""
    errors = [
        FieldError(f"/powers/{n}", "power_does_not_fit")
        for n, power in enumerate(mandate.powers)
        if power not in FITTING[kind]
    ]
    if not mandate.powers:
        errors.append(FieldError("/powers", "required"))
    errors += _who(mandate) + _when(mandate, today)
    if errors:
        raise InvalidInput(errors)


def _who(mandate: Mandate) -> list[FieldError]:
    said = {"name": mandate.name, "relationship": mandate.relationship, "phone": mandate.phone}
    if mandate.kind == ProxyKind.DESK:
        return [FieldError(f"/{name}", "not_for_a_desk") for name, value in said.items() if value]
    needed = {**said, "phone": "-"}
    return [FieldError(f"/{name}", "required") for name, value in needed.items() if not value.strip()]


def _when(mandate: Mandate, today: date) -> list[FieldError]:
    errors = []
    if mandate.valid_until < mandate.valid_from:
        errors.append(FieldError("/valid_until", "before_start"))
    elif mandate.valid_until < today:
        errors.append(FieldError("/valid_until", "in_the_past"))
    elif (mandate.valid_until - mandate.valid_from).days >= MOST_DAYS:
        errors.append(FieldError("/valid_until", "proxy_too_long", {"days": MOST_DAYS}))
    if (mandate.valid_from - today).days > MOST_DAYS_AHEAD:
        errors.append(FieldError("/valid_from", "proxy_too_far_ahead", {"days": MOST_DAYS_AHEAD}))
    return errors


def proxy_record(*, subject: Subject, mandate: Mandate, step: Step) -> Proxy:
    """This function will record a proxy of a subject that the caller has locked, with one event that names nobody.

    The caller has asked `mandate_check`.
    """
    proxy = Proxy.create(
        at=step.at,
        bank_id=subject.bank_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        kind=mandate.kind,
        name=mandate.name,
        relationship=mandate.relationship,
        phone=mandate.phone,
        **{f"for_{power}": True for power in mandate.powers},
        valid_from=mandate.valid_from,
        valid_until=mandate.valid_until,
        evidence=mandate.evidence,
        channel=step.channel,
        recorded_by_id=step.actor.user_id,
        recorded_by_role=step.role,
    )
    _event(proxy, step, "create", "")
    return proxy


def proxy_end(*, proxy: Proxy, expected_version: int | None, parts: frozenset[Part], step: Step) -> Proxy:
    """This function will end a locked proxy: from the step's day on it speaks no more.

    :raises InvalidInput: a day in the future, or before the proxy was on record.
    :raises StaleVersion: somebody ended it since the caller looked.
    :raises ActionRefused: it has ended, or its period is over.
    """
    if step.day > day_of(step.at):
        raise invalid("/happened_on", "in_the_future")
    if step.day < (recorded_on := day_of(proxy.created_at)):
        raise invalid("/happened_on", "before_last_step", last=str(recorded_on))
    if expected_version is not None and proxy.version != expected_version:
        raise StaleVersion(version=proxy.version)
    state = proxy.state_on(day_of(step.at))
    if TABLE.find_for("end", state, parts) is None:
        refusal = Refusal("state_forbids", {"state": state.value, "of": "proxy"})
        allowed = TABLE.allowed(state, parts)
        raise ActionRefused(state=state, action="end", allowed_actions=allowed, refusals=[refusal])
    proxy.ended_on, proxy.ended_at = step.day, step.at
    proxy.ended_by_id, proxy.ended_by_role = step.actor.user_id, step.role
    proxy.save_step(at=step.at)
    _event(proxy, step, "end", state)
    return proxy


def _event(proxy: Proxy, step: Step, action: str, from_state: str) -> None:
    """The chain of the proxy: what it may and when, never who it is."""
    facts = {
        "subject_kind": proxy.subject_kind,
        "subject_id": proxy.subject_id,
        "kind": proxy.kind,
        "powers": proxy.powers,
        "valid_from": proxy.valid_from,
        "valid_until": proxy.valid_until,
    }
    state = proxy.state_on(day_of(step.at)).value
    subject = Subject("proxy", proxy.pk, proxy.bank_id)
    event_record(subject, step, action=action, from_state=from_state, to_state=state, facts=facts)
