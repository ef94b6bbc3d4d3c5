"""Work reports: filed once a day, answered once, read by both sides and nobody else."""

from __future__ import annotations

from typing import Any

import pytest

from talentbank.core.models import Event
from talentbank.matches.models import WorkReport
from tests import factories
from tests.api.match_calls import URL, refusals
from tests.factories import TODAY

pytestmark = pytest.mark.django_db
REPORT = {"period_start": "2026-10-26", "period_end": "2026-11-01", "hours": 6.5, "work_done": "商品を登録しました。"}


@pytest.fixture(autouse=True)
def stopped(clock):
    return clock


@pytest.fixture
def match(need, professional):
    return factories.make_match(need, professional, "active", started_on=TODAY.replace(month=10, day=1))


def file(client: Any, match: Any, **more: Any) -> Any:
    return client.post(f"{URL}/{match.pk}/work-reports", {**REPORT, **more})


def answer(client: Any, match: Any, report: Any, how: str, **body: Any) -> Any:
    path = f"{URL}/{match.pk}/work-reports/{report['id']}/{how}"
    return client.post(path, body, headers={"If-Match": report["etag"]})


def test_a_report_is_filed_confirmed_and_read_by_both(door, match, professional, owner):
    filed = file(door(professional.user), match, next_steps="写真を撮ります。")
    assert (filed.status_code, filed.json()["state"]) == (201, "filed")

    confirmed = answer(door(owner), match, filed.json(), "confirm", comment="助かりました。")
    assert (confirmed.status_code, confirmed.json()["state"]) == (200, "confirmed")
    rows = door(professional.user).get(f"{URL}/{match.pk}/work-reports").json()["results"]
    assert [(row["work_done"], row["answer_comment"]) for row in rows] == [(REPORT["work_done"], "助かりました。")]


def test_each_write_is_one_event_and_its_words_are_none_of_the_facts(session, match, professional, owner):
    filed = file(session(professional.user), match).json()
    answer(session(owner), match, filed, "return", comment="写真がありません。")

    events = Event.objects.filter(subject_id=match.pk).exclude(action="create").order_by("position")
    assert [event.action for event in events] == ["file-report", "return-report"]
    assert not any(word in str(event.facts) for event in events for word in ("商品", "写真"))
    assert events[1].text.content["comment"] == "写真がありません。"


def test_a_returned_report_is_filed_anew_and_a_standing_one_is_not_overlapped(session, match, professional, owner):
    pro = session(professional.user)
    filed = file(pro, match).json()
    assert file(pro, match, period_start="2026-11-01").json()["code"] == "work_report_overlaps"

    answer(session(owner), match, filed, "return", comment="写真がありません。")
    assert file(pro, match).status_code == 201


def test_a_report_is_answered_once_and_not_on_a_stale_look(session, match, professional, owner):
    filed = file(session(professional.user), match).json()
    firm = session(owner)
    confirmed = answer(firm, match, filed, "confirm").json()

    assert answer(firm, match, filed, "return", comment="x").status_code == 412
    assert answer(firm, match, confirmed, "return", comment="x").json()["code"] == "work_report_answered"


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"period_end": "2026-10-25"}, "/period_end"),
        ({"period_end": "2026-11-03"}, "/period_end"),
        ({"period_start": "2026-09-30"}, "/period_start"),
        ({"hours": 169}, "/hours"),
        ({"hours": -1}, "/hours"),
        ({"work_done": ""}, "/work_done"),
        ({"mood": "good"}, "/mood"),
    ],
)
def test_what_is_wrong_is_pointed_at_and_nothing_is_kept(session, match, professional, body, pointer):
    refused = file(session(professional.user), match, **body)

    assert (refused.status_code, [each["pointer"] for each in refused.json()["errors"]]) == (400, [pointer])
    assert not WorkReport.objects.exists()


@pytest.mark.parametrize(
    ("state", "status"),
    [("contracted", 409), ("active", 201), ("suspended", 201), ("delivered", 201), ("completed", 409), ("closed", 409)],
)
def test_reports_are_filed_while_the_work_runs(session, need, professional, state, status):
    match = factories.make_match(need, professional, state)

    filed = file(session(professional.user), match)
    assert filed.status_code == status
    assert status == 201 or refusals(filed) == ["state_forbids"]


@pytest.mark.parametrize(
    ("who", "reads", "files", "confirms"),
    [
        ("professional", 200, 201, 403),
        ("owner", 200, 403, 200),
        ("coordinator", 200, 403, 403),
        ("desk", 404, 404, 404),
        ("analyst", 404, 404, 404),
        ("stranger", 404, 404, 404),
    ],
)
def test_who_may_do_what(request, session, bank, match, professional, who, reads, files, confirms):
    filed = file(session(professional.user), match).json()
    user = {
        "professional": lambda: professional.user,
        "stranger": lambda: factories.make_professional(bank).user,
    }.get(who, lambda: request.getfixturevalue(who))()
    client = session(user)

    assert client.get(f"{URL}/{match.pk}/work-reports").status_code == reads
    assert file(client, match, period_start="2026-10-05", period_end="2026-10-09").status_code == files
    assert answer(client, match, filed, "confirm").status_code == confirms


def test_a_desk_files_for_a_professional_and_the_channel_is_kept(session, match, desk):
    filed = file(session(desk), match, on_behalf_of="professional", channel="phone", evidence_note="電話で聞き取り")

    assert (filed.status_code, filed.json()["channel"]) == (201, "phone")
    assert Event.objects.get(subject_id=match.pk, action="file-report").on_behalf_of == "professional"
