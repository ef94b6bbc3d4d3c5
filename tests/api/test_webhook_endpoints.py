"""webhook-endpoints: who keeps them, what they show, what is refused; the log, pings and sending again."""

from __future__ import annotations

from uuid import uuid4

import pytest
import time_machine
from standardwebhooks import Webhook

from talentbank.core.models import Event, EventText, IdempotencyRecord
from talentbank.notifications.models import WebhookDelivery, WebhookEndpoint
from talentbank.notifications.webhooks.catalogue import CHOOSABLE, LABELS
from talentbank.notifications.webhooks.deliveries import webhooks_drain
from talentbank.notifications.webhooks.services import MOST_ENDPOINTS
from tests import factories
from tests.factories import AT
from tests.receiver import answering, open_receiver

URL = "/api/v1/webhook-endpoints"
HOOK = "https://hooks.example.jp/bank"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


@pytest.fixture
def admin(session, bank_admin):
    return session(bank_admin)


def made(client, bank, **fields):
    answer = client.post(URL, {"bank": bank.slug, "url": HOOK, **fields})
    assert answer.status_code == 201, answer.content
    return answer.json()


def act(client, row, name, body=None, **headers):
    path = f"{URL}/{row['id']}/{name}"
    return client.post(path, body or {}, headers={"If-Match": row["etag"], **headers})


@pytest.fixture
def receiver(settings):
    settings.WEBHOOK_LOOPBACK = True
    with open_receiver() as running:
        yield running


def test_an_endpoint_is_made_read_changed_and_removed(admin, bank, bank_admin):
    created = admin.post(
        URL,
        {
            "bank": bank.slug,
            "url": HOOK,
            "event_types": ["match.approved", "match.undone"],
            "description": "市のアプリ",
        },
    )
    row = created.json()
    assert created.status_code == 201 and created["Location"] == f"{URL}/{row['id']}"
    assert (row["state"], row["owner"], row["client"]) == ("enabled", str(bank_admin.pk), "")

    read = admin.get(created["Location"])
    assert read["ETag"] == created["ETag"] and read.json() == {k: v for k, v in row.items() if k != "secret"}
    changed = admin.patch(created["Location"], {"event_types": []}, headers={"If-Match": read["ETag"]})
    assert (changed.status_code, changed.json()["event_types"], changed.json()["url"]) == (200, [], HOOK)
    assert admin.patch(created["Location"], {"url": HOOK}, headers={"If-Match": read["ETag"]}).status_code == 412
    assert admin.delete(created["Location"], headers={"If-Match": changed["ETag"]}).status_code == 204
    assert admin.get(created["Location"]).status_code == 404

    events = Event.objects.filter(subject_kind="webhook_endpoint", subject_id=row["id"]).order_by("position")
    assert [(each.action, each.actor_role) for each in events] == [
        ("create", "bank_admin"),
        ("update", "bank_admin"),
        ("remove", "bank_admin"),
    ]
    assert all("url" not in each.facts for each in events) and EventText.objects.filter(event__in=events).count() == 2


def test_the_secret_is_shown_at_creation_and_rotation_and_never_again(admin, bank):
    row = made(admin, bank)
    Webhook(row["secret"])  # one that the library takes
    rotated = act(admin, row, "rotate-secret", {"overlap_hours": 48})
    assert rotated.status_code == 200 and rotated.json()["secret"].startswith("whsec_")
    assert rotated.json()["secret"] != row["secret"] and rotated.json()["previous_secret_until"][:10] == "2026-11-04"

    ended = act(admin, rotated.json(), "end-previous-secret")
    assert ended.json()["previous_secret_until"] is None
    assert act(admin, ended.json(), "end-previous-secret").json()["code"] == "webhook_no_previous_secret"
    later = [admin.get(f"{URL}/{row['id']}"), admin.get(URL), ended]
    assert not any(name in answer.content.decode() for answer in later for name in ("whsec_", "sealed", '"secret"'))
    record = "".join(f"{each.facts}" for each in Event.objects.all()) + "".join(
        f"{each.content}" for each in EventText.objects.all()
    )
    assert "whsec_" not in record


