"""Clients over HTTP: a bank lets one in, and its tokens reach that bank alone, until something ends them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.idp.oidc.models import Client, Token

from talentbank.accounts.models import ClientApproval, StaffMembership
from talentbank.core.models import Event
from talentbank.worklist.timers import tick
from tests import factories
from tests.factories import AT, TODAY

CLIENTS, ME = "/api/v1/clients", "/api/v1/me"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


def asking(*banks, **more):
    return {
        "banks": [str(bank.pk) for bank in banks],
        "name": "みんなの窓口",
        "kind": "public",
        "scopes": ["needs:read", "me:read"],
        "grant_types": ["authorization_code", "refresh_token"],
        "redirect_uris": ["https://app.example/callback"],
        "operator": "あかつき商工会議所",
        "purpose": "会員の事業者が支援依頼を見るため",
        "contact": "app@example.jp",
        "valid_until": "2027-03-31",
        "allowed_origins": ["https://app.example"],
        **more,
    }


def act(client, row, action):
    return client.post(f"{CLIENTS}/{row['id']}/{action}", {}, headers={"If-Match": row["etag"]})


def test_each_bank_on_the_list_lets_the_client_in_for_itself(session, bank, other_bank, bank_admin):
    admin, other = session(bank_admin), session(factories.make_staff(other_bank, "bank_admin"))

    made = admin.post(CLIENTS, asking(bank, other_bank))
    approved = act(admin, made.json(), "approve").json()

    assert (made.status_code, made.json()["state"], approved["state"]) == (201, "asked", "approved")
    (theirs,) = other.get(CLIENTS).json()["results"]
    assert (theirs["state"], theirs["client_id"]) == ("asked", approved["client_id"])
    assert (approved["is_home"], theirs["is_home"]) == (True, False)
    assert admin.get(f"{CLIENTS}/{theirs['id']}").status_code == 404
    assert act(admin, theirs, "approve").status_code == 404
    assert admin.get(f"{CLIENTS}/{made.json()['id']}").json() == approved


def test_banks_are_asked_in_one_order_whoever_asks(session, bank, other_bank):
    own, last = sorted((bank, other_bank), key=lambda each: each.pk)
    admins = {own.pk: factories.make_staff(own, "bank_admin"), last.pk: factories.make_staff(last, "bank_admin")}

    answers = [session(admins[home.pk]).post(CLIENTS, asking(last, own)) for home in (own, last)]

    assert [answer.json()["bank"] for answer in answers] == [str(own.pk), str(last.pk)], "each is shown its own row"
    asked = Event.objects.filter(action="ask").order_by("id").values_list("bank_id", flat=True)
    assert list(asked) == [own.pk, last.pk] * 2, "or two of them wait for each other's audit head"


def test_a_secret_is_offered_by_the_bank_that_registered_a_confidential_client(session, bank, other_bank, bank_admin):
    admin, other = session(bank_admin), session(factories.make_staff(other_bank, "bank_admin"))

    own = admin.post(CLIENTS, asking(bank, other_bank, kind="confidential")).json()
    public = admin.post(CLIENTS, asking(bank)).json()

    (theirs,) = other.get(CLIENTS).json()["results"]
    assert (own["allowed_actions"], act(admin, own, "secret").status_code) == (["approve", "revoke", "secret"], 200)
    assert (theirs["allowed_actions"], act(other, theirs, "secret").status_code) == (["approve", "revoke"], 403)
    assert (public["allowed_actions"], act(admin, public, "secret").status_code) == (["approve", "revoke"], 409)


def test_every_step_stands_on_the_banks_record(session, clock, bank, bank_admin):
    admin = session(bank_admin)
    row = admin.post(CLIENTS, asking(bank)).json()
    row = act(admin, row, "approve").json()
    change = {"valid_until": "2026-11-03", "allowed_origins": []}
    row = admin.patch(f"{CLIENTS}/{row['id']}", change, headers={"If-Match": row["etag"]}).json()
    assert row["allowed_origins"] == []
    late = clock.forward(days=2)
    assert admin.get(f"{CLIENTS}/{row['id']}").json()["state"] == "expired", "before the timer writes it down"
    assert [tick(at=late)["clients_expired"], tick(at=late)["clients_expired"]] == [1, 0]
    row = admin.get(f"{CLIENTS}/{row['id']}").json()
    assert act(admin, row, "approve").json()["errors"][0]["pointer"] == "/valid_until"
    row = admin.patch(f"{CLIENTS}/{row['id']}", {"valid_until": "2027-03-31"}, headers={"If-Match": row["etag"]}).json()
    row = act(admin, act(admin, row, "approve").json(), "revoke").json()

    events = Event.objects.filter(subject_kind="client", bank_id=bank.pk).order_by("position")
    steps = [(event.action, event.to_state) for event in events]
    assert steps == [
        ("ask", "asked"),
        ("approve", "approved"),
        ("update", "approved"),
        ("expire", "expired"),
        ("update", "expired"),
        ("approve", "approved"),
        ("revoke", "revoked"),
    ]
    assert "app@example.jp" not in str(list(events.values()))
    assert act(admin, row, "revoke").json()["code"] == "client_state_forbids"


@pytest.mark.parametrize("who", ["coordinator", "desk", "analyst", None])
def test_only_an_admin_of_a_bank_keeps_its_clients(request, session, bank, bank_admin, who):
    row = session(bank_admin).post(CLIENTS, asking(bank)).json()
    user = request.getfixturevalue(who) if who else factories.make_user()
    outsider = session(user)

    assert outsider.post(CLIENTS, asking(bank)).status_code == 403
    assert outsider.get(CLIENTS).json()["results"] == []
    for action in ("approve", "revoke", "secret"):
        assert act(outsider, row, action).status_code == 404
    assert ClientApproval.objects.get().state == "asked"


def test_a_token_needs_the_scope_to_keep_clients(bearer, bank, bank_admin):
    assert bearer(bank_admin, scopes=("me:read",)).get(CLIENTS).status_code == 403
    assert bearer(bank_admin, scopes=("bank:admin",)).get(CLIENTS).status_code == 200


@pytest.mark.parametrize(
    ("wrong", "pointer"),
    [
        ({"redirect_uris": ["http://app.example/callback"]}, "/redirect_uris/0"),
        ({"redirect_uris": ["https://*.app.example/callback"]}, "/redirect_uris/0"),
        ({"redirect_uris": ["https://app.example/callback#here"]}, "/redirect_uris/0"),
        ({"redirect_uris": ["javascript:alert(1)"]}, "/redirect_uris/0"),
        ({"redirect_uris": []}, "/redirect_uris"),
        ({"allowed_origins": ["https://app.example/"]}, "/allowed_origins/0"),
        ({"allowed_origins": ["https://*.example"]}, "/allowed_origins/0"),
        ({"allowed_origins": ["http://app.example"]}, "/allowed_origins/0"),
        ({"allowed_origins": ["null"]}, "/allowed_origins/0"),
        ({"valid_until": "2026-11-01"}, "/valid_until"),
        ({"scopes": ["everything"]}, "/scopes/0"),
        ({"grant_types": ["client_credentials"]}, "/grant_types"),
        ({"client_id": "x"}, "/name"),
    ],
)
def test_what_cannot_be_a_client_is_pointed_at(session, bank, bank_admin, wrong, pointer):
    answer = session(bank_admin).post(CLIENTS, asking(bank, **wrong))

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    assert not Client.objects.exists()


def test_a_registered_client_asks_one_more_bank(session, bank, other_bank, bank_admin):
    first = session(bank_admin).post(CLIENTS, asking(bank)).json()
    other = session(factories.make_staff(other_bank, "bank_admin"))
    body = {name: value for name, value in asking(other_bank).items() if name not in ("name", "kind", "scopes")}
    body = {name: value for name, value in body.items() if name not in ("grant_types", "redirect_uris")}

    made = other.post(CLIENTS, {**body, "client_id": first["client_id"]})

    assert (made.status_code, made.json()["client_id"]) == (201, first["client_id"])
    assert other.post(CLIENTS, {**body, "client_id": first["client_id"]}).json()["code"] == "client_exists"
    assert other.post(CLIENTS, {**body, "client_id": "x"}).json()["errors"][0]["pointer"] == "/client_id"
    assert act(other, made.json(), "secret").status_code == 403, "the home bank alone hands out the secret"


def test_a_secret_is_told_once_and_kept_nowhere(session, bank, bank_admin):
    admin = session(bank_admin)
    row = admin.post(CLIENTS, asking(bank, kind="confidential")).json()
    headers = {"If-Match": row["etag"], "Idempotency-Key": "k"}

    told = admin.post(f"{CLIENTS}/{row['id']}/secret", {}, headers=headers)
    again = admin.post(f"{CLIENTS}/{row['id']}/secret", {}, headers=headers)

    assert Client.objects.get().check_secret(told.json()["client_secret"])
    assert again.status_code == 412
    public = admin.post(CLIENTS, asking(bank)).json()
    assert act(admin, public, "secret").json()["code"] == "client_has_no_secret"


def test_a_token_reaches_only_the_banks_that_let_its_client_in(bearer, session, bank, other_bank, coordinator):
    factories.make_staff(other_bank, "coordinator", user=coordinator)
    here, there = (factories.make_professional(each) for each in (bank, other_bank))
    client = bearer(coordinator, banks=(bank,))

    shown = [row["id"] for row in client.get("/api/v1/professionals").json()["results"]]

    assert shown == [str(here.pk)]
    assert client.get(f"/api/v1/professionals/{there.pk}").status_code == 404
    assert session(coordinator).get(f"/api/v1/professionals/{there.pk}").status_code == 200
    assert {hat["bank"] for hat in client.get(ME).json()["hats"]} == {str(bank.pk)}
    ties = client.get("/api/v1/me/declared-ties").json()["results"]
    assert len(ties) == 1 and len(session(coordinator).get("/api/v1/me/declared-ties").json()["results"]) == 2
    assert client.get(f"/api/v1/banks/{other_bank.pk}").status_code == 200, "what is public stays public"
    hat = {"Acting-As": f"coordinator:{other_bank.pk}"}
    assert client.get(ME, headers=hat).json()["errors"][0]["code"] == "hat_not_worn"


@pytest.mark.parametrize("kind", ["professionals", "organizations"])
def test_nobody_registers_in_a_bank_through_a_client_it_did_not_let_in(bearer, bank, other_bank, kind):
    client = bearer(factories.make_user(), banks=(bank,))
    body = {"name": "佐藤花子", "kana": "サトウハナコ"}
    if kind == "organizations":
        body |= {"kind": "company"}

    refused = client.post(f"/api/v1/{kind}", {"bank": str(other_bank.pk), **body})

    assert (refused.status_code, refused.json()["code"]) == (403, "client_not_approved")
    assert client.post(f"/api/v1/{kind}", {"bank": str(bank.pk), **body}).status_code == 201


def test_a_revoked_clients_tokens_end_at_the_next_call(bearer, session, bank, bank_admin, coordinator):
    client = bearer(coordinator)
    assert client.get(ME).status_code == 200
    admin = session(bank_admin)
    (row,) = admin.get(CLIENTS).json()["results"]
    assert row["last_used_on"] == TODAY.isoformat()

    act(admin, row, "revoke")

    assert client.get(ME).headers["WWW-Authenticate"] == 'Bearer realm="api", error="invalid_token"'
    assert not Token.objects.exists(), "a later approval wakes no old token"


def test_a_client_revoked_in_one_bank_goes_on_in_another(bearer, session, bank, other_bank, bank_admin, coordinator):
    factories.make_staff(other_bank, "coordinator", user=coordinator)
    client, admin = bearer(coordinator), session(bank_admin)
    (row,) = admin.get(CLIENTS).json()["results"]

    act(admin, row, "revoke")

    assert {hat["bank"] for hat in client.get(ME).json()["hats"]} == {str(other_bank.pk)}


def test_a_client_works_through_its_last_day(bearer, clock, bank, coordinator):
    client = bearer(coordinator, expires_at=AT + timedelta(days=9))
    ClientApproval.objects.update(valid_until=TODAY)
    clock.forward(hours=13, minutes=59)  # 23:59 in Japan
    assert client.get(ME).status_code == 200

    clock.forward(minutes=1)

    assert client.get(ME).status_code == 401


def test_last_use_counts_where_the_account_has_a_role(bearer, bank, other_bank, coordinator):
    bearer(coordinator).get(ME)

    used = dict(ClientApproval.objects.values_list("bank_id", "last_used_on"))
    assert used == {bank.pk: TODAY, other_bank.pk: None}


def test_a_new_password_ends_the_tokens_from_before(bearer, clock, bank, coordinator):
    before = bearer(coordinator)
    assert before.get(ME).status_code == 200
    clock.forward(minutes=1)
    coordinator.set_password("another horse battery")
    coordinator.save()

    clock.forward(minutes=1)

    assert before.get(ME).status_code == 401
    assert bearer(coordinator).get(ME).status_code == 200


def test_a_changed_role_counts_at_the_next_call(bearer, bank, coordinator):
    client = bearer(coordinator)
    assert client.get(ME).json()["hats"]

    StaffMembership.objects.update(ended_at=AT)

    assert client.get(ME).json()["hats"] == []
