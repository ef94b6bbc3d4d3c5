"""Who is told what: every step has its type, and nobody is told of a record that they could not read."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import time_machine

from api.schema import generate
from talentbank.accounts.models import ClientApproval, User
from talentbank.core.audit import Step
from talentbank.matches.lifecycle import TABLE as MATCHES
from talentbank.matches.models import Match
from talentbank.matches.services import match_create
from talentbank.matches.states import Origin
from talentbank.needs.lifecycle import TABLE as NEEDS
from talentbank.needs.moves import case_of, need_event
from talentbank.needs.services import need_transition
from talentbank.notifications.models import WebhookDelivery, WebhookEndpoint
from talentbank.notifications.webhooks.catalogue import TYPES
from talentbank.professionals.models import Professional
from talentbank.registrations.lifecycle import ORGANIZATION_TABLE as ORGANIZATIONS
from talentbank.registrations.lifecycle import PROFESSIONAL_TABLE as PROFESSIONALS
from talentbank.worklist.ladders import ladders_tick
from tests import factories
from tests.contract import Contract
from tests.factories import AT
from tests.receiver import answering
from tests.talentbank.matches.steps import move

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SCOPES = ("webhooks:manage", "matches:read", "needs:read", "professionals:read", "organizations:read")


@pytest.fixture
def match(bank):
    return factories.make_match(
        factories.make_need(factories.make_organization(bank)),
        factories.make_professional(bank, name="髙野 文子", email="fumiko@example.jp", phone="090-1111-2222"),
        "awaiting_professional",
    )


def told(receiver):
    return [json.loads(body)["type"] for body in receiver.bodies]


@pytest.mark.parametrize(
    ("kind", "table"),
    [("match", MATCHES), ("need", NEEDS), ("professional", PROFESSIONALS), ("organization", ORGANIZATIONS)],
    ids=["match", "need", "professional", "organization"],
)
def test_every_action_of_every_table_has_a_type_of_its_own(kind, table):
    types = [TYPES[f"{kind}.{action}"] for action in table.actions()]

    assert len(set(types)) == len(types)
    assert all(each.startswith(f"{kind}.") for each in types)


def test_a_step_is_told_as_six_facts_once_it_can_no_longer_be_undone(bank_admin, listen, send, receiver, match):
    _, secret = listen(bank_admin)
    move(match, "accept", match.professional.user)

    send(minutes=9)
    assert receiver.bodies == []
    at = send(minutes=10)

    (arrived,) = receiver.received
    match.refresh_from_db()
    with time_machine.travel(at, tick=False):
        payload = arrived.verified(secret)
    assert payload == {
        "type": "match.accepted",
        "timestamp": "2026-11-02T10:00:00+09:00",
        "id": str(match.pk),
        "state": "awaiting_organization",
        "version": match.version,
        "url": f"https://bank.example.jp/api/v1/matches/{match.pk}",
    }
    assert arrived.headers["content-type"] == "application/json"


def test_what_arrives_is_what_the_document_promises(bank_admin, listen, send, receiver, match):
    listen(bank_admin)
    move(match, "accept", match.professional.user)
    send(minutes=10)

    document = generate()
    Contract(document).validate("#/components/schemas/MatchWebhook", json.loads(receiver.bodies[0]), "the webhook")
    components = document["components"]["parameters"]
    parameters = document["webhooks"]["match.accepted"]["post"]["parameters"]
    named = {components[each["$ref"].rsplit("/", 1)[1]]["name"] for each in parameters}
    assert named == {"webhook-id", "webhook-timestamp", "webhook-signature"} <= receiver.received[0].headers.keys()


def test_nothing_personal_ever_leaves(bank_admin, listen, send, receiver, match):
    """Not from a step with a note, reasons and an evidence note, nor in any header."""
    listen(bank_admin)
    move(match, "decline", match.professional.user, note="父の介護のため", reason_codes=("timing",))
    send(minutes=10)

    organization = match.need.organization
    (arrived,) = receiver.received
    sent = arrived.body.decode() + json.dumps(arrived.headers)
    people = (match.professional, organization)
    words = ["介護", "timing", match.reference, match.need.title, match.need.own_words, organization.contact_name]
    words += [each for person in people for each in (person.name, person.kana, person.reference)]
    words += [match.professional.email, match.professional.phone, match.professional.headline]
    assert json.loads(arrived.body).keys() == {"type", "timestamp", "id", "state", "version", "url"}
    assert [word for word in words if word and word in sent] == []


def test_a_step_undone_in_time_is_told_by_its_undoing_alone(bank_admin, listen, send, receiver, match):
    listen(bank_admin)
    move(match, "accept", match.professional.user)
    move(match, "undo", match.professional.user, at=AT + timedelta(minutes=5))
    send(minutes=20)

    assert told(receiver) == ["match.undone"]
    assert json.loads(receiver.bodies[0])["state"] == "awaiting_professional"


def test_a_step_undone_later_is_told_by_both_in_their_order(bank_admin, coordinator, listen, send, receiver, match):
    listen(bank_admin)
    move(match, "accept", match.professional.user)
    send(minutes=10)
    move(match, "undo", coordinator, at=AT + timedelta(days=1), note="電話で取り消し")
    send(days=1, minutes=10)

    versions = [json.loads(body)["version"] for body in receiver.bodies]
    assert told(receiver) == ["match.accepted", "match.undone"] and versions == sorted(set(versions))


def test_only_what_was_asked_for_is_sent(bank_admin, listen, send, receiver, match):
    listen(bank_admin, types=["match.approved", "need.opened"])
    move(match, "accept", match.professional.user)
    send(minutes=10)

    assert receiver.bodies == [] and not WebhookDelivery.objects.exists()


def test_an_endpoint_is_told_nothing_from_before_it_was_there(bank_admin, listen, send, receiver, match):
    endpoint, _ = listen(bank_admin)
    WebhookEndpoint.objects.filter(pk=endpoint.pk).update(created_at=AT + timedelta(seconds=1))
    move(match, "accept", match.professional.user)

    send(minutes=30)

    assert told(receiver) == []


def test_each_side_is_told_of_a_match_from_when_it_sees_it(bank, listen, send, receiver, match):
    owner = factories.owner_of(match.need.organization)
    listen(match.professional.user, scopes=SCOPES, url=receiver.url + "&to=professional")
    listen(owner, scopes=SCOPES, url=receiver.url + "&to=organization")
    listen(factories.make_professional(bank).user, scopes=SCOPES, url=receiver.url + "&to=stranger")
    move(match, "decline", match.professional.user)
    send(minutes=10)

    assert [each.path.partition("&to=")[2] for each in receiver.received] == ["professional"]


def test_a_prospect_is_told_to_staff_alone_even_once_the_side_sees_the_match(
    bank, bank_admin, coordinator, listen, send, receiver
):
    need = factories.make_need(factories.make_organization(bank))
    professional = factories.make_professional(bank)
    listen(bank_admin, url=receiver.url + "&to=staff")
    listen(professional.user, scopes=SCOPES, url=receiver.url + "&to=side")
    match = match_create(
        need_id=need.pk,
        professional_id=professional.pk,
        origin=Origin.PROSPECT,
        step=Step(actor=factories.actor(coordinator), at=AT),
    )
    move(Match.objects.get(pk=match.pk), "propose", coordinator)
    send(minutes=10)

    paths = [(json.loads(each.body)["type"], each.path.partition("&to=")[2]) for each in receiver.received]
    assert sorted(paths) == [("match.created", "staff"), ("match.proposed", "side"), ("match.proposed", "staff")]


@pytest.mark.parametrize("role", ["coordinator", "support_desk", "analyst"])
def test_other_staff_are_told_what_they_could_read_and_no_more(bank, role, listen, send, receiver, match):
    listen(factories.make_staff(bank, role), scopes=SCOPES)
    move(match, "accept", match.professional.user)
    send(minutes=10)

    assert told(receiver) == (["match.accepted"] if role == "coordinator" else [])


def test_another_bank_is_told_nothing(other_bank, listen, send, receiver, match):
    listen(factories.make_staff(other_bank, "bank_admin"), bank=other_bank)
    move(match, "accept", match.professional.user)
    send(minutes=10)

    assert receiver.bodies == []


def test_a_hat_in_another_bank_gives_no_sight_there(bank_admin, other_bank, listen, send, receiver):
    """Rights in one bank never carry an endpoint of another."""
    factories.make_staff(other_bank, "bank_admin", user=bank_admin)
    listen(bank_admin)
    abroad = factories.make_match(
        factories.make_need(factories.make_organization(other_bank)),
        factories.make_professional(other_bank),
        "awaiting_professional",
    )
    move(abroad, "accept", abroad.professional.user)
    send(minutes=10)

    assert receiver.bodies == []


def test_a_scope_that_the_token_lacked_is_no_right(bank_admin, listen, send, receiver, match):
    listen(bank_admin, scopes=[scope for scope in SCOPES if scope != "matches:read"])
    move(match, "accept", match.professional.user)
    send(minutes=10)

    assert receiver.bodies == []


def test_a_program_without_an_account_is_told_of_public_needs_alone(bank, coordinator, listen, send, receiver, match):
    public = {"confidentiality": "public", "public_summary": "漬物のネット販売", "summary_agreed_at": AT}
    owner = factories.make_organization(bank)
    open_need, members = factories.make_need(owner, **public), factories.make_need(owner, confidentiality="members")
    listen(None, scopes=SCOPES)
    for need in (open_need, members):
        announce(need)
    move(match, "accept", match.professional.user)
    send(minutes=10)

    assert [json.loads(body)["id"] for body in receiver.bodies] == [str(open_need.pk)]


def announce(need):
    """Record some step of a need while it is open."""
    step = Step(actor=factories.actor(factories.make_user()), at=AT)
    need_event(case_of(need, step, frozenset()), "update", need.state, {})


def test_a_reader_of_needs_is_not_told_of_the_time_before_they_opened(bank, coordinator, listen, send, receiver):
    professional = factories.make_professional(bank)
    need = factories.make_need(factories.make_organization(bank), state="submitted", confidentiality="members")
    listen(professional.user, scopes=SCOPES, types=["need.updated", "need.opened"])
    announce(need)
    need_transition(
        need_id=need.pk,
        action="open",
        expected_version=need.version,
        step=Step(actor=factories.actor(coordinator), at=AT),
    )
    send()

    assert told(receiver) == ["need.opened"]


def test_rights_count_at_the_moment_of_sending(bank_admin, bank, listen, send, receiver, match):
    """The role ends between the step and its sending: what waits is dropped, and the log says so."""
    endpoint, _ = listen(bank_admin)
    receiver.answer = answering(500)
    move(match, "accept", match.professional.user)
    send(minutes=10)
    bank_admin.memberships.update(ended_at=AT)
    receiver.answer = answering(204)
    send(minutes=12)

    assert len(receiver.received) == 1
    assert [each.state for each in endpoint.deliveries.all()] == ["dropped"]
    move(match, "accept", factories.owner_of(match.need.organization), at=AT + timedelta(minutes=13))
    send(minutes=30)
    assert endpoint.deliveries.count() == 1


@pytest.mark.parametrize("what", ["account", "client", "hat"])
def test_an_owner_who_is_gone_is_told_nothing(coordinator, listen, send, receiver, match, what):
    user = match.professional.user
    endpoint, _ = listen(user, scopes=SCOPES, acting_as=f"professional:{match.professional_id}")
    if what == "account":
        User.objects.filter(pk=user.pk).update(is_active=False)
    elif what == "client":
        ClientApproval.objects.update(state="revoked")
    else:
        Professional.objects.filter(pk=match.professional_id).update(user=factories.make_user())
    move(match, "accept", coordinator, for_side="professional")
    send(minutes=10)

    assert receiver.bodies == [] and not endpoint.deliveries.exists()


def test_an_evaluation_that_is_out_is_asked_for_by_a_webhook_too(bank, bank_admin, listen, send, receiver):
    listen(bank_admin, types=["match.evaluation_due"])
    need = factories.make_need(factories.make_organization(bank))
    match = factories.make_match(need, factories.make_professional(bank), "completed", ended_at=AT)
    ladders_tick(at=AT + timedelta(days=2))
    send(days=2)
    assert receiver.bodies == []

    for _ in range(2):
        ladders_tick(at=AT + timedelta(days=3))
    send(days=3)

    (payload,) = map(json.loads, receiver.bodies)
    assert (payload["type"], payload["id"], payload["state"]) == ("match.evaluation_due", str(match.pk), "completed")
