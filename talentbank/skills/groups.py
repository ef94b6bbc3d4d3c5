"""Writing the thesaurus: a bank's own groups over the shared ones, and the shared ones after their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from django.db import transaction

from talentbank.banks.models import Bank
from talentbank.core.audit import Step, Subject, event_record
from talentbank.core.errors import Conflict, FieldError, InvalidInput, StaleVersion, invalid
from talentbank.core.models import lock
from talentbank.core.revision import revision_bump
from talentbank.skills.models import GroupSource, ProblemArea, ThesaurusGroup
from talentbank.skills.occurrences import folded
from talentbank.skills.selectors import folded_line, groups_holding, thesaurus_group_get
from talentbank.skills.services import LoadCounts, indexes_outdate
from talentbank.skills.thesaurus import (
    FEWEST_FORMS,
    LONGEST_FORM,
    MOST_MEANINGS,
    OWN_AREAS,
    SynonymGroup,
    says_something,
)

EDITED = ("area", "forms_ja", "forms_en", "note", "active")
READ_BY_RANKING = frozenset({"forms_ja", "forms_en", "active"})
SHORTEST_FORM = 2


class SharedGroup(Conflict):
    """A group that all banks share is never edited in place; a bank's own group stands in for it."""

    code = "thesaurus_group_is_shared"


class StoodInFor(Conflict):
    """The bank has a group of its own in place of this shared one already."""

    code = "thesaurus_group_stood_in_for"


@transaction.atomic
def group_add(*, bank: Bank, values: Mapping[str, Any], step: Step, shared_id: UUID | None = None) -> ThesaurusGroup:
    """This function will add a group to a bank, or put one in place of a shared group.

    What is not said of a group in place of a shared one is taken over from it.

    :raises InvalidInput: no such shared group, or a form that cannot stand.
    :raises StoodInFor: the bank has changed this shared group already.
    """
    lock(Bank, bank.pk)
    shared = _shared(bank, shared_id) if shared_id else None
    taken_over = {name: getattr(shared, name) for name in ("area", "forms_ja", "forms_en")} if shared else {}
    fields = {"area": "", "forms_ja": [], "forms_en": [], "note": "", "active": True, **taken_over, **values}
    _check(bank.pk, fields, shared=shared, group_id=None)
    group = ThesaurusGroup.create(
        at=step.at, bank=bank, source=GroupSource.BANK, shared=shared, **fields, **_derived(fields, shared)
    )
    revision_bump(bank.pk, basis=True)
    _event(group, step, "add-thesaurus-group", before={})
    return group


@transaction.atomic
def group_update(
    *, group: ThesaurusGroup, expected_version: int, changes: Mapping[str, Any], step: Step
) -> ThesaurusGroup:
    """This function will change a bank's own group, or switch it off and on; the event keeps what was.

    :raises SharedGroup: all banks share it.
    :raises StaleVersion: somebody changed it since the caller looked.
    :raises InvalidInput: a form that cannot stand.
    """
    row, bank_id = _locked(group, expected_version)
    before = {name: getattr(row, name) for name in EDITED}
    fields = {**before, **changes}
    _check(bank_id, fields, shared=row.shared, group_id=row.pk)
    for name, value in {**fields, **_derived(fields, row.shared)}.items():
        setattr(row, name, value)
    row.save_step(at=step.at)
    moved = {name: before[name] for name in EDITED if before[name] != fields[name]}
    if moved.keys() & READ_BY_RANKING:
        revision_bump(bank_id, basis=True)
    _event(row, step, "change-thesaurus-group", before=moved)
    return row


@transaction.atomic
def group_remove(*, group: ThesaurusGroup, expected_version: int, step: Step) -> None:
    """This function will strike out a bank's own group; a shared one that it stood in for holds again.

    :raises SharedGroup: all banks share it.
    :raises StaleVersion: somebody changed it since the caller looked.
    """
    row, bank_id = _locked(group, expected_version)
    before = {name: getattr(row, name) for name in EDITED}
    kept = row.pk
    row.delete()
    row.pk = kept  # the event still names it
    revision_bump(bank_id, basis=True)
    _event(row, step, "remove-thesaurus-group", before=before)


@transaction.atomic
def thesaurus_load(*, groups: Iterable[SynonymGroup], source: GroupSource, at: datetime) -> LoadCounts:
    """This function will bring the shared groups of one source in line with its file; a second run changes nothing.

    A group that left the file is deleted. Where a bank's own stands in for it, it stays, switched off, and is `kept`.
    """
    counts, new, changed = LoadCounts(), [], []
    held = {row.code: row for row in ThesaurusGroup.objects.filter(bank__isnull=True, source=source)}
    for group in groups:
        values = _values(group)
        row = held.pop(group.code, None)
        if row is None:
            new.append(ThesaurusGroup(created_at=at, updated_at=at, source=source, code=group.code, **values))
        elif any(getattr(row, name) != value for name, value in values.items()):
            _overwrite(row, values, at)
            changed.append(row)
        else:
            counts.unchanged += 1
    in_use = set(ThesaurusGroup.objects.filter(shared__in=held.values()).values_list("shared_id", flat=True))
    counts.kept = sorted(code for code, row in held.items() if row.pk in in_use)
    gone = [row for row in held.values() if row.pk in in_use and row.active]
    for row in gone:
        _overwrite(row, {"active": False}, at)
    ThesaurusGroup.objects.bulk_create(new, batch_size=500)
    ThesaurusGroup.objects.bulk_update([*changed, *gone], WRITTEN, batch_size=100)
    removed = [row.pk for row in held.values() if row.pk not in in_use]
    for first in range(0, len(removed), 500):
        ThesaurusGroup.objects.filter(pk__in=removed[first : first + 500]).delete()
    counts.created, counts.changed, counts.removed = len(new), len(changed) + len(gone), len(removed)
    if counts.wrote:
        indexes_outdate()
    return counts


