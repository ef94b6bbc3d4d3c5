"""Trip 4: what is written ranks anew in the next request, in every process."""

from __future__ import annotations

import pytest

from talentbank.ranking import store
from tests import factories
from tests.journeys.conftest import calls

pytestmark = pytest.mark.database


def names(staff, need):
    return [row["professional"]["name"] for row in staff.get(f"/needs/{need.pk}/candidates")["results"]]


def test_an_edited_profile_ranks_anew_in_the_next_request(bank, organization, coordinator):
    staff = calls(coordinator)
    other = {"headline": "写真撮影", "summary": "料理の写真。"}
    first = factories.make_professional(bank, name="一番", headline="漬物の通信販売", summary="通信販売を十年。")
    second = factories.make_professional(bank, name="二番", **other)
    need = factories.make_need(organization)
    assert names(staff, need)[0] == "一番"

    seller = {"headline": "漬物の通信販売", "summary": "通信販売を十年。"}
    for professional, change in ((first, other), (second, seller)):
        person = calls(professional.user)
        row = person.get(f"/professionals/{professional.pk}")
        person.patch(f"/professionals/{professional.pk}", change, etag=row["etag"])

    assert names(staff, need)[0] == "二番"


def test_a_suspended_professional_is_gone_from_the_next_ranking(bank, organization, coordinator, professional):
    staff, need = calls(coordinator), factories.make_need(organization, own_words="ECサイトを運用したい")
    assert names(staff, need) == [professional.name]

    staff.act("/professionals", staff.get(f"/professionals/{professional.pk}"), "suspend")

    assert names(staff, need) == []


@pytest.mark.django_db(transaction=True)
def test_a_process_that_ranked_before_sees_what_another_one_wrote(bank, organization, professional):
    need = factories.make_need(organization, own_words="漬物を通信販売したい")
    known = store.state_of(bank.pk)
    person = calls(professional.user)
    row = person.get(f"/professionals/{professional.pk}")
    person.patch(f"/professionals/{professional.pk}", {"headline": "通信販売の達人"}, etag=row["etag"])

    again = store.state_of(bank.pk)

    assert again is not known and again.revision > known.revision
    assert need.pk


@pytest.mark.django_db(transaction=True)
def test_a_word_that_a_coordinator_teaches_is_known_in_the_next_ranking_of_a_process_that_ranked_before(
    bank, organization, coordinator
):
    staff, need = (
        calls(coordinator),
        factories.make_need(organization, title="マルシェに出たい", own_words="初めてです。"),
    )
    seller = factories.make_professional(bank, headline="青空市の露店", summary="露店の手配。")
    known = store.state_of(bank.pk)
    assert seller.name not in names(staff, need)

    preview = staff.post("/thesaurus/preview", {"bank": bank.slug, "forms_ja": ["マルシェ", "青空市"]})
    assert store.state_of(bank.pk) is known
    staff.post("/thesaurus", {"bank": bank.slug, "forms_ja": ["マルシェ", "青空市"]}, expect=201)

    assert [place["professional"]["name"] for place in preview["ranking"]["changes"][0]["entered"]] == [seller.name]
    assert names(staff, need) == [seller.name]
