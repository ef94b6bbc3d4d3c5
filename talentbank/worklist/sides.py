"""What waits for professionals, organizations and a desk that acts for them. The other side is a card at most."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from talentbank.banks.models import REQUIRED_TO_SUBMIT
from talentbank.core.actors import ORGANIZATION_ROLES, Role, Side
from talentbank.core.audit import Subject
from talentbank.core.clock import day_of
from talentbank.matches.desks import desk_sides
from talentbank.matches.evaluations import evaluable
from talentbank.matches.models import Evaluation, Match, MatchQuestion, WorkReport, WorkReportState
from talentbank.matches.pushes import pushes_visible
from talentbank.matches.selectors import counterpart_known, matches_visible
from talentbank.matches.states import CLOSED_STATES, INTRODUCING, State
from talentbank.needs.models import Confidentiality, Need, NeedQuestion, NeedState
from talentbank.organizations.models import Organization
from talentbank.privacy.selectors import consents_missing
from talentbank.professionals.models import Professional
from talentbank.ranking.selectors import card_headline
from talentbank.registrations.models import Registration, RegistrationState
from talentbank.worklist.items import Reader, Waiting
from talentbank.worklist.rows import start_of

RENEWAL_DAYS = 60


Spoken = Mapping[Side, QuerySet[Match]]
"""The matches in which the reader speaks for a side."""
SpokenBy = Callable[[Reader], Spoken]


def _matches() -> QuerySet[Match]:
    return Match.objects.select_related("bank", "need__organization", "professional").order_by("id")


def own(reader: Reader) -> Spoken:
    actor, rows = reader.actor, _matches()
    return {
        Side.PROFESSIONAL: rows.filter(professional_id__in=actor.ids_as(Role.PROFESSIONAL)),
        Side.ORGANIZATION: rows.filter(need__organization_id__in=actor.ids_as(*ORGANIZATION_ROLES)),
    }


def own_to_bind(reader: Reader) -> Spoken:
    """Where the reader may confirm terms: of an organization only owners do."""
    owned = reader.actor.ids_as(Role.OWNER)
    spoken = own(reader)
    return {**spoken, Side.ORGANIZATION: spoken[Side.ORGANIZATION].filter(need__organization_id__in=owned)}


def helped(reader: Reader) -> Spoken:
    """Of the people that a desk acts for, to be asked by telephone or at the counter."""
    acting = desk_sides(reader.actor, matches_visible(reader.actor).order_by("id"))
    return {side: _matches().filter(pk__in=[id for id, sides in acting.items() if side in sides]) for side in Side}


def _title(match: Match, side: Side) -> str:
    """What a side may see: the need's title, or the other side's card until they were introduced."""
    if side is Side.PROFESSIONAL:
        return match.need.title
    return match.professional.name if counterpart_known(match) else card_headline(match.professional)


def _match(match: Match, side: Side, **more: object) -> Waiting:
    return Waiting(
        kind="match",
        id=match.pk,
        bank_id=match.bank_id,
        version=match.version,
        title=_title(match, side),
        reference=match.reference,
        record=f"matches/{match.pk}",
        **{"since": match.state_since, "due_on": match.due_on, **more},  # type: ignore[arg-type]
    )


def answers(reader: Reader, spoken: SpokenBy = own) -> Iterator[Waiting]:
    for side, rows in spoken(reader).items():
        yield from (_match(match, side) for match in rows.filter(state=f"awaiting_{side}"))


def terms_to_confirm(reader: Reader, spoken: SpokenBy = own_to_bind) -> Iterator[Waiting]:
    """Terms under negotiation that one's own side has not confirmed."""
    return _unconfirmed(spoken(reader), list(INTRODUCING))


def terms_to_amend(reader: Reader, spoken: SpokenBy = own_to_bind) -> Iterator[Waiting]:
    """Changed terms of running work that one's own side has not agreed to."""
    return _unconfirmed(spoken(reader), [State.CONTRACTED, State.ACTIVE, State.SUSPENDED])


