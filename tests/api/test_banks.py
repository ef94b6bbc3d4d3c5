"""Banks and their texts over HTTP: anybody reads, only their bank_admins write."""

from __future__ import annotations

import hashlib

import pytest

from talentbank.banks.models import BankText
from tests import factories

URL = "/api/v1/banks"
pytestmark = [pytest.mark.usefixtures("clock"), pytest.mark.database]


def test_anybody_reads_banks_by_id_and_by_slug(session, bank, other_bank):
    nobody = session(None)

    listed = nobody.get(URL).json()["results"]
    by_id, by_slug = nobody.get(f"{URL}/{bank.pk}"), nobody.get(f"{URL}/{bank.slug}")

    assert [row["slug"] for row in listed] == sorted([bank.slug, other_bank.slug])
    assert by_id.json() == by_slug.json() == next(row for row in listed if row["slug"] == bank.slug)
    assert by_id.json()["policy"]["four_eyes"] == "strict"
    assert nobody.get(f"{URL}/{bank.pk}", headers={"If-None-Match": by_id.headers["ETag"]}).status_code == 304


@pytest.mark.parametrize("name", ["elsewhere", "%00", "０７", "018f0000-0000-7000-8000-000000000000", "x" * 500])
def test_a_bank_that_is_not_there_is_404(session, bank, name):
    assert session(None).get(f"{URL}/{name}").status_code == 404
    assert session(None).get(f"{URL}/{name}/texts").status_code == 404


def test_banks_are_filtered_by_kind(session, bank):
    factories.make_bank(kind="dispatch")

    assert [row["kind"] for row in session(None).get(f"{URL}?kind=dispatch").json()["results"]] == ["dispatch"]
    assert session(None).get(f"{URL}?kind=circus").status_code == 400


def test_an_admin_changes_words_and_single_policies(door, bank, bank_admin):
    admin = door(bank_admin)
    etag = admin.get(f"{URL}/{bank.slug}").headers["ETag"]
    body = {"name": "あかつきデジタル人材バンク 𠮷", "policy": {"four_eyes": "countersign"}}

    changed = admin.patch(f"{URL}/{bank.slug}", body, headers={"If-Match": etag})

    assert changed.status_code == 200
    assert (changed.json()["name"], changed.json()["policy"]["four_eyes"]) == (body["name"], "countersign")
    assert changed.json()["policy"]["answer_days"] == 10
    assert admin.patch(f"{URL}/{bank.slug}", body, headers={"If-Match": etag}).status_code == 412
    assert admin.patch(f"{URL}/{bank.slug}", body).status_code == 428


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"policy": {"four_eyes": "never"}}, "/policy/four_eyes"),
        ({"policy": {"answer_days": "14"}}, "/policy/answer_days"),
        ({"policy": {"answer_days": -1}}, "/policy/answer_days"),
        ({"policy": {"mood": "good"}}, "/policy/mood"),
        ({"office": {"fax": "1"}}, "/office/fax"),
        ({"slug": "new"}, "/slug"),
        ({"name": None}, "/name"),
    ],
)
def test_wrong_changes_are_pointed_at_and_nothing_changes(session, bank, bank_admin, body, pointer):
    answer = session(bank_admin).patch(f"{URL}/{bank.pk}", body, headers={"If-Match": '"1.0000000000000000"'})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, pointer)
    bank.refresh_from_db()
    assert bank.version == 1


@pytest.mark.parametrize("who", ["coordinator", "desk", "analyst"])
def test_other_roles_and_other_banks_change_nothing(request, session, bank, other_bank, who):
    user = request.getfixturevalue(who)
    stranger = factories.make_staff(other_bank, "bank_admin")
    text = {"kind": "matching", "number": 2, "ja": "第2版"}

    for client in (session(user), session(stranger)):
        patched = client.patch(f"{URL}/{bank.pk}", {"name": "x"}, headers={"If-Match": '"1.0000000000000000"'})
        assert patched.status_code == client.post(f"{URL}/{bank.pk}/texts", text).status_code == 403
    assert session(None).post(f"{URL}/{bank.pk}/texts", text).status_code == 401


def test_an_admins_token_needs_the_scope(bearer, bank, bank_admin):
    body, headers = {"name": "x"}, {"If-Match": '"1.0000000000000000"'}

    assert bearer(bank_admin, scopes=("me:read",)).patch(f"{URL}/{bank.pk}", body, headers=headers).status_code == 403
    assert (
        bearer(bank_admin, scopes=("bank:admin",)).patch(f"{URL}/{bank.pk}", body, headers=headers).status_code == 200
    )


def test_a_new_version_of_a_text_replaces_the_old_one_and_keeps_it(session, clock, bank, bank_admin):
    clock.forward(days=1)
    text = {"kind": "disclosure", "number": 2, "ja": "第2版：相手方への開示", "en": "Version 2: disclosure"}

    made = session(bank_admin).post(f"{URL}/{bank.slug}/texts", text)

    assert made.status_code == 201
    assert made.json()["sha256"] == hashlib.sha256(text["ja"].encode()).hexdigest()
    current = session(None).get(f"{URL}/{bank.slug}/texts").json()["results"]
    shown = {(row["kind"], row["number"], row["language"]) for row in current if row["kind"] == "disclosure"}
    assert shown == {("disclosure", 2, "ja"), ("disclosure", 2, "en")}
    assert BankText.objects.get(bank=bank, kind="disclosure", number=1).valid_until == clock.at


def test_no_number_is_left_out(session, clock, bank, bank_admin):
    clock.forward(days=1)
    admin, place = session(bank_admin), f"{URL}/{bank.slug}/texts"

    refused = admin.post(place, {"kind": "disclosure", "number": 1000, "ja": "第1000版"})

    assert refused.status_code == 400
    (error,) = refused.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/number", "text_version_skipped")
    assert error["detail"] == "次の版番号は 2 です。"
    assert BankText.objects.get(bank=bank, kind="disclosure").valid_until is None
    assert admin.post(place, {"kind": "disclosure", "number": 2, "ja": "第2版"}).status_code == 201


def test_a_number_once_used_is_taken(session, clock, bank, bank_admin):
    clock.forward(days=1)
    text = {"kind": "disclosure", "number": 1, "ja": "別の第1版"}

    answer = session(bank_admin).post(f"{URL}/{bank.slug}/texts", text)

    assert (answer.status_code, answer.json()["code"]) == (409, "text_version_exists")
    assert BankText.objects.get(bank=bank, kind="disclosure").valid_until is None