def test_without_an_overlap_the_old_secret_ends_at_once(admin, bank):
    rotated = act(admin, made(admin, bank), "rotate-secret", {"overlap_hours": 0})

    assert rotated.json()["previous_secret_until"] is None


def test_a_repeated_call_shows_the_same_secret_which_is_kept_sealed(admin, bank):
    calls = [admin.post(URL, {"bank": bank.slug, "url": HOOK}, headers={"Idempotency-Key": "k1"}) for _ in range(2)]

    assert calls[1]["Idempotency-Replayed"] == "true" and calls[0].json() == calls[1].json()
    assert WebhookEndpoint.objects.count() == 1
    kept = IdempotencyRecord.objects.get().body
    assert calls[0].json()["secret"] not in kept and "whsec_" not in kept


@pytest.mark.parametrize(
    ("url", "code"),
    [
        ("http://hooks.example.jp/", "webhook_url_not_https"),
        ("https://10.0.0.1/", "webhook_address_refused"),
        ("https://[::1]/", "webhook_address_refused"),
        ("https://169.254.169.254/latest/meta-data", "webhook_address_refused"),
        ("https://localhost/", "webhook_address_refused"),
        ("https://2130706433/", "webhook_url_malformed"),
        ("https://user:pw@hooks.example.jp/", "webhook_url_malformed"),
        ("hooks", "webhook_url_not_https"),
    ],
)
def test_a_url_that_nothing_is_sent_to_is_refused_on_entry(admin, bank, url, code):
    row = made(admin, bank)
    created = admin.post(URL, {"bank": bank.slug, "url": url})
    changed = admin.patch(f"{URL}/{row['id']}", {"url": url}, headers={"If-Match": row["etag"]})

    for answer in (created, changed):
        assert answer.status_code == 400
        assert [(each["pointer"], each["code"]) for each in answer.json()["errors"]] == [("/url", code)]


@pytest.mark.parametrize("types", [["match.unknown"], ["match.approved", "match.approved"], "match.approved", [1]])
def test_only_types_of_the_catalogue_each_once(admin, bank, types):
    assert admin.post(URL, {"bank": bank.slug, "url": HOOK, "event_types": types}).status_code == 400


def test_there_is_an_end_to_how_many_one_may_have(admin, bank):
    for _ in range(MOST_ENDPOINTS):
        made(admin, bank)

    answer = admin.post(URL, {"bank": bank.slug, "url": HOOK})
    assert (answer.status_code, answer.json()["code"]) == (409, "webhook_endpoints_too_many")


def people(bank, other_bank, need, professional):
    """Everybody in turn, by what they are to the bank."""
    return {
        "bank_admin": factories.make_staff(bank, "bank_admin"),
        "coordinator": factories.make_staff(bank, "coordinator"),
        "support_desk": factories.make_staff(bank, "support_desk"),
        "analyst": factories.make_staff(bank, "analyst"),
        "professional": professional.user,
        "owner": factories.owner_of(need.organization),
        "stranger": factories.make_user(),
        "bank_admin elsewhere": factories.make_staff(other_bank, "bank_admin"),
        "professional elsewhere": factories.make_professional(other_bank).user,
    }


WHO = ("bank_admin", "coordinator", "support_desk", "analyst", "professional", "owner", "stranger")
ELSEWHERE = ("bank_admin elsewhere", "professional elsewhere")


@pytest.mark.parametrize("who", WHO + ELSEWHERE)
def test_who_may_have_an_endpoint_in_a_bank(session, bearer, bank, other_bank, need, professional, who):
    """On the bank's own pages its bank_admins; by a client whoever wears a hat in the bank."""
    user = people(bank, other_bank, need, professional)[who]
    body = {"bank": bank.slug, "url": HOOK}

    by_session = session(user).post(URL, body).status_code
    by_client = bearer(user).post(URL, body).status_code
    without_scope = bearer(user, scopes=("matches:read", "bank:admin")).post(URL, body).status_code

    assert by_session == (201 if who == "bank_admin" else 403)
    assert by_client == (403 if who in {"stranger", *ELSEWHERE} else 201)
    assert without_scope == 403