def _unconfirmed(spoken: Spoken, states: list[State]) -> Iterator[Waiting]:
    """The newest version of the terms."""
    for side, rows in spoken.items():
        for match in rows.filter(state__in=states, terms_version__gt=0).prefetch_related("terms"):
            newest = max(match.terms.all(), key=lambda terms: terms.number)
            if newest.number > match.agreed_terms_version and not getattr(newest, f"{side}_confirmed_at"):
                yield _match(match, side, since=newest.created_at)


def questions(reader: Reader, spoken: SpokenBy = own) -> Iterator[Waiting]:
    for side, rows in spoken(reader).items():
        asked = MatchQuestion.objects.filter(match__in=rows, asked_side=side.other, answered_at__isnull=True)
        for question in asked.select_related("match__need", "match__professional").order_by("id"):
            title = _title(question.match, side)
            yield _beside("question", "questions", question, question.match, title, question.created_at)


def _beside(
    kind: str, place: str, row: MatchQuestion | WorkReport, match: Match, title: str, since: datetime
) -> Waiting:
    return Waiting(
        kind=kind,
        id=row.pk,
        bank_id=match.bank_id,
        version=row.version,
        title=title,
        since=since,
        reference=match.reference,
        record=f"matches/{match.pk}/{place}/{row.pk}",
        match=match.pk,
    )


def need_questions(reader: Reader) -> Iterator[Waiting]:
    mine = reader.actor.ids_as(*ORGANIZATION_ROLES)
    asked = NeedQuestion.objects.filter(need__organization_id__in=mine, answered_at__isnull=True)
    for question in asked.select_related("need").order_by("id"):
        yield Waiting(
            kind="question",
            id=question.pk,
            bank_id=question.need.bank_id,
            version=question.version,
            title=question.need.title,
            since=question.created_at,
            reference=question.need.reference,
            record=f"needs/{question.need_id}/questions/{question.pk}",
            need=question.need_id,
        )


def work_reports(reader: Reader, spoken: SpokenBy = own) -> Iterator[Waiting]:
    """Reports that the organization has not answered."""
    side = Side.ORGANIZATION
    rows = spoken(reader)[side]
    return _reports(side, WorkReport.objects.filter(match__in=rows, state=WorkReportState.FILED))


def reports_returned(reader: Reader) -> Iterator[Waiting]:
    """Reports that the professional was asked to put right, while the work still runs and no newer one was filed."""
    side = Side.PROFESSIONAL
    rows = own(reader)[side]
    newer = WorkReport.objects.filter(match=OuterRef("match"), created_at__gt=OuterRef("answered_at"))
    returned = WorkReport.objects.filter(match__in=rows, state=WorkReportState.RETURNED).exclude(Exists(newer))
    waiting = _reports(side, returned.exclude(match__state__in=sorted(CLOSED_STATES)))
    return (replace(each, record=each.record.partition("/work-reports/")[0]) for each in waiting)  # filed anew there


def _reports(side: Side, reports: QuerySet[WorkReport]) -> Iterator[Waiting]:
    for report in reports.select_related("match__need", "match__professional").order_by("id"):
        since = report.answered_at or report.created_at
        yield _beside("work_report", "work-reports", report, report.match, _title(report.match, side), since)


def deliveries(reader: Reader, spoken: SpokenBy = own) -> Iterator[Waiting]:
    side = Side.ORGANIZATION
    return (_match(match, side) for match in spoken(reader)[side].filter(state=State.DELIVERED))


def starts(reader: Reader, spoken: SpokenBy = own) -> Iterator[Waiting]:
    for side, rows in spoken(reader).items():
        for match in rows.filter(state=State.CONTRACTED).prefetch_related("terms"):
            if start_of(match) <= reader.today:
                yield _match(match, side, due_on=start_of(match))


