"""Writing consents and the disclosure log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import reduce
from operator import or_

from django.db import transaction
from django.db.models import Q

from talentbank.banks.models import TextKind
from talentbank.banks.selectors import texts_current
from talentbank.core.actors import Actor, Channel, Role
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.errors import FieldError, InvalidInput, StaleVersion
from talentbank.core.models import lock
from talentbank.core.revision import revision_bump
from talentbank.privacy.models import Consent, Disclosure
from talentbank.privacy.policies import runs
from talentbank.privacy.proxies import proxy_heard


@transaction.atomic
def consents_grant(
    *, subject: Subject, kinds: Iterable[str], actor: Actor, channel: Channel, at: datetime, pointer: str = "/consents"
) -> list[Consent]:
    """This function will record consents to the texts that hold now; an older version's consent ends.

    `pointer` is where the caller's input holds the kinds.

    :raises InvalidInput: the bank has no such text today.
    """
    return [row for row, _ in _grant(subject, kinds, actor, channel, at, pointer)]


def _grant(
    subject: Subject, kinds: Iterable[str], actor: Actor, channel: Channel, at: datetime, pointer: str
) -> list[tuple[Consent, bool]]:
    """Return each consent, and whether it is new: of equal calls at once, one creates and all return the same row."""
    current = {text.kind: text for text in texts_current(subject.bank_id, at).filter(language="ja")}
    wanted = list(dict.fromkeys(kinds))
    if missing := [n for n, kind in enumerate(wanted) if kind not in current]:
        raise InvalidInput([FieldError(f"{pointer}/{n}", "no_such_text") for n in missing])
    granted = []
    for kind in wanted:
        text = current[kind]
        held = Consent.objects.filter(subject_kind=subject.kind, subject_id=subject.id, text_kind=kind)
        for outdated in held.filter(withdrawn_at__isnull=True).exclude(text_number=text.number).select_for_update():
            outdated.withdrawn_at = max(at, outdated.granted_at)
            outdated.save_step(at=at)
        granted.append(
            Consent.objects.get_or_create(
                subject_kind=subject.kind,
                subject_id=subject.id,
                text_kind=kind,
                withdrawn_at__isnull=True,
                defaults={
                    "created_at": at,
                    "updated_at": at,
                    "bank_id": subject.bank_id,
                    "text_number": text.number,
                    "text_sha256": text.sha256,
                    "channel": channel,
                    "obtained_by_id": actor.user_id,
                    "granted_at": at,
                },
            )
        )
    return granted


@transaction.atomic
def consents_give(
    *, subject: Subject, kinds: Iterable[str], step: Step, channel: Channel, pointer: str = "/consents"
) -> list[Consent]:
    """This function will record consents as a step of its own, which ranking then sees; a new one leaves an event.

    :raises InvalidInput: the bank has no such text today, or a proxy is named who may not speak here.
    """
    proxy_heard(about="consent", whose=subject, step=step)
    granted = _grant(subject, kinds, step.actor, channel, step.at, pointer)
    rows = Consent.objects.filter(pk__in=[row.pk for row, _ in granted])
    rows.update(revision=revision_bump(subject.bank_id))
    for row, is_new in granted:
        if is_new:
            _recorded(row, step, "give")
    return [row for row, _ in granted]


@transaction.atomic
def consent_withdraw(*, consent: Consent, expected_version: int, step: Step) -> Consent:
    """This function will end a consent; what it allowed stops with it. A second withdrawal changes nothing.

    :raises InvalidInput: a proxy is named who may not speak here.
    :raises StaleVersion: somebody changed it since the caller looked.
    """
    row = lock(Consent, consent.pk)
    proxy_heard(about="consent", whose=Subject(row.subject_kind, row.subject_id, row.bank_id), step=step)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    if runs(row):
        row.withdrawn_at = max(step.at, row.granted_at)
        row.revision = revision_bump(row.bank_id)
        row.save_step(at=step.at)
        _recorded(row, step, "withdraw")
    return row


def consents_lock(subjects: Iterable[Subject]) -> None:
    """Lock the consents of these, by id: whoever withdraws one waits for the end of the transaction."""
    whose = reduce(or_, (Q(subject_kind=each.kind, subject_id=each.id) for each in subjects), Q(pk__in=()))
    rows = Consent.objects.filter(whose, withdrawn_at__isnull=True)
    list(rows.select_for_update().order_by("pk").values_list("pk"))


def _recorded(consent: Consent, step: Step, action: str) -> None:
    facts = {
        "subject_kind": consent.subject_kind,
        "subject_id": consent.subject_id,
        "text_kind": consent.text_kind,
        "text_number": consent.text_number,
    }
    event_record(
        Subject("consent", consent.pk, consent.bank_id), step, action=action, from_state="", to_state="", facts=facts
    )


def disclosure_record(
    *, subject: Subject, actor: Actor, role: Role, match_id: object, fields: Sequence[str], at: datetime
) -> Disclosure:
    """This function will log one read of contacts with the consents that allow it."""
    consents = Consent.objects.filter(
        subject_kind=subject.kind, subject_id=subject.id, withdrawn_at__isnull=True, text_kind=TextKind.DISCLOSURE
    )
    return Disclosure.create(
        at=at,
        bank_id=subject.bank_id,
        subject_kind=subject.kind,
        subject_id=subject.id,
        match_id=match_id,
        reader_id=actor.user_id,
        reader_role=role,
        client_id=actor.client_id,
        fields=list(fields),
        consent_ids=[str(pk) for pk in consents.values_list("pk", flat=True)],
    )