BODIES = {"redeliver": {"since": "2026-11-01T00:00:00Z"}}
ACTIONS = ("disable", "enable", "rotate-secret", "end-previous-secret", "ping", "redeliver")


@pytest.mark.parametrize("who", ("colleague", *WHO[1:], *ELSEWHERE))
def test_a_banks_own_endpoint_is_its_bank_admins_alone(
    session, bearer, bank, other_bank, need, professional, admin, who
):
    row = made(admin, bank)
    delivery = _delivery(row["id"])
    everybody = people(bank, other_bank, need, professional)
    user = everybody["bank_admin" if who == "colleague" else who]

    for client in (session(user), bearer(user)):
        paths = (f"{URL}/{row['id']}", f"{URL}/{row['id']}/deliveries", f"{URL}/{row['id']}/deliveries/{delivery.pk}")
        reads = [client.get(path).status_code for path in paths]
        listed = [each["id"] for each in client.get(URL).json()["results"]]
        if who == "colleague":
            assert reads == [200, 200, 200] and listed == [row["id"]]
            continue
        writes = [
            act(client, row, name, {"since": "2026-11-01T00:00:00Z"} if name == "redeliver" else {}) for name in ACTIONS
        ]
        writes.append(act(client, row, f"deliveries/{delivery.pk}/redeliver"))
        writes.append(client.patch(f"{URL}/{row['id']}", {"url": HOOK}, headers={"If-Match": row["etag"]}))
        writes.append(client.delete(f"{URL}/{row['id']}", headers={"If-Match": row["etag"]}))
        assert reads == [404, 404, 404] and listed == []
        assert {answer.status_code for answer in writes} == {404}


def _delivery(endpoint_id, **fields):
    values = {
        "message_id": uuid4(),
        "type": "match.approved",
        "subject_id": uuid4(),
        "subject_state": "introduced",
        "subject_version": 4,
        "happened_at": AT,
        "due_at": AT,
        "created_at": AT,
        "state": "failed",
    }
    return WebhookDelivery.objects.create(endpoint_id=endpoint_id, **{**values, **fields})


def test_a_clients_endpoint_is_seen_by_that_client_for_that_account_and_may_be_stopped_by_the_bank(
    session, bearer, bank, professional, admin
):
    user = professional.user
    client = bearer(user)
    row = made(client, bank)
    assert (row["owner"], bool(row["client"])) == (str(user.pk), True)

    for other in (bearer(user), session(user), bearer(factories.make_professional(bank).user)):
        assert other.get(f"{URL}/{row['id']}").status_code == 404
    refused = [act(admin, row, name) for name in ("rotate-secret", "ping", "enable")]
    refused.append(admin.patch(f"{URL}/{row['id']}", {"url": HOOK}, headers={"If-Match": row["etag"]}))
    assert {answer.status_code for answer in refused} == {403}
    assert admin.get(f"{URL}/{row['id']}").json()["allowed_actions"] == ["disable"]
    stopped = act(admin, row, "disable").json()
    assert (stopped["state"], stopped["allowed_actions"]) == ("disabled", [])
    seen = client.get(f"{URL}/{row['id']}").json()
    assert (seen["state"], seen["allowed_actions"]) == ("disabled", ["enable", "rotate-secret"])


def test_a_program_without_an_account_keeps_its_own(bearer, bank):
    client = bearer(None, scopes=("webhooks:manage",))
    row = made(client, bank)

    assert row["owner"] is None and client.get(f"{URL}/{row['id']}").status_code == 200
    assert bearer(None, scopes=("webhooks:manage",)).get(f"{URL}/{row['id']}").status_code == 404