def evaluations(reader: Reader, spoken: SpokenBy = own) -> Iterator[Waiting]:
    for side, rows in spoken(reader).items():
        given = Evaluation.objects.filter(match__in=rows, side=side, voided_at__isnull=True)
        done = set(given.values_list("match_id", flat=True))
        for match in rows.filter(ended_at__isnull=False):
            if match.ended_at is None or match.pk in done or not evaluable(match):
                continue
            closes = day_of(match.ended_at) + timedelta(days=match.bank.policy.evaluation_days)
            if reader.today <= closes:
                yield _match(match, side, since=match.ended_at, due_on=closes)


def _own(reader: Reader, where: Q) -> Iterator[tuple[str, Registration]]:
    """The reader's own registrations; of an organization those it owns."""
    held = Professional.objects.filter(where, pk__in=reader.actor.ids_as(Role.PROFESSIONAL))
    owned = Organization.objects.filter(where, pk__in=reader.actor.ids_as(Role.OWNER))
    yield from (("professional", row) for row in held.order_by("id"))
    yield from (("organization", row) for row in owned.order_by("id"))


def _registration(row: Registration, kind: str, **more: object) -> Waiting:
    return Waiting(
        kind=kind,
        id=row.pk,
        bank_id=row.bank_id,
        version=row.version,
        title=row.name,  # type: ignore[attr-defined]
        reference=row.reference,
        record=f"{kind}s/{row.pk}",
        **{"since": row.updated_at, **more},  # type: ignore[arg-type]
    )


def changes_requested(reader: Reader) -> Iterator[Waiting]:
    for kind, row in _own(reader, Q(registration_state=RegistrationState.CHANGES_REQUESTED)):
        yield _registration(row, kind)
    mine = Need.objects.filter(organization_id__in=reader.actor.ids_as(*ORGANIZATION_ROLES))
    for need in mine.filter(state=NeedState.CHANGES_REQUESTED).order_by("id"):
        yield _need(need)


def _need(need: Need, **more: object) -> Waiting:
    return Waiting(
        kind="need",
        id=need.pk,
        bank_id=need.bank_id,
        version=need.version,
        title=need.title,
        reference=need.reference,
        record=f"needs/{need.pk}",
        **{"since": need.state_since, **more},  # type: ignore[arg-type]
    )


def renewals(reader: Reader) -> Iterator[Waiting]:
    """Registrations that end soon, and those that have ended and can still be renewed in one step."""
    soon = reader.today + timedelta(days=RENEWAL_DAYS)
    lasting = Q(registration_state=RegistrationState.APPROVED, valid_until__gte=reader.today, valid_until__lte=soon)
    wanted = lasting | Q(registration_state=RegistrationState.EXPIRED)
    return (_registration(row, kind, due_on=row.valid_until) for kind, row in _own(reader, wanted))


def consents(reader: Reader) -> Iterator[Waiting]:
    """Texts that have a new version since the holder consented."""
    for kind, row in _own(reader, Q(registration_state=RegistrationState.APPROVED)):
        if consents_missing(Subject(kind, row.pk, row.bank_id), REQUIRED_TO_SUBMIT, reader.at):
            yield _registration(row, kind)


def summaries(reader: Reader) -> Iterator[Waiting]:
    waiting = Need.objects.filter(
        organization_id__in=reader.actor.ids_as(Role.OWNER),
        state__in=[NeedState.SUBMITTED, NeedState.OPEN],
        confidentiality=Confidentiality.PUBLIC,
        summary_agreed_at__isnull=True,
    ).exclude(public_summary="")
    return (_need(need, since=need.updated_at) for need in waiting.order_by("id"))


def pushes(reader: Reader) -> Iterator[Waiting]:
    """Needs that were pointed out within the week, are still open and still to be seen by who may answer them."""
    week = reader.today - timedelta(days=7)
    seen = pushes_visible(reader.actor).filter(professional_id__in=reader.actor.ids_as(Role.PROFESSIONAL))
    for push in seen.filter(week__gt=week, need__state=NeedState.OPEN).order_by("id"):
        yield _need(push.need, since=push.created_at, due_on=push.need.deadline)
