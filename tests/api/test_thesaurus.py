"""The thesaurus over HTTP: staff read, coordinators edit what their bank makes of it, with a preview before."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection

from talentbank.core.models import Event
from talentbank.ranking import previews
from talentbank.skills.groups import thesaurus_load
from talentbank.skills.models import GroupSource, ThesaurusGroup
from talentbank.skills.thesaurus import SynonymGroup
from tests import factories
from tests.factories import AT, make_need, make_professional

URL = "/api/v1/thesaurus"
STALE = {"If-Match": '"9.0000000000000000"'}
SHARED = (
    SynonymGroup("online-shop", "online-sales", ("ネットショップ", "通販サイト"), ("online shop",)),
    SynonymGroup("website", "it", ("ホームページ", "ウェブサイト", "HP")),
    SynonymGroup("wholesale", "business", ("卸", "卸売")),
)
pytestmark = [pytest.mark.usefixtures("clock", "shared"), pytest.mark.database]


@pytest.fixture
def shared(db: None) -> dict[str, str]:
    """Code of a shared group → its id."""
    thesaurus_load(groups=SHARED, source=GroupSource.TALENTBANK, at=AT)
    return {code: str(pk) for code, pk in ThesaurusGroup.objects.values_list("code", "pk")}


@pytest.fixture
def staff(session, coordinator) -> Any:
    return session(coordinator)


def added(client: Any, bank: Any, **body: Any) -> dict[str, Any]:
    answer = client.post(URL, {"bank": bank.slug, **body})
    assert answer.status_code == 201, answer.content.decode()
    return dict(answer.json())


def listed(client: Any, bank: Any, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(URL, {"bank": bank.slug, **query})
    assert answer.status_code == 200, answer.content.decode()
    return list(answer.json()["results"])


def forms(rows: list[dict[str, Any]]) -> set[str]:
    return {row["forms_ja"][0] for row in rows}


def wrong(answer: Any) -> list[tuple[str, str]]:
    assert answer.status_code == 400, answer.content.decode()
    return [(error["pointer"], error["code"]) for error in answer.json()["errors"]]


def test_staff_of_every_role_read_shared_groups_and_their_own(session, staff, bank, desk, analyst, bank_admin):
    own = added(staff, bank, forms_ja=["朝市", "マルシェ"], note="商店街の言い方")

    for user in (desk, analyst, bank_admin):
        assert forms(listed(session(user), bank)) == {"ネットショップ", "ホームページ", "卸", "朝市"}
    assert (own["origin"], own["source"], own["bank"], own["shared"]) == ("own", "bank", str(bank.pk), None)
    (row,) = listed(staff, bank, origin="own")
    assert row == {**{name: own[name] for name in row}, "etag": row["etag"]}


def test_groups_are_found_by_any_form_whatever_its_width_and_by_area_and_state(staff, bank, shared):
    added(staff, bank, shared=shared["website"], active=False)

    assert forms(listed(staff, bank, q="ﾂｳﾊﾝ")) == set()
    assert forms(listed(staff, bank, q="ＯＮＬＩＮＥ ｓｈ")) == {"ネットショップ"}
    assert forms(listed(staff, bank, q="ｳｪﾌﾞｻｲﾄ")) == {"ホームページ"}
    assert forms(listed(staff, bank, area="business")) == {"卸"}
    assert forms(listed(staff, bank, active="false")) == {"ホームページ"}
    assert forms(listed(staff, bank, origin=["changed", "own"])) == {"ホームページ"}
    assert forms(listed(staff, bank, source="talentbank")) == {"ネットショップ", "卸"}


def test_pages_go_on_where_the_last_one_ended(staff, bank):
    first = staff.get(URL, {"bank": bank.slug, "limit": 2}).json()
    second = staff.get(first["next"]).json()

    assert [len(first["results"]), len(second["results"]), second["next"]] == [2, 1, None]
    assert forms(first["results"]) | forms(second["results"]) == {"ネットショップ", "ホームページ", "卸"}


def test_a_list_costs_the_same_whatever_its_length(staff, bank, shared, django_assert_max_num_queries):
    for code in shared:
        added(staff, bank, shared=shared[code])

    with django_assert_max_num_queries(8):
        assert len(listed(staff, bank)) == 3


def test_a_group_in_place_of_a_shared_one_takes_over_what_is_not_said_and_leaves_it_as_it_was(
    session, staff, bank, other_bank, shared
):
    made = added(staff, bank, shared=shared["online-shop"], forms_ja=["ネットショップ", "通販サイト", "ネットの売店"])

    assert (made["origin"], made["area"], made["forms_en"]) == ("changed", "online-sales", ["online shop"])
    assert made["shared"]["forms_ja"] == ["ネットショップ", "通販サイト"]
    assert [row["id"] for row in listed(staff, bank, q="通販")] == [made["id"]]
    elsewhere = listed(session(factories.make_staff(other_bank)), other_bank, q="通販")
    assert [row["id"] for row in elsewhere] == [shared["online-shop"]]
    again = staff.post(URL, {"bank": bank.slug, "shared": shared["online-shop"]})
    assert (again.status_code, again.json()["code"]) == (409, "thesaurus_group_stood_in_for")


def test_a_shared_group_is_edited_by_nobody(session, bank_admin, shared):
    admin, address = session(bank_admin), f"{URL}/{shared['website']}"
    etag = {"If-Match": admin.get(address).headers["ETag"]}

    for answer in (admin.patch(address, {"active": False}, headers=etag), admin.delete(address, headers=etag)):
        assert (answer.status_code, answer.json()["code"]) == (409, "thesaurus_group_is_shared")
    assert ThesaurusGroup.objects.get(pk=shared["website"]).active


def test_a_change_takes_the_version_and_stands_on_the_banks_record(staff, bank):
    made = added(staff, bank, forms_ja=["朝市", "マルシェ"])
    address, etag = f"{URL}/{made['id']}", {"If-Match": made["etag"]}

    changed = staff.patch(address, {"forms_ja": ["朝市", "青空市"], "note": "マルシェは別の意味"}, headers=etag)

    assert (changed.status_code, changed.json()["forms_ja"]) == (200, ["朝市", "青空市"])
    assert staff.patch(address, {"note": "x"}, headers=etag).status_code == 412
    assert staff.patch(address, {"note": "x"}).status_code == 428
    event = Event.objects.get(action="change-thesaurus-group")
    assert (event.bank_id, event.subject_kind, event.actor_role) == (bank.pk, "bank", "coordinator")
    assert event.facts == {"group": made["id"], "shared": "", "active": True}
    assert event.text.content["before"]["forms_ja"] == ["朝市", "マルシェ"]


def test_striking_out_gives_the_shared_group_back(staff, bank, shared):
    made = added(staff, bank, shared=shared["website"], active=False)
    address = f"{URL}/{made['id']}"

    assert staff.delete(address).status_code == 428
    assert staff.delete(address, headers=STALE).status_code == 412
    assert staff.delete(address, headers={"If-Match": made["etag"]}).status_code == 204
    assert staff.get(address).status_code == 404
    assert [row["id"] for row in listed(staff, bank, q="ホームページ")] == [shared["website"]]
    assert Event.objects.filter(action="remove-thesaurus-group", facts__shared="website").count() == 1


@pytest.mark.parametrize(
    ("body", "errors"),
    [
        ({"forms_ja": ["朝市"]}, [("/forms_ja", "too_few_forms")]),
        ({"forms_ja": ["朝市", "市"]}, [("/forms_ja/1", "form_too_short")]),
        ({"forms_ja": ["朝市", "Ａ"]}, [("/forms_ja/1", "form_too_short")]),
        ({"forms_ja": ["マルシェ", "ﾏﾙｼｪ"]}, [("/forms_ja/1", "duplicate_item")]),
        ({"forms_ja": ["朝市", "SEO"], "forms_en": ["ｓｅｏ"]}, [("/forms_en/0", "duplicate_item")]),
        ({"forms_ja": ["朝市", "市" * 61]}, [("/forms_ja/1", "max_length")]),
        ({"forms_ja": ["朝市", "です"]}, [("/forms_ja/1", "says_nothing")]),
        ({"forms_ja": ["朝市", "👍👍"]}, [("/forms_ja/1", "says_nothing")]),
        ({"forms_ja": ["朝市", "朝\n市"]}, [("/forms_ja/1", "says_nothing")]),
        ({"forms_ja": ["朝市", " "]}, [("/forms_ja/1", "blank")]),
        ({"forms_ja": ["朝市", "青空市"], "area": "moon"}, [("/area", "unknown_area")]),
        ({"shared": "018f0000-0000-7000-8000-000000000000"}, [("/shared", "unknown_thesaurus_group")]),
        ({"forms_ja": ["朝市", "青空市"], "code": "x"}, [("/code", "unknown_field")]),
    ],
)  # fmt: skip
def test_a_form_that_cannot_stand_is_pointed_at(staff, bank, body, errors):
    assert wrong(staff.post(URL, {"bank": bank.slug, **body})) == errors
    assert wrong(staff.post(f"{URL}/preview", {"bank": bank.slug, **body})) == errors
    assert not ThesaurusGroup.objects.filter(bank=bank).exists()


def test_what_a_shared_group_holds_may_stay_in_what_stands_in_for_it(staff, bank, shared):
    made = added(staff, bank, shared=shared["wholesale"], forms_ja=["卸", "卸売", "問屋"])

    assert made["forms_ja"] == ["卸", "卸売", "問屋"]


def test_a_form_of_other_groups_is_warned_of_and_refused_where_it_would_mean_everything(staff, bank, shared):
    made = added(staff, bank, forms_ja=["ヒューレット", "ＨＰ"])
    (warning,) = made["warnings"]

    assert (warning["code"], warning["form"]) == ("form_in_several_groups", "ＨＰ")
    assert [group["id"] for group in warning["groups"]] == [shared["website"]]
    assert staff.get(f"{URL}/{made['id']}").json()["warnings"] == made["warnings"]
    added(staff, bank, forms_ja=["馬力"], forms_en=["hp"])
    answer = staff.post(URL, {"bank": bank.slug, "forms_ja": ["体力値"], "forms_en": ["HP"]})
    assert wrong(answer) == [("/forms_en/0", "ambiguous_form")]


@pytest.mark.parametrize("who", ["desk", "analyst"])
def test_other_staff_and_other_banks_change_nothing(request, session, staff, bank, other_bank, who, shared):
    made = added(staff, bank, forms_ja=["朝市", "マルシェ"])
    address, etag = f"{URL}/{made['id']}", {"If-Match": made["etag"]}
    body = {"bank": bank.slug, "forms_ja": ["青空市", "フリマ"]}
    user, stranger = session(request.getfixturevalue(who)), session(factories.make_staff(other_bank))

    for client in (user, stranger):
        assert client.post(URL, body).status_code == 403
        assert client.post(f"{URL}/preview", body).status_code == 403
    for call in (user.patch(address, {"active": False}, headers=etag), user.delete(address, headers=etag)):
        assert call.status_code == 403
    preview = stranger.post(f"{URL}/preview", {"group": made["id"], "remove": True})
    for call in (stranger.get(address), stranger.patch(address, {"active": False}, headers=etag), preview):
        assert call.status_code == 404
    assert stranger.get(URL, {"bank": bank.slug}).status_code == 403
    assert user.patch(f"{URL}/{shared['website']}", {"active": False}, headers=STALE).status_code == 403


def test_sides_see_no_thesaurus_and_a_token_needs_the_scope(session, bearer, bank, professional, coordinator):
    body = {"bank": bank.slug, "forms_ja": ["青空市", "フリマ"]}

    assert session(professional.user).get(URL, {"bank": bank.slug}).status_code == 403
    assert bearer(coordinator, scopes=("me:read",)).post(URL, body).status_code == 403
    assert bearer(coordinator, scopes=("vocabulary:write",)).post(f"{URL}/preview", body).status_code == 403
    assert bearer(coordinator, scopes=("vocabulary:write",)).post(URL, body).status_code == 201


# ザルツィカ is no word: near words, which the engine knows by itself, would find a real one without any group.
def test_what_is_saved_ranks_the_next_request(staff, bank, organization):
    make_professional(bank, headline="帳簿づけ", summary="帳簿づけの手伝い。")
    wanted = make_professional(bank, headline="ザルツィカの世話", summary="ザルツィカばかり。", skills=[])
    need = make_need(organization, title="マルシェに出たい", own_words="マルシェを始めたい。")

    def names() -> list[str]:
        results = staff.get(f"/api/v1/needs/{need.pk}/candidates").json()["results"]
        return [row["professional"]["name"] for row in results]

    assert wanted.name not in names()
    made = added(staff, bank, forms_ja=["マルシェ", "ザルツィカ"])
    assert names()[0] == wanted.name
    staff.patch(f"{URL}/{made['id']}", {"active": False}, headers={"If-Match": made["etag"]})
    assert wanted.name not in names()


def test_the_preview_says_who_would_enter_and_by_which_words_and_saves_nothing(staff, bank, organization):
    wanted = make_professional(bank, headline="ザルツィカの世話", summary="ザルツィカばかり。", skills=[])
    need = make_need(organization, title="マルシェに出たい", own_words="マルシェを始めたい。")
    make_need(organization, title="帳簿をつけたい", own_words="帳簿をつけたい。")
    events = Event.objects.count()

    answer = staff.post(f"{URL}/preview", {"bank": bank.slug, "forms_ja": ["マルシェ", "ザルツィカ"]})

    assert answer.status_code == 200, answer.content.decode()
    assert answer.json()["group"]["forms_ja"] == ["マルシェ", "ザルツィカ"]
    ranking = answer.json()["ranking"]
    (change,) = ranking["changes"]
    (entered,) = change["entered"]
    assert (change["need"]["id"], entered["professional"]["name"]) == (str(need.pk), wanted.name)
    assert (entered["rank_before"], entered["rank_after"], entered["score_before"]) == (None, 1, 0.0)
    assert {"need_term": "マルシェ", "profile_term": "ザルツィカ", "relation": "synonym"} in change["met"]
    assert (ranking["needs_compared"], ranking["needs_left_out"], ranking["professionals_compared"]) == (2, 0, 1)
    assert (ThesaurusGroup.objects.filter(bank=bank).count(), Event.objects.count()) == (0, events)


@pytest.mark.django_db(transaction=True)
def test_a_preview_ranks_outside_any_transaction_and_a_repeat_is_answered_from_the_record(staff, bank, monkeypatch):
    inside = []
    ranked = previews.ranking_preview

    def watched(**given: Any) -> Any:
        inside.append(connection.in_atomic_block)
        return ranked(**given)

    monkeypatch.setattr(previews, "ranking_preview", watched)
    body, key = {"bank": bank.slug, "forms_ja": ["マルシェ", "青空市"]}, {"Idempotency-Key": "preview-1"}

    first = staff.post(f"{URL}/preview", body, headers=key)
    again = staff.post(f"{URL}/preview", body, headers=key)

    assert inside == [False, False]
    assert again.headers["Idempotency-Replayed"] == "true" and again.json() == first.json()
    assert staff.post(f"{URL}/preview", {**body, "note": "x"}, headers=key).status_code == 422


def test_a_preview_refuses_what_saving_refuses(staff, bank, shared):
    added(staff, bank, shared=shared["website"], active=False)

    answer = staff.post(f"{URL}/preview", {"bank": bank.slug, "shared": shared["website"]})

    assert (answer.status_code, answer.json()["code"]) == (409, "thesaurus_group_stood_in_for")


def test_the_preview_of_a_removal_is_the_way_back(staff, bank, organization):
    make_professional(bank, headline="ザルツィカの世話", summary="ザルツィカばかり。", skills=[])
    make_need(organization, title="マルシェに出たい", own_words="マルシェを始めたい。")
    made = added(staff, bank, forms_ja=["マルシェ", "ザルツィカ"])

    removal = staff.post(f"{URL}/preview", {"group": made["id"], "remove": True}).json()
    as_it_is = staff.post(f"{URL}/preview", {"group": made["id"], "note": "そのまま"}).json()

    (change,) = removal["ranking"]["changes"]
    assert removal["group"] is None
    assert [place["rank_after"] for place in change["left"]] == [None]
    assert [meeting["profile_term"] for meeting in change["lost"]] == ["ザルツィカ"]
    assert as_it_is["ranking"]["changes"] == []
    assert ThesaurusGroup.objects.filter(pk=made["id"], version=1).exists()


@pytest.mark.parametrize(
    ("body", "pointer"),
    [({"remove": True}, "/group"), ({"group": "018f0000-0000-7000-8000-000000000000", "bank": "x"}, "/group")],
)
def test_a_preview_is_of_one_change(staff, body, pointer):
    assert staff.post(f"{URL}/preview", body).json()["errors"][0]["pointer"] == pointer
