"""Locks in the house's order: organizations, needs, professionals, matches, consents, each by id.

See docs/architecture.md, "Locks".
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from talentbank.core.audit import Step, Subject
from talentbank.core.errors import NotFound
from talentbank.core.models import Row
from talentbank.matches.case import Case
from talentbank.matches.models import Match
from talentbank.matches.states import CLOSED_STATES, RUNNING
from talentbank.needs.models import Need
from talentbank.organizations.models import Organization
from talentbank.privacy.services import consents_lock
from talentbank.professionals.models import Professional

FRESH = ("need", "need__organization", "professional", "bank")


def lock_rows(*, organizations: Iterable[UUID], needs: Iterable[UUID], professionals: Iterable[UUID]) -> None:
    """Lock registrations and needs, in order, each kind by id; with a professional, the organization that holds it.

    As its holder ends, so do its matches.
    """
    people = set(professionals)
    held = Professional.objects.filter(pk__in=people, organization__isnull=False)
    _lock(Organization, {*organizations, *held.values_list("organization_id", flat=True)})
    _lock(Need, needs)
    _lock(Professional, people)


def _lock(rows: type[Row], ids: Iterable[UUID]) -> None:
    """Lock rows without reading them: whoever needs them reads them with their surroundings."""
    list(rows._default_manager.select_for_update().filter(pk__in=set(ids)).order_by("pk").values_list("pk"))


def lock_match(match_id: UUID, step: Step, *, whole_need: bool) -> Case:
    """Lock a match and its surroundings and read it again under the locks.

    `whole_need` locks every match of the need too: a contract may fill it, an undo may reopen what a fill closed.

    :raises NotFound: no such match.
    """
    ids = Match.objects.filter(pk=match_id).values_list("need_id", "need__organization_id", "professional_id").first()
    if ids is None:
        raise NotFound()
    need_id, organization_id, professional_id = ids
    where = Q(need_id=need_id) if whole_need else Q(pk=match_id)
    others = list(Match.objects.filter(where).values_list("pk", "professional_id"))
    lock_rows(
        organizations=[organization_id], needs=[need_id], professionals=[professional_id, *(pro for _, pro in others)]
    )
    _lock(Match, (pk for pk, _ in others))
    return case_of(match_id, step)


def lock_all(
    *,
    matches: Collection[UUID],
    needs: Collection[UUID] = (),
    pairs: Collection[tuple[UUID, UUID]] = (),
    whole_needs: bool = False,
) -> None:
    """Lock many matches, needs, and (need, professional) pairs to be opened, with their surroundings, all in one order.

    The consents of pairs too: each opening asks for them, and the first has locked the bank's revision when the next
    one does. `whole_needs` locks every match of the needs too, as `undo` does.
    """
    of_matches = set(Match.objects.filter(pk__in=matches).values_list("need_id", flat=True))
    every_need = {*of_matches, *needs, *(need_id for need_id, _ in pairs)}
    where = Q(need_id__in=every_need) if whole_needs else Q(pk__in=matches)
    rows = list(Match.objects.filter(where).values_list("pk", "professional_id"))
    lock_rows(
        organizations=Need.objects.filter(pk__in=every_need).values_list("organization_id", flat=True),
        needs=every_need,
        professionals=[professional_id for _, professional_id in [*rows, *pairs]],
    )
    _lock(Match, (pk for pk, _ in rows))
    consents_lock(_subjects_of(pairs))


def _subjects_of(pairs: Collection[tuple[UUID, UUID]]) -> list[Subject]:
    """The two sides of each pair, as consents name them."""
    needs = Need.objects.filter(pk__in=[need_id for need_id, _ in pairs])
    people = Professional.objects.filter(pk__in=[professional_id for _, professional_id in pairs])
    seeking = needs.values_list("organization_id", "bank_id")
    return [
        *(Subject("organization", *ids) for ids in seeking),
        *(Subject("professional", *ids) for ids in people.values_list("pk", "bank_id")),
    ]


def lock_pair(*, need_id: UUID, professional_id: UUID) -> tuple[Need, Professional]:
    """Lock what a creation touches and read it under the locks.

    :raises NotFound: no such need or professional.
    """
    organization_id = Need.objects.filter(pk=need_id).values_list("organization_id", flat=True).first()
    if organization_id is None:
        raise NotFound("/need")
    lock_rows(organizations=[organization_id], needs=[need_id], professionals=[professional_id])
    professional = Professional.objects.filter(pk=professional_id).first()
    if professional is None:
        raise NotFound("/professional")
    return Need.objects.select_related("organization", "bank").get(pk=need_id), professional


def lock_dependents(kind: str, id: UUID) -> None:
    """Lock all that the end of a professional, an organization or a need may touch.

    While it waited, a step may have brought another match back, or somebody drafted a need: then the locks are given
    back and taken anew, for a need is never locked after a professional.
    """
    while True:
        with transaction.atomic():
            locked = _lock_dependents(kind, id)
            if locked.issuperset({*matches_open(kind, id), *_needs_ending(kind, id)}):
                return
            transaction.set_rollback(True)


def _lock_dependents(kind: str, id: UUID) -> set[UUID]:
    """Ids of the matches and needs that are locked."""
    rows = _matches_of(kind, id).exclude(state__in=CLOSED_STATES).values_list("pk", "need_id", "professional_id")
    matches = list(rows)
    needs = {need_id for _, need_id, _ in matches} | _needs_ending(kind, id)
    organizations = set(Need.objects.filter(pk__in=needs).values_list("organization_id", flat=True))
    professionals = {professional_id for *_, professional_id in matches}
    lock_rows(
        organizations=organizations | ({id} if kind == "organization" else set()),
        needs=needs,
        professionals=professionals | ({id} if kind == "professional" else set()),
    )
    _lock(Match, (pk for pk, *_ in matches))
    return needs | {pk for pk, *_ in matches}


def _needs_ending(kind: str, id: UUID) -> set[UUID]:
    """Ids of the needs that end with it, whether or not they have matches."""
    if kind == "organization":
        return set(Need.objects.filter(organization_id=id).values_list("pk", flat=True))
    return {id} if kind == "need" else set()


def _matches_of(kind: str, id: UUID) -> QuerySet[Match]:
    if kind == "organization":  # as the one that seeks help, and as the holder of one that gives it
        return Match.objects.filter(Q(need__organization_id=id) | Q(professional__organization_id=id))
    return Match.objects.filter(**{"professional": {"professional_id": id}, "need": {"need_id": id}}[kind])


def matches_open(kind: str, id: UUID) -> list[UUID]:
    """Ids of open matches that hang on a registration or a need, by id."""
    rows = _matches_of(kind, id).exclude(state__in=CLOSED_STATES).order_by("pk")
    return list(rows.values_list("pk", flat=True))


def match_running(kind: str, id: UUID) -> bool:
    """Tell whether a match in contracted…delivered hangs on it."""
    return _matches_of(kind, id).filter(state__in=RUNNING).exists()


def case_of(match_id: UUID, step: Step) -> Case:
    """Read a match with its surroundings; under the locks this is the truth."""
    match = Match.objects.select_related(*FRESH, "professional__organization").get(pk=match_id)
    return Case(
        match=match,
        need=match.need,
        organization=match.need.organization,
        professional=match.professional,
        bank=match.bank,
        step=step,
    )
