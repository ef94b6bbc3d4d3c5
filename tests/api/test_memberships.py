"""Staff over HTTP: invitations by real mail, roles until a day, and a bank that is never left without an admin."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client

from talentbank.accounts.models import Invitation, StaffMembership
from talentbank.core.models import Event
from talentbank.notifications.models import OutboxMessage
from talentbank.notifications.services import outbox_drain
from tests import factories
from tests.factories import AT, PASSWORD, TODAY

INVITATIONS, MEMBERSHIPS = "/api/v1/invitations", "/api/v1/memberships"
ADDRESS = "hanako@example.jp"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


def invite(client, bank, **more):
    body = {"bank": str(bank.pk), "email": ADDRESS, "role": "coordinator"}
    return client.post(INVITATIONS, body | more.pop("wrong", {}) | more)


def path_in(mail) -> str:
    """The path of the link in a mail."""
    return re.search(r"https?://[^/\s]+(/invitations/\S+)", mail.get_content())[1]


def test_an_invited_person_gets_a_mail_signs_in_and_accepts_by_post(session, mailbox, client, bank, bank_admin):
    made = invite(session(bank_admin), bank, role="support_desk", valid_until="2027-03-31")
    assert made.status_code == 201
    assert outbox_drain(at=AT) == 1
    (mail,) = mailbox.messages
    assert (mail["To"], bank.name in mail["Subject"]) == (ADDRESS, True)
    told = mail.get_content()
    assert "（窓口担当者）" in told and "a member of the support desk" in told and "support_desk" not in told
    path = path_in(mail)
    invited = factories.make_user(email=ADDRESS)

    assert client.get(path)["Location"].startswith("/accounts/login/?next=")
    client.post("/accounts/login/", {"login": ADDRESS, "password": PASSWORD})
    assert client.get(path).status_code == client.head(path).status_code == 200
    assert not StaffMembership.objects.filter(user=invited).exists()
    accepted = client.post(path)

    assert (accepted.status_code, accepted["Location"]) == (302, "/")
    hats = session(invited).get("/api/v1/me").json()["hats"]
    assert [(hat["role"], hat["bank"]) for hat in hats] == [("support_desk", str(bank.pk))]
    assert StaffMembership.objects.get(user=invited).valid_until.isoformat() == "2027-03-31"
    assert client.post(path).status_code == 409


def test_nobody_is_invited_to_a_role_that_has_ended(session, bank, bank_admin):
    refused = invite(session(bank_admin), bank, valid_until=str(TODAY - timedelta(days=1)))

    assert refused.status_code == 400
    assert [(error["pointer"], error["code"]) for error in refused.json()["errors"]] == [
        ("/valid_until", "in_the_past")
    ]
    assert not Invitation.objects.exists() and not OutboxMessage.objects.exists()
    assert invite(session(bank_admin), bank, valid_until=str(TODAY)).status_code == 201, "it holds on its last day"


def test_an_invitation_to_a_role_that_ended_meanwhile_is_spent(session, mailbox, client, clock, bank, bank_admin):
    invite(session(bank_admin), bank, valid_until=str(TODAY))
    outbox_drain(at=AT)
    clock.forward(days=1)
    client.force_login(factories.make_user(email=ADDRESS))

    assert client.post(path_in(mailbox.messages[0])).status_code == 409
    assert not StaffMembership.objects.filter(user__email=ADDRESS).exists()


def test_the_token_is_in_the_mail_alone(session, mailbox, bank, bank_admin):
    made = invite(session(bank_admin), bank)
    outbox_drain(at=AT)
    token = path_in(mailbox.messages[0]).rpartition("/")[2]

    told = made.content.decode() + session(bank_admin).get(INVITATIONS).content.decode()

    assert token not in told
    assert Invitation.objects.get().token_hash != token
    assert OutboxMessage.objects.get().context == {}


def test_an_invitation_is_for_one_address(session, mailbox, client, bank, bank_admin):
    invite(session(bank_admin), bank)
    outbox_drain(at=AT)
    client.force_login(factories.make_user())

    assert client.post(path_in(mailbox.messages[0])).status_code == 409
    assert Invitation.objects.get().accepted_at is None


@pytest.mark.parametrize("spent", ["revoked", "expired"])
def test_a_spent_invitation_opens_nothing(session, clock, mailbox, client, bank, bank_admin, spent):
    made = invite(session(bank_admin), bank).json()
    outbox_drain(at=AT)
    invited = factories.make_user(email=ADDRESS)
    if spent == "revoked":
        place = f"{INVITATIONS}/{made['id']}"
        revoked = session(bank_admin).post(f"{place}/revoke", {}, headers={"If-Match": made["etag"]})
        assert revoked.json()["revoked_at"]
        again = session(bank_admin).post(f"{place}/revoke", {}, headers={"If-Match": revoked.json()["etag"]})
        assert (again.status_code, again.json()["code"]) == (409, "invitation_spent")
    else:
        clock.forward(days=14)
    client.force_login(invited)

    assert client.post(path_in(mailbox.messages[0])).status_code == 409
    assert not StaffMembership.objects.filter(user=invited).exists()


def test_accepting_needs_the_csrf_token(session, mailbox, bank, bank_admin):
    invite(session(bank_admin), bank)
    outbox_drain(at=AT)
    careful = Client(enforce_csrf_checks=True)
    careful.force_login(factories.make_user(email=ADDRESS))

    assert careful.post(path_in(mailbox.messages[0])).status_code == 403


@pytest.mark.parametrize("who", ["coordinator", "desk", "analyst"])
def test_only_an_admin_of_the_bank_invites(request, session, bank, other_bank, who):
    for user in (request.getfixturevalue(who), factories.make_staff(other_bank, "bank_admin")):
        assert invite(session(user), bank).status_code == 403
    assert not OutboxMessage.objects.exists()


@pytest.mark.parametrize(
    ("more", "pointer"),
    [
        ({"email": "no address"}, "/email"),
        ({"email": "太郎@example.jp"}, "/email"),
        ({"role": "owner"}, "/role"),
        ({"bank": "x"}, "/bank"),
        ({"valid_until": "2027-02-30"}, "/valid_until"),
    ],
)
def test_a_wrong_invitation_is_pointed_at(session, bank, bank_admin, more, pointer):
    answer = invite(session(bank_admin), bank, wrong=more)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)


def test_who_has_the_role_is_not_invited_again(session, bank, bank_admin, coordinator):
    answer = invite(session(bank_admin), bank, email=coordinator.email.upper())

    assert (answer.status_code, answer.json()["code"]) == (409, "membership_exists")


def test_a_role_that_ran_out_is_given_anew_and_the_old_one_ends(session, mailbox, client, bank, bank_admin):
    invited = factories.make_staff(bank, user=factories.make_user(email=ADDRESS), valid_until=TODAY - timedelta(days=1))
    analyst = factories.make_staff(bank, "analyst", valid_until=TODAY - timedelta(days=1))
    assert invite(session(bank_admin), bank).status_code == 201
    outbox_drain(at=AT)
    (mail,) = mailbox.messages
    client.force_login(invited)

    accepted = client.post(path_in(mail))

    assert accepted.status_code == 302
    assert [hat["role"] for hat in session(invited).get("/api/v1/me").json()["hats"]] == ["coordinator"]
    before, now = StaffMembership.objects.filter(user=invited).order_by("id")
    assert (before.ended_at, now.ended_at, now.valid_until) == (AT, None, None)
    steps = Event.objects.filter(subject_id__in=[before.pk, now.pk]).order_by("sequence")
    assert [(event.subject_id, event.action) for event in steps] == [(before.pk, "end"), (now.pk, "create")]
    assert StaffMembership.objects.get(user=analyst).ended_at is None, "of others nothing ends"


@pytest.mark.parametrize("last", [TODAY, None])
def test_a_role_that_holds_on_its_last_day_is_not_given_twice(session, bank, bank_admin, last):
    user = factories.make_staff(bank, valid_until=last)

    assert invite(session(bank_admin), bank, email=user.email).status_code == 409


def test_rights_end_with_the_call_after_the_last_day(session, clock, bank):
    user = factories.make_staff(bank, "coordinator", valid_until=factories.TODAY)
    factories.make_match(factories.make_need(factories.make_organization(bank)), factories.make_professional(bank))
    client = session(user)
    assert len(client.get("/api/v1/matches").json()["results"]) == 1

    clock.forward(hours=13, minutes=59)  # 23:59 in Japan: the day still holds
    assert len(client.get("/api/v1/matches").json()["results"]) == 1
    clock.forward(minutes=1)

    assert client.get("/api/v1/matches").json()["results"] == []
    assert client.get("/api/v1/me").json()["hats"] == []


def test_an_admin_shortens_and_ends_a_role_on_record(session, bank, bank_admin, coordinator):
    admin = session(bank_admin)
    row = next(each for each in admin.get(MEMBERSHIPS).json()["results"] if each["role"] == "coordinator")
    place = f"{MEMBERSHIPS}/{row['id']}"

    changed = admin.patch(place, {"valid_until": "2027-03-31"}, headers={"If-Match": row["etag"]})
    ended = admin.post(f"{place}/end", {}, headers={"If-Match": changed.json()["etag"]})
    again = admin.post(f"{place}/end", {}, headers={"If-Match": ended.json()["etag"]})

    assert (changed.json()["valid_until"], ended.status_code) == ("2027-03-31", 200)
    assert (again.status_code, again.json()["code"]) == (409, "membership_ended")
    assert session(coordinator).get("/api/v1/me").json()["hats"] == []
    actions = Event.objects.filter(subject_id=row["id"]).order_by("position").values_list("action", flat=True)
    assert list(actions) == ["update", "end"]


def test_a_bank_keeps_an_admin(session, bank, bank_admin):
    admin = session(bank_admin)
    (row,) = admin.get(f"{MEMBERSHIPS}?role=bank_admin").json()["results"]
    place, headers = f"{MEMBERSHIPS}/{row['id']}", {"If-Match": row["etag"]}
    factories.make_staff(bank, "bank_admin", user=factories.make_user(is_active=False))
    factories.make_staff(bank, "bank_admin", valid_until=factories.TODAY - timedelta(days=1))

    ended = admin.post(f"{place}/end", {}, headers=headers)
    lapsed = admin.patch(place, {"valid_until": "2026-11-01"}, headers=headers)

    assert (ended.status_code, ended.json()["code"]) == (409, "last_bank_admin")
    assert (lapsed.status_code, lapsed.json()["code"]) == (409, "last_bank_admin")
    factories.make_staff(bank, "bank_admin")
    assert admin.post(f"{place}/end", {}, headers=headers).status_code == 200


def test_staff_of_another_bank_do_not_exist(session, other_bank, bank_admin):
    row = StaffMembership.objects.get(user=factories.make_staff(other_bank, "coordinator"))
    admin, headers = session(bank_admin), {"If-Match": '"1.0000000000000000"'}

    assert admin.get(f"{MEMBERSHIPS}/{row.pk}").status_code == 404
    assert admin.patch(f"{MEMBERSHIPS}/{row.pk}", {"valid_until": None}, headers=headers).status_code == 404
    assert admin.post(f"{MEMBERSHIPS}/{row.pk}/end", {}, headers=headers).status_code == 404
    assert str(row.pk) not in admin.get(MEMBERSHIPS).content.decode()


def test_a_person_of_two_banks_has_two_hats(session, bank, other_bank, coordinator):
    factories.make_staff(other_bank, "analyst", user=coordinator)

    hats = session(coordinator).get("/api/v1/me").json()["hats"]

    assert {hat["acting_as"] for hat in hats} == {f"coordinator:{bank.pk}", f"analyst:{other_bank.pk}"}