def test_a_colleague_who_changes_a_banks_endpoint_vouches_for_it(session, admin, bank):
    row = made(admin, bank)
    colleague = factories.make_staff(bank, "bank_admin")
    changed = session(colleague).patch(
        f"{URL}/{row['id']}", {"description": "引き継ぎ"}, headers={"If-Match": row["etag"]}
    )

    assert changed.json()["owner"] == str(colleague.pk)


def test_a_ping_arrives_signed_and_the_log_tells_of_it(admin, bank, receiver):
    row = made(admin, bank, url=receiver.url)
    receiver.answer = answering(200, b"pong")
    sent = act(admin, row, "ping")
    assert (sent.status_code, sent.json()["state"], sent.json()["attempts"]) == (201, "waiting", [])
    webhooks_drain(at=AT)

    (arrived,) = receiver.received
    with time_machine.travel(AT, tick=False):
        payload = arrived.verified(row["secret"])
    assert (payload["type"], payload["id"]) == ("webhook_endpoint.ping", row["id"])
    log = admin.get(sent["Location"]).json()
    assert log["webhook_id"] == arrived.headers["webhook-id"] and log["state"] == "delivered"
    (attempt,) = log["attempts"]
    assert (attempt["status"], attempt["error"], attempt["excerpt"]) == (200, "", "pong")


def test_the_log_is_filtered_and_what_failed_is_sent_again(admin, bank):
    row = made(admin, bank)
    failed = _delivery(row["id"])
    arrived = _delivery(row["id"], type="need.opened", state="delivered", happened_at=AT.replace(hour=0))
    log = f"{URL}/{row['id']}/deliveries"

    assert [each["id"] for each in admin.get(f"{log}?state=failed").json()["results"]] == [str(failed.pk)]
    assert [each["id"] for each in admin.get(f"{log}?type=need.opened").json()["results"]] == [str(arrived.pk)]
    since = "2026-11-02T00:30:00Z"
    assert [each["id"] for each in admin.get(f"{log}?since={since}").json()["results"]] == [str(failed.pk)]
    assert act(admin, row, "redeliver", {"since": "2026-11-01T00:00:00Z"}).json() == {"count": 1}
    assert act(admin, row, "redeliver", {"since": "2026-11-01T00:00:00Z", "all": True}).json() == {"count": 2}
    again = act(admin, row, f"deliveries/{arrived.pk}/redeliver")
    assert (again.status_code, again.json()["state"]) == (200, "waiting")


def test_nothing_is_sent_to_an_endpoint_that_is_stopped(admin, bank):
    row = made(admin, bank)
    delivery = _delivery(row["id"])
    stopped = act(admin, row, "disable").json()
    assert act(admin, stopped, "disable").json()["code"] == "webhook_endpoint_off"

    for name in ("ping", f"deliveries/{delivery.pk}/redeliver"):
        answer = act(admin, stopped, name)
        assert (answer.status_code, answer.json()["code"]) == (409, "webhook_endpoint_off")
    enabled = act(admin, stopped, "enable").json()
    assert enabled["state"] == "enabled" and act(admin, enabled, "enable").json()["code"] == "webhook_endpoint_on"


def test_another_endpoints_delivery_is_not_found(admin, bank):
    mine, other = made(admin, bank), made(admin, bank)
    delivery = _delivery(other["id"])

    assert admin.get(f"{URL}/{mine['id']}/deliveries/{delivery.pk}").status_code == 404
    assert act(admin, mine, f"deliveries/{delivery.pk}/redeliver").status_code == 404


def test_the_types_are_listed_with_their_words(session):
    codes = session(None).get("/api/v1/codes/webhook-events").json()["results"]

    assert [each["code"] for each in codes] == list(LABELS) and set(CHOOSABLE) < set(LABELS)
    assert {"match.approved", "match.undone", "match.evaluation_due", "need.opened", "professional.approved"} <= set(
        LABELS
    )
