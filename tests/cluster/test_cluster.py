"""The index in shards of a real cluster of two nodes: the same answers, from all of the shards or none."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Callable, Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from matching import Engine
from matching.cluster import IndexUnavailable
from matching.cluster.index import ClusterIndex
from matching.index import InvalidWeight, Rows
from matching.index.backends import empty_index
from matching.index.segmented import SegmentedIndex
from talentbank.accounts.models import User
from talentbank.professionals.models import Professional
from talentbank.ranking import placement, store
from talentbank.ranking.store import state_of
from tests.cluster.nodes import Nodes, two_nodes
from tests.contract import ContractClient
from tests.factories import make_bank, make_organization, make_staff
from tests.matching.samples import DOCUMENTS, LEXICON, NEEDS
from tests.matching.test_index import CORPUS, RIVALS, ROW, Corpus, Row, rows_of
from tests.talentbank.ranking.samples import edit, make_bookkeeper, make_shop_need, make_shopkeeper

RECOVERY_SECONDS = 30.0


@pytest.fixture(scope="module")
def nodes() -> Iterator[Nodes]:
    with two_nodes() as nodes:
        yield nodes
    assert nodes.left_over() == []


@pytest.fixture(scope="module")
def empty(nodes: Nodes) -> ClusterIndex:
    """Of four shards, each in a process of its own."""
    return nodes.index(4)


@pytest.fixture(scope="module")
def empties(nodes: Nodes, empty: ClusterIndex) -> list[ClusterIndex]:
    """Of one, two and four of the shards."""
    return [nodes.narrowed(empty, 1), nodes.narrowed(empty, 2), empty]


def recovered(ask: Callable[[], object]) -> object:
    """The first answer; until then there is none, never a part of it."""
    end = time.monotonic() + RECOVERY_SECONDS
    while True:
        try:
            return ask()
        except IndexUnavailable:
            assert time.monotonic() < end
            time.sleep(0.1)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(rows=CORPUS, gone=st.sets(st.sampled_from("xyz")), query=ROW, rivals=RIVALS, data=st.data())
def test_one_two_and_four_shards_answer_as_one_process_bit_for_bit(
    empties: list[ClusterIndex], rows: Corpus, gone: set[str], query: Row, rivals: list[Row], data: st.DataObject
) -> None:
    here = empty_index().upsert(list(rows), rows_of(rows)).remove(gone)
    chosen = data.draw(st.sets(st.sampled_from(here.ids))) if len(here) else set()

    for each in empties:
        there = each.upsert(list(rows), rows_of(rows)).remove(gone)
        assert there.top(query, rivals, limit=5) == here.top(query, rivals, limit=5)
        assert there.top(query, limit=9, mask=there.mask(chosen)) == here.top(query, limit=9, mask=here.mask(chosen))


def test_the_whole_model_ranks_and_explains_as_in_one_process(empties: list[ClusterIndex]) -> None:
    here = Engine.fit(DOCUMENTS, lexicon=LEXICON)
    assert isinstance(here.index, SegmentedIndex)
    for each in empties:
        there = here.with_index(each.filled(here.index))

        for need in NEEDS:
            assert there.rank(need, eligible={"p1", "p3", "p8"}) == here.rank(need, eligible={"p1", "p3", "p8"})
            assert there.rank(need) == here.rank(need)


def test_the_shards_lie_on_both_nodes(nodes: Nodes, empty: ClusterIndex) -> None:
    assert len({node for node, _ in nodes.whereabouts(empty)}) == 2


def test_what_an_index_refuses_is_refused_by_its_own_name(empty: ClusterIndex) -> None:
    with pytest.raises(InvalidWeight):
        empty.upsert(["p9"], Rows.of([{"a": -0.5}]))


def test_a_shard_that_is_killed_starts_anew_with_all_that_it_had(nodes: Nodes, empty: ClusterIndex) -> None:
    rows: Corpus = {f"p{n}": ({"a": 0.5, f"t{n}": 0.25}, []) for n in range(40)}
    index = empty.upsert(list(rows), rows_of(rows)).remove(["p7"])
    expected = index.top({"a": 1.0}, limit=40)

    os.kill(nodes.whereabouts(empty)[0][1], signal.SIGKILL)

    assert len(expected) == 39
    assert recovered(lambda: index.top({"a": 1.0}, limit=40)) == expected
    assert index.upsert(["p7"], Rows.of([{"a": 1.0}])).top({"a": 1.0}, limit=1) == [("p7", 1.0)]


def test_with_two_replicas_nobody_notices_that_a_process_is_killed(nodes: Nodes, empty: ClusterIndex) -> None:
    rows: Corpus = {f"p{n}": ({"a": 0.5, f"t{n}": 0.25}, []) for n in range(9)}
    index = nodes.doubled(empty).upsert(list(rows), rows_of(rows))
    expected = [index.top({"a": 1.0}, limit=9) for _ in range(4)]

    os.kill(nodes.whereabouts(index)[0][1], signal.SIGKILL)

    assert [index.top({"a": 1.0}, limit=9) for _ in range(4)] == expected
    assert len(index.remove(["p1"]).top({"a": 1.0}, limit=9)) == 8


@pytest.fixture
def clustered(nodes: Nodes, settings, monkeypatch: pytest.MonkeyPatch) -> Nodes:
    """The service with its index on the cluster."""
    settings.INDEX_CLUSTER, settings.INDEX_DIR = nodes.address, nodes.directory
    settings.INDEX_SHARDS, settings.INDEX_REPLICAS = 4, 1  # those that run already
    placement._cluster.cache_clear()
    monkeypatch.setattr(store, "_held", {})
    yield nodes
    placement._cluster.cache_clear()


def signed_in(user: User) -> ContractClient:
    client = ContractClient()
    client.force_login(user)
    return client


@pytest.mark.django_db(transaction=True)
def test_the_service_ranks_on_the_cluster_or_says_that_it_cannot(clustered: Nodes, settings) -> None:
    bank = make_bank()
    need = make_shop_need(make_organization(bank))
    make_shopkeeper(bank)
    newcomer = make_bookkeeper(bank, headline="")
    client = signed_in(make_staff(bank, "coordinator"))
    path = f"/api/v1/needs/{need.pk}/candidates"

    def candidates() -> list[tuple[str, float]]:
        answer = client.get(path)
        assert answer.status_code == 200
        return [(each["professional"]["id"], each["staff"]["score"]) for each in answer.json()["results"]]

    first = candidates()
    edit(Professional.objects.get(pk=newcomer.pk), headline="ネットショップとECサイトの構築")
    second = candidates()
    index = state_of(bank.pk).professionals.index
    for number, part in enumerate(index.parts):
        if part.size:
            os.kill(clustered.whereabouts(index)[number][1], signal.SIGKILL)
            break
    refused = client.get(path)
    recovered(lambda: index.top({"a": 1.0}, limit=1))
    third = candidates()
    settings.INDEX_CLUSTER = ""
    store._held.clear()

    assert isinstance(index, ClusterIndex)
    assert (refused.status_code, refused.json()["code"]) == (503, "ranking_unavailable")
    assert refused.headers["Retry-After"] == "5"
    assert first != second == third == candidates()


@pytest.mark.django_db(transaction=True)
def test_a_lost_version_is_loaded_anew_by_the_next_request(clustered: Nodes) -> None:
    bank = make_bank()
    make_shopkeeper(bank)
    held = state_of(bank.pk)

    held.professionals.index.is_lost = True

    assert state_of(bank.pk) is not held
    assert state_of(bank.pk).professionals.ids == held.professionals.ids


@pytest.mark.django_db(transaction=True)
def test_without_a_cluster_there_requests_are_refused_at_once(settings, monkeypatch: pytest.MonkeyPatch) -> None:
    tried = []
    with socket.create_server(("127.0.0.1", 0)) as closed:
        settings.INDEX_CLUSTER = f"127.0.0.1:{closed.getsockname()[1]}"
    placement._cluster.cache_clear()
    monkeypatch.setattr("ray.is_initialized", lambda: False)
    monkeypatch.setattr("ray.init", tried.append)
    bank = make_bank()

    for _ in range(2):
        with pytest.raises(IndexUnavailable):
            state_of(bank.pk)

    placement._cluster.cache_clear()
    assert tried == []
