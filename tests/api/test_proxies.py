"""Proxies over HTTP: who names, reads and ends them, and what staff may do because one of them said so."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from talentbank.core.models import Event, EventText
from talentbank.notifications.models import OutboxMessage
from talentbank.privacy.models import Consent, Proxy
from tests import factories
from tests.api.match_calls import assert_not_found, post

URL, API = "/api/v1/proxies", "/api/v1"
PERSONAL = ("佐藤 花", "長女", "090-1111-2222", "委任状")
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


def body(row: Any, **more: Any) -> dict[str, Any]:
    return {
        "subject_kind": row._meta.model_name,
        "subject_id": str(row.pk),
        "kind": "relative",
        "name": "佐藤 花",
        "relationship": "長女",
        "phone": "090-1111-2222",
        "powers": ["registration", "matches"],
        "valid_until": "2027-03-31",
        "evidence": "委任状を窓口で確認",
        **more,
    }


def behalf(side: str = "professional", **more: Any) -> dict[str, Any]:
    return {"on_behalf_of": side, "channel": "phone", **more}


def at_version(row: Any) -> dict[str, str]:
    row.refresh_from_db()
    return {"If-Match": f'"{row.version}.0000000000000000"'}


def said(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.content.decode()
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_a_holder_names_a_proxy_reads_it_and_ends_it(session, professional):
    mine = session(professional.user)

    named = mine.post(URL, body(professional))
    place = f"{URL}/{named.json()['id']}"
    read = mine.get(place).json()
    assert mine.get(URL).json()["results"] == [read]
    ended = mine.post(f"{place}/end", {"note": "長女が遠方へ転居"}, headers={"If-Match": read["etag"]})

    assert named.status_code == 201 and named.headers["Location"] == place
    assert read == named.json() and (read["state"], read["allowed_actions"]) == ("running", ["end"])
    assert (read["valid_from"], read["recorded_by_role"], read["channel"]) == ("2026-11-02", "professional", "web")
    assert (ended.status_code, ended.json()["state"], ended.json()["ended_on"]) == (200, "ended", "2026-11-02")
    assert (ended.json()["ended_by_role"], ended.json()["allowed_actions"]) == ("professional", [])
    again = mine.post(f"{place}/end", {}, headers={"If-Match": ended.json()["etag"]})
    assert (again.status_code, again.json()["allowed_actions"]) == (409, [])


def test_a_desk_records_what_a_person_said_and_then_acts_for_them(session, bearer, professional, desk):
    client, sent = session(desk), body(professional, **behalf(evidence_note="ご本人から電話"))
    assert client.get(URL).json()["results"] == []
    token = bearer(desk, scopes=("consents:write",)).post(URL, sent)
    assert (token.status_code, token.json()["code"]) == (403, "insufficient_scope")

    named = client.post(URL, sent)

    assert (named.json()["recorded_by_role"], named.json()["channel"]) == ("support_desk", "phone")
    event = Event.objects.get(subject_kind="proxy")
    assert (event.on_behalf_of, event.actor_id) == ("professional", desk.pk)
    assert EventText.objects.get(event=event).content == {"evidence_note": "ご本人から電話"}
    assert [row["id"] for row in client.get(URL).json()["results"]] == [named.json()["id"]]


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({"powers": []}, ("/powers", "min_items")),
        ({"powers": ["money"]}, ("/powers/0", "invalid_choice")),
        ({"powers": ["matches", "needs"]}, ("/powers/1", "power_does_not_fit")),
        ({"kind": "desk"}, ("/name", "not_for_a_desk")),
        ({"name": ""}, ("/name", "required")),
        ({"valid_until": "2027-11-03"}, ("/valid_until", "proxy_too_long")),
        ({"valid_until": "2026-11-01"}, ("/valid_until", "before_start")),
        ({"evidence": ""}, ("/evidence", "blank")),
        ({"proxy": "01930000-0000-7000-8000-00000000dead"}, ("/proxy", "unknown_field")),
        ({"ended_on": "2026-11-02"}, ("/ended_on", "unknown_field")),
    ],
)
def test_what_is_wrong_is_pointed_at_and_nothing_is_kept(session, professional, more, expected):
    answer = session(professional.user).post(URL, body(professional, **more))

    assert expected in said(answer)
    assert not Proxy.objects.exists() and not Event.objects.exists()


def test_a_registration_that_is_not_found_is_named(session, professional, other_bank):
    elsewhere = factories.make_professional(other_bank)

    answer = session(professional.user).post(URL, body(elsewhere))

    assert_not_found(answer, "/subject_id")
    assert not Proxy.objects.exists()


def test_the_rest_of_the_organization_reads_it_and_only_its_owner_names_one(session, organization, owner):
    member = factories.make_user()
    organization.members.create(user=member, role="member", created_at=factories.AT, updated_at=factories.AT)

    refused = session(member).post(URL, body(organization))
    named = session(owner).post(URL, body(organization, powers=["needs"]))

    assert (refused.status_code, named.status_code) == (403, 201)
    assert session(member).get(f"{URL}/{named.json()['id']}").json()["allowed_actions"] == []


def test_nobody_else_sees_whose_daughter_speaks(session, bank, other_bank, professional, analyst, desk):
    proxy = factories.make_proxy(professional)
    others = [factories.make_professional(bank).user, factories.make_staff(other_bank, "bank_admin"), analyst, desk]

    for user in others:
        answer = session(user).get(f"{URL}/{proxy.pk}")
        assert answer.status_code == 404 and "佐藤" not in answer.content.decode()
        assert session(user).get(URL).json()["results"] == []


def test_lists_are_filtered_and_cost_the_same_however_long(session, bank, professional, coordinator):
    other = factories.make_professional(bank)
    over = factories.make_proxy(other, valid_from="2026-01-01", valid_until="2026-11-01")
    mine = factories.make_proxy(professional)
    client = session(coordinator)

    def found(**query: Any) -> set[str]:
        return {row["id"] for row in client.get(URL, query).json()["results"]}

    assert found() == {str(over.pk), str(mine.pk)}
    assert found(subject=professional.pk) == found(running="true") == {str(mine.pk)}
    assert found(running="false") == {str(over.pk)}
    with CaptureQueriesContext(
        connection,
    ) as few:
        found()
    for _ in range(5):
        factories.make_proxy(factories.make_professional(bank))
    with CaptureQueriesContext(connection) as many:
        assert len(found()) == 7
    assert len(many) == len(few)


def test_a_registration_is_edited_because_a_proxy_said_so_and_the_record_keeps_who(session, professional, desk):
    proxy = factories.make_proxy(professional, powers=["registration"])
    place, client = f"{API}/professionals/{professional.pk}", session(desk)

    answer = client.patch(
        place, {"headline": "帳簿の電子化", **behalf(proxy=str(proxy.pk))}, headers=at_version(professional)
    )

    assert answer.status_code == 200, answer.content.decode()
    event = Event.objects.get(subject_id=professional.pk)
    assert event.facts["proxy"] == str(proxy.pk) and not [word for word in PERSONAL if word in str(event.facts)]
    for reader in (professional.user, desk):
        (step,) = session(reader).get(f"{place}/events").json()["results"]
        assert step["proxy"] == str(proxy.pk)


def test_a_proxy_without_the_power_to_consent_submits_no_consents(session, bank, desk):
    professional = factories.make_professional(bank, registration_state="draft", skills=["ec-site"])
    proxy = factories.make_proxy(professional, powers=["registration"])
    place, before = f"{API}/professionals/{professional.pk}/submit", Consent.objects.count()
    sent = behalf(proxy=str(proxy.pk), consents=["messages"])

    refused = session(desk).post(place, sent, headers=at_version(professional))
    assert said(refused) == [("/proxy", "proxy_lacks_power")]
    professional.refresh_from_db()
    assert (professional.registration_state, Consent.objects.count()) == ("draft", before)

    Proxy.objects.update(for_consents=True)
    answer = session(desk).post(place, sent, headers=at_version(professional))
    assert (answer.status_code, Consent.objects.count()) == (200, before + 1), answer.content.decode()


def test_a_consent_is_given_and_taken_back_through_a_proxy(session, bank, desk):
    professional = factories.make_professional(bank, entered_by=desk)
    deaf, proxy = (factories.make_proxy(professional, powers=[power]) for power in ("matches", "consents"))
    client, sent = session(desk), {"subject_kind": "professional", "subject_id": str(professional.pk)}
    sent["kinds"] = ["publication"]

    refused = client.post(f"{API}/consents", {**sent, **behalf(proxy=str(deaf.pk))})
    other = client.post(f"{API}/consents", {**sent, **behalf("organization")})
    given = client.post(f"{API}/consents", {**sent, **behalf(proxy=str(proxy.pk))})
    taken = client.post(
        f"{API}/consents/{given.json()['id']}/withdraw",
        behalf(proxy=str(proxy.pk)),
        headers={"If-Match": given.json()["etag"]},
    )

    assert said(refused) == [("/proxy", "proxy_lacks_power")]
    assert said(other) == [("/on_behalf_of", "not_the_holder")]
    assert (given.status_code, given.json()["channel"], taken.status_code) == (201, "phone", 200)
    events = Event.objects.filter(subject_kind="consent")
    assert [(each.action, each.channel, each.facts["proxy"]) for each in events.order_by("sequence")] == [
        ("give", "phone", str(proxy.pk)),
        ("withdraw", "phone", str(proxy.pk)),
    ]


def test_a_match_is_answered_through_a_proxy_and_the_other_side_learns_nothing_of_it(
    session, need, professional, owner, coordinator, desk
):
    match = factories.make_match(need, professional, "awaiting_professional")
    theirs = factories.make_proxy(need.organization)
    proxy = factories.make_proxy(professional)

    wrong = post(session(desk), match, "accept", **behalf(proxy=str(theirs.pk)))
    assert said(wrong) == [("/proxy", "no_such_proxy")]
    match.refresh_from_db()
    assert match.state == "awaiting_professional" and not Event.objects.filter(action="accept").exists()
    right = post(session(desk), match, "accept", **behalf(proxy=str(proxy.pk)))
    assert right.status_code == 200, right.content.decode()

    def shown(user: Any) -> list[str | None]:
        return [step["proxy"] for step in session(user).get(f"{API}/matches/{match.pk}/events").json()["results"]]

    assert shown(coordinator) == shown(professional.user) == shown(desk) == [None, str(proxy.pk)]
    assert shown(owner) == [None, None]
    told = session(owner).get(f"{API}/matches/{match.pk}").content.decode()
    kept = told + str(list(Event.objects.values())) + str(list(OutboxMessage.objects.values()))
    assert [word for word in PERSONAL if word in kept] == []


def test_a_need_is_written_through_a_proxy_of_its_organization(session, organization, desk):
    proxy = factories.make_proxy(organization, powers=["needs"])
    sent = {"organization": str(organization.pk), "title": "ネットで漬物を売りたい", **behalf("organization")}

    answer = session(desk).post(f"{API}/needs", {**sent, "proxy": str(proxy.pk)})
    Proxy.objects.update(for_needs=False, for_matches=True)
    refused = session(desk).post(f"{API}/needs", {**sent, "proxy": str(proxy.pk)})

    assert (answer.status_code, said(refused)) == (201, [("/proxy", "proxy_lacks_power")])
    (step,) = session(desk).get(f"{API}/needs/{answer.json()['id']}/events").json()["results"]
    assert step["proxy"] == str(proxy.pk)


def test_who_asked_about_a_need_is_not_told_by_the_proxy_who_asked(session, bank, need, owner, coordinator, desk):
    professional = factories.make_professional(bank, entered_by=desk)
    proxy = factories.make_proxy(professional, powers=["matches"])
    sent = {"text": "在庫は何点ですか。", "professional": str(professional.pk), **behalf(proxy=str(proxy.pk))}

    assert session(desk).post(f"{API}/needs/{need.pk}/questions", sent).status_code == 201

    def shown(user: Any) -> list[str | None]:
        return [step["proxy"] for step in session(user).get(f"{API}/needs/{need.pk}/events").json()["results"]]

    assert (shown(owner), shown(coordinator)) == ([None], [str(proxy.pk)])


def test_a_repeat_is_answered_as_before_though_the_proxy_has_ended(session, clock, need, professional, desk):
    match = factories.make_match(need, professional, "awaiting_professional")
    proxy = factories.make_proxy(professional)
    headers = {**at_version(match), "Idempotency-Key": "aki-1"}
    place, sent = f"{API}/matches/{match.pk}/accept", behalf(proxy=str(proxy.pk))
    first = session(desk).post(place, sent, headers=headers)
    clock.forward(hours=1)
    ended = session(professional.user).post(f"{URL}/{proxy.pk}/end", {}, headers=at_version(proxy))

    again = session(desk).post(place, sent, headers=headers)
    anew = post(session(desk), match, "withdraw", **sent)

    assert (first.status_code, ended.status_code, again.headers["Idempotency-Replayed"]) == (200, 200, "true")
    assert again.json() == first.json()
    assert said(anew) == [("/proxy", "proxy_not_running")]


def test_a_proxy_is_named_by_staff_alone_and_not_where_nothing_is_yet(session, bank, professional, desk):
    proxy = str(factories.make_proxy(professional).pk)
    own = session(professional.user).patch(
        f"{API}/professionals/{professional.pk}", {"headline": "集客", "proxy": proxy}, headers=at_version(professional)
    )
    new = session(desk).post(f"{API}/professionals", {"bank": bank.slug, "name": "高橋", **behalf(proxy=proxy)})

    assert said(own) == [("/proxy", "needs_on_behalf_of")]
    assert said(new) == [("/proxy", "unknown_field")]


def test_a_proxy_outlives_the_withdrawal_and_no_other_is_named(session, bank):
    professional = factories.make_professional(bank, registration_state="withdrawn")
    proxy = factories.make_proxy(professional)
    mine = session(professional.user)

    answer = mine.post(URL, body(professional))

    assert (answer.status_code, answer.json()["state"]) == (409, "withdrawn")
    assert mine.get(f"{URL}/{proxy.pk}").json()["state"] == "running"
