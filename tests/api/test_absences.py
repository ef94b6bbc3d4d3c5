"""Absences and closures: who stands in meanwhile, and which days are no business days."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from talentbank.worklist.models import Absence
from tests import factories
from tests.api.test_worklist import waiting
from tests.factories import make_match, make_staff

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
DAYS = {"away_from": "2026-11-02", "away_until": "2026-11-06"}


@pytest.fixture
def colleague(bank):
    return make_staff(bank)


@pytest.fixture
def third(bank):
    return make_staff(bank)


def place(bank: Any, kind: str = "absences") -> str:
    return f"/api/v1/banks/{bank.slug}/{kind}"


def enter(client: Any, bank: Any, **body: Any) -> Any:
    return client.post(place(bank), {**DAYS, **body})


def test_meanwhile_the_deputy_has_the_work_and_nobody_else(
    session, clock, bank, coordinator, colleague, third, need, professional
):
    make_match(need, professional, "awaiting_approval", coordinator_id=coordinator.pk)
    assert waiting(session(colleague), basket="approvals") == []

    made = enter(session(coordinator), bank, deputy=str(colleague.pk))

    assert made.status_code == 201, made.content.decode()
    (item,) = waiting(session(colleague), basket="approvals")
    assert item["deputy_for"] == str(coordinator.pk)
    assert waiting(session(third), basket="approvals") == []
    clock.forward(days=5)
    assert waiting(session(colleague), basket="approvals") == []


def test_without_a_deputy_at_work_everybody_stands_in(session, bank, coordinator, colleague, third, need, professional):
    make_match(need, professional, "awaiting_approval", coordinator_id=coordinator.pk)
    enter(session(coordinator), bank, deputy=str(colleague.pk))
    enter(session(colleague), bank)

    assert len(waiting(session(third), basket="approvals")) == 1


def test_one_enters_and_strikes_out_ones_own_and_an_admin_anybodys(session, bank, coordinator, colleague, bank_admin):
    assert enter(session(colleague), bank, user=str(coordinator.pk)).status_code == 403
    made = enter(session(bank_admin), bank, user=str(coordinator.pk), deputy=None).json()
    own = f"{place(bank)}/{made['id']}"

    assert session(colleague).delete(own, headers={"If-Match": made["etag"]}).status_code == 403
    assert session(coordinator).delete(own).status_code == 428
    assert session(coordinator).delete(own, headers={"If-Match": '"9.0000000000000000"'}).status_code == 412
    assert session(coordinator).delete(own, headers={"If-Match": made["etag"]}).status_code == 204
    assert not Absence.objects.exists()


def test_an_absence_may_be_of_one_day_and_its_refusal_does_not_say_otherwise(session, bank, coordinator):
    refused = enter(session(coordinator), bank, away_until="2026-11-01").json()

    assert "最初の日以降に" in refused["errors"][0]["detail"]
    assert enter(session(coordinator), bank, away_until=DAYS["away_from"]).status_code == 201


@pytest.mark.parametrize(
    ("body", "pointer", "code"),
    [
        ({"away_until": "2026-11-01"}, "/away_until", "ends_before_it_begins"),
        ({"away_from": "2026-10-01", "away_until": "2026-10-02"}, "/away_until", "in_the_past"),
        ({"deputy": "{own}"}, "/deputy", "not_a_colleague"),
        ({"deputy": "{desk}"}, "/deputy", "not_a_colleague"),
    ],
)
def test_wrong_days_and_deputies_are_refused(session, bank, coordinator, desk, body, pointer, code):
    names = {"{own}": str(coordinator.pk), "{desk}": str(desk.pk)}

    answer = enter(session(coordinator), bank, **{name: names.get(value, value) for name, value in body.items()})

    assert answer.status_code == 400
    assert (pointer, code) in [(error["pointer"], error["code"]) for error in answer.json()["errors"]]
    assert not Absence.objects.exists()


def test_absences_are_the_coordinators_own_business(session, bank, coordinator, professional, desk, other_bank):
    enter(session(coordinator), bank)

    (row,) = session(coordinator).get(place(bank)).json()["results"]
    assert (row["user"], row["user_name"]) == (str(coordinator.pk), coordinator.name)
    for user in (professional.user, desk, make_staff(other_bank)):
        assert session(user).get(place(bank)).status_code == 403
        assert enter(session(user), bank).status_code == 403


def test_a_closed_day_is_public_entered_once_and_struck_out_with_its_events(session, bank, bank_admin, coordinator):
    body = {"day": "2026-12-28", "reason": "庁舎の停電"}
    assert session(coordinator).post(place(bank, "closures"), body).status_code == 403

    made = session(bank_admin).post(place(bank, "closures"), body)

    assert made.status_code == 201, made.content.decode()
    assert session(bank_admin).post(place(bank, "closures"), body).json()["errors"][0]["code"] == "taken"
    past = session(bank_admin).post(place(bank, "closures"), {"day": "2026-10-30"})
    assert past.json()["errors"][0]["code"] == "in_the_past"
    (row,) = session(None).get(place(bank, "closures"), {"since": "2026-12-01"}).json()["results"]
    assert (row["day"], row["reason"]) == ("2026-12-28", "庁舎の停電")

    gone = session(bank_admin).delete(f"{place(bank, 'closures')}/{row['id']}", headers={"If-Match": row["etag"]})
    assert gone.status_code == 204
    told = Event.objects.filter(subject_kind="bank").order_by("sequence").values_list("action", flat=True)
    assert list(told) == ["enter-closure", "remove-closure"]


def test_a_closure_of_another_bank_is_not_found_here(session, bank, bank_admin, other_bank):
    admin = factories.make_staff(other_bank, "bank_admin")
    made = session(admin).post(place(other_bank, "closures"), {"day": "2026-12-28"}).json()

    wrong = f"{place(bank, 'closures')}/{made['id']}"
    assert session(bank_admin).delete(wrong, headers={"If-Match": made["etag"]}).status_code == 404