WRITTEN = ("area", "forms_ja", "forms_en", "silent", "active", "folded_forms", "version", "updated_at")


def _overwrite(row: ThesaurusGroup, values: Mapping[str, Any], at: datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.version, row.updated_at = row.version + 1, at


def _values(group: SynonymGroup) -> dict[str, Any]:
    fields = {"forms_ja": list(group.forms), "forms_en": list(group.forms_en)}
    return {
        "area": group.area,
        **fields,
        "silent": sorted(group.silent),
        "active": True,
        "folded_forms": _folded_forms(fields),
    }


def _derived(fields: Mapping[str, Any], shared: ThesaurusGroup | None) -> dict[str, Any]:
    """A form that is silent in the shared group stays so in what stands in for it."""
    silent = {folded(form) for form in shared.silent} if shared else set()
    forms = [*fields["forms_ja"], *fields["forms_en"]]
    return {"silent": [form for form in forms if folded(form) in silent], "folded_forms": _folded_forms(fields)}


def _folded_forms(fields: Mapping[str, Any]) -> str:
    lines = (folded_line(form).removeprefix("\n") for form in [*fields["forms_ja"], *fields["forms_en"]])
    return "\n" + "".join(lines)


def _shared(bank: Bank, shared_id: UUID) -> ThesaurusGroup:
    shared = ThesaurusGroup.objects.filter(pk=shared_id, bank__isnull=True).first()
    if shared is None:
        raise invalid("/shared", "unknown_thesaurus_group")
    if ThesaurusGroup.objects.filter(bank=bank, shared=shared).exists():
        raise StoodInFor()
    return shared


def _locked(group: ThesaurusGroup, expected_version: int) -> tuple[ThesaurusGroup, UUID]:
    if group.bank_id is None:
        raise SharedGroup()
    lock(Bank, group.bank_id)
    row = thesaurus_group_get(group.bank_id, group.pk)
    if row.version != expected_version:
        raise StaleVersion(version=row.version)
    return row, group.bank_id


def _check(bank_id: UUID, fields: Mapping[str, Any], *, shared: ThesaurusGroup | None, group_id: UUID | None) -> None:
    """:raises InvalidInput: with a pointer to every form that cannot stand."""
    errors = list(_form_errors(fields, allowed=shared.forms if shared else ()))
    if len(fields["forms_ja"]) + len(fields["forms_en"]) < FEWEST_FORMS:
        errors.append(FieldError("/forms_ja", "too_few_forms", {"minimum": FEWEST_FORMS}))
    area = fields["area"]
    if area and not (shared and area == shared.area) and not _is_area(area):
        errors.append(FieldError("/area", "unknown_area"))
    if not errors:
        errors += _ambiguities(bank_id, fields, ignoring=[id for id in (group_id, shared and shared.pk) if id])
    if errors:
        raise InvalidInput(errors)


def _is_area(code: str) -> bool:
    return code in OWN_AREAS or ProblemArea.objects.filter(code=code).exists()


def _form_errors(fields: Mapping[str, Any], *, allowed: Iterable[str]) -> Iterator[FieldError]:
    """`allowed`: forms of the shared group, which may stay as they are."""
    known = {folded(form).strip() for form in allowed}
    seen: set[str] = set()
    for name in ("forms_ja", "forms_en"):
        for position, form in enumerate(fields[name]):
            read = folded(form).strip()
            wrong = FieldError(f"/{name}/{position}", "duplicate_item") if read in seen else None
            if wrong is None and read not in known:
                wrong = _form_error(f"/{name}/{position}", form, read)
            if wrong:
                yield wrong
            seen.add(read)


def _form_error(pointer: str, form: str, read: str) -> FieldError | None:
    if len(form) > LONGEST_FORM:
        return FieldError(pointer, "max_length", {"maximum": LONGEST_FORM})
    if len(read) < SHORTEST_FORM:
        return FieldError(pointer, "form_too_short", {"minimum": SHORTEST_FORM})
    if "\n" in read or not says_something(form):
        return FieldError(pointer, "says_nothing", {"form": form})
    return None


def _ambiguities(bank_id: UUID, fields: Mapping[str, Any], *, ignoring: Iterable[UUID]) -> Iterator[FieldError]:
    forms = [*fields["forms_ja"], *fields["forms_en"]]
    for form, groups in groups_holding(bank_id, forms, ignoring=ignoring).items():
        if len(groups) >= MOST_MEANINGS:
            name = "forms_ja" if form in fields["forms_ja"] else "forms_en"
            pointer = f"/{name}/{fields[name].index(form)}"
            yield FieldError(pointer, "ambiguous_form", {"form": form, "groups": [row.forms[0] for row in groups]})


def _event(group: ThesaurusGroup, step: Step, action: str, *, before: Mapping[str, Any]) -> None:
    """The words go apart, as all words do; the event names the group."""
    assert group.bank_id
    facts = {"group": str(group.pk), "shared": group.shared.code if group.shared else "", "active": group.active}
    texts = {"after": {name: getattr(group, name) for name in ("forms_ja", "forms_en")}, "before": dict(before)}
    subject = Subject("bank", group.bank_id, group.bank_id)
    event_record(subject, step, action=action, from_state="", to_state="", facts=facts, texts=texts)
