"""A support desk and the matches of those it acts for: it sees what the side sees, and acts for it, on record."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.core.models import Event
from talentbank.privacy.models import Disclosure
from talentbank.registrations.models import RegistrationHelper
from tests import factories
from tests.api.match_calls import URL, call, etag_of, post, refusals
from tests.api.match_places import READS, WRITES

pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]
FOR_PROFESSIONAL = {"on_behalf_of": "professional", "channel": "phone", "evidence_note": "電話で本人に確認"}


@pytest.fixture
def professional(bank, desk):
    """An elderly person without an account, typed in at the counter."""
    return factories.make_professional(bank, name="阿武隈 ひとみ", user=None, entered_by=desk)


def ids(client: Any, **query: Any) -> list[str]:
    return [row["id"] for row in client.get(URL, query).json()["results"]]


def test_a_desk_answers_from_its_worklist_for_whom_it_typed_in(session, need, professional, desk):
    """List, read, etag, answer: no coordinator is needed in between."""
    match = factories.make_match(need, professional, "awaiting_professional")
    client = session(desk)

    assert ids(client) == [str(match.pk)]
    (item,) = client.get("/api/v1/me/worklist", {"basket": "answers_to_collect"}).json()["results"]
    accept = next(call for call in item["settles"] if call["action"] == "accept")
    answer = client.post(accept["href"], FOR_PROFESSIONAL, headers={"If-Match": item["etag"]})

    assert answer.json()["state"] == "awaiting_organization", answer.content.decode()
    assert answer.json()["answers"] == {"professional": "yes", "organization": None}
    event = Event.objects.get(subject_id=match.pk, action="accept")
    assert (event.actor_role, event.on_behalf_of) == ("support_desk", "professional")
    assert client.get("/api/v1/me/worklist", {"basket": "answers_to_collect"}).json()["results"] == []


def test_a_desk_sees_the_other_side_as_a_card_until_the_introduction(session, need, professional, desk):
    match = factories.make_match(need, professional, "awaiting_organization")

    read = session(desk).get(f"{URL}/{match.pk}").json()

    assert read["professional"]["name"] == professional.name
    assert read["organization"] == {"id": None, "name": None} and read["staff"] is None
    told = "".join(session(desk).get(f"{URL}/{match.pk}{place}").content.decode() for _, place, _ in READS)
    hidden = [need.organization.name, need.organization.contact_name, need.organization.contact_email]
    assert [word for word in hidden if word in told] == []


@pytest.mark.parametrize("how", ["typed the need in", "helped the organization", "typed the answer in"])
def test_a_desk_that_acts_for_the_organization_sees_the_professional_as_a_card(session, bank, need, desk, how):
    professional = factories.make_professional(bank, name="飯坂 次郎")
    fields = {"organization_answer_by": desk} if how == "typed the answer in" else {}
    match = factories.make_match(need, professional, "awaiting_approval", **fields)
    if how == "typed the need in":
        need.entered_by = desk
        need.save_step(at=factories.AT)
    if how == "helped the organization":
        RegistrationHelper.objects.create(subject_kind="organization", subject_id=need.organization_id, user_id=desk.pk)

    read = session(desk).get(f"{URL}/{match.pk}")

    assert read.status_code == 200 and ids(session(desk)) == [str(match.pk)]
    assert read.json()["organization"]["name"] == need.organization.name
    assert professional.name not in read.content.decode() and read.json()["professional"]["card"]


@pytest.mark.parametrize("state", ["prospect", "awaiting_organization"])
def test_what_the_side_does_not_see_its_desk_does_not_see(session, need, professional, desk, state):
    match = factories.make_match(need, professional, state, professional_answer="")

    assert session(desk).get(f"{URL}/{match.pk}").status_code == 404
    assert ids(session(desk)) == []


NOTED = {"kind": "note", "text": "本人には未連絡"}
DESK_READS = [*(sub for _, sub, _ in READS), "/notes", "/questions"]
DESK_WRITES = [(sub, body) for _, sub, body in WRITES if sub != "/conflicts"]
OTHER_WRITES = [("/complaints", {"about": "staff", "text": "遅い"}), ("/questions", {"text": "いつですか。"})]
"""What stands under a match and is written on behalf of a side; decisions on conflicts never are."""


@pytest.mark.parametrize("state", ["prospect", "awaiting_organization"])
def test_nothing_of_a_match_that_the_side_does_not_see_is_its_desks(
    session, need, professional, desk, coordinator, state
):
    match = factories.make_match(need, professional, state, professional_answer="")
    place, client, etag = f"{URL}/{match.pk}", session(desk), etag_of(match)
    assert session(coordinator).post(f"{place}/notes", NOTED).status_code == 201
    on_behalf = {sub: {**body, **FOR_PROFESSIONAL} for sub, body in OTHER_WRITES + DESK_WRITES}

    read = {sub: client.get(f"{place}{sub}").status_code for sub in DESK_READS}
    sent = {sub: call(client, "POST", f"{place}{sub}", body, etag).status_code for sub, body in on_behalf.items()}
    noted = client.post(f"{place}/notes", NOTED).status_code

    assert {*read.values(), *sent.values(), noted} == {404}, (read, sent, noted)


def test_a_desk_decides_nothing_and_acts_on_behalf_alone(session, need, professional, desk):
    match = factories.make_match(need, professional, "awaiting_professional")
    client = session(desk)
    rows = client.get(f"{URL}/{match.pk}/actions").json()["results"]
    told = {row["action"]: (row["allowed"], row["on_behalf"]) for row in rows}

    assert told["accept"] == (True, True) and told["withdraw"] == (True, True)
    assert told["approve"] == (False, False) and told["cancel"] == (False, False)
    assert "accept" in client.get(f"{URL}/{match.pk}").json()["allowed_actions"]
    assert "approve" not in client.get(f"{URL}/{match.pk}").json()["allowed_actions"]
    assert post(client, match, "accept").status_code == 403
    assert post(client, match, "cancel", **FOR_PROFESSIONAL).status_code == 403


def test_a_desk_reads_the_other_sides_contacts_once_introduced_and_each_read_is_logged(
    session, need, professional, desk
):
    match = factories.make_match(need, professional, "awaiting_approval")
    closed = session(desk).get(f"{URL}/{match.pk}/contacts")
    assert (closed.status_code, closed.json()["code"]) == (409, "contacts_closed")
    match.state, match.introduced_at = "introduced", factories.AT
    match.save_step(at=factories.AT)

    read = session(desk).get(f"{URL}/{match.pk}/contacts").json()

    assert list(read) == ["organization"]
    (row,) = Disclosure.objects.all()
    assert (row.subject_id, row.reader_id, row.reader_role) == (need.organization_id, desk.pk, "support_desk")


def test_an_evaluation_of_the_other_side_stays_blind_to_a_desk(session, need, professional, desk, owner):
    match = factories.make_match(need, professional, "completed", ended_at=factories.AT)
    body = {"score": 2, "would_repeat": False, "outcome": "partly", "comment": "連絡が遅い"}
    assert session(owner).post(f"{URL}/{match.pk}/evaluations", body).status_code == 201

    assert "連絡が遅い" not in session(desk).get(f"{URL}/{match.pk}/evaluations").content.decode()


def test_another_desk_and_the_desk_of_another_bank_see_nothing(session, bank, other_bank, need, professional):
    match = factories.make_match(need, professional, "introduced")
    for user in (factories.make_staff(bank, "support_desk"), factories.make_staff(other_bank, "support_desk")):
        assert session(user).get(f"{URL}/{match.pk}").status_code == 404
        assert ids(session(user)) == []


def test_a_list_of_a_desk_asks_no_more_for_many_than_for_one(session, bank, organization, professional, desk):
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            session(desk).get(URL)
        return len(asked)

    factories.make_match(factories.make_need(organization), professional, "introduced")
    one = queries()
    for _ in range(3):
        factories.make_match(factories.make_need(organization), professional, "introduced")

    assert queries() == one


def test_a_desk_learns_no_more_than_the_side_of_why_the_other_is_not_to_be_had(session, bank, need, desk, coordinator):
    resting = factories.make_professional(bank, referral_status="paused")
    match = factories.make_match(need, resting, "awaiting_organization", organization_answer_by=desk)
    behalf = {"on_behalf_of": "organization", "channel": "phone"}

    assert refusals(post(session(desk), match, "accept", **behalf)) == ["not_available"]
    assert refusals(post(session(coordinator), match, "accept", **behalf)) == ["professional_paused"]
