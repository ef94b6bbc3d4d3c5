"""Reason codes: every one has a label and polite words for both sides, and none tells what is not theirs to know."""

from __future__ import annotations

import pytest

from talentbank.core.actors import Side
from talentbank.matches import codes as matches
from talentbank.matches.states import ClosedReason
from talentbank.needs import codes as needs
from talentbank.registrations import codes as registrations

ALL = {
    (room, code): reason
    for room, reasons in (
        ("matches", matches.ALL),
        ("closings", matches.CLOSINGS),
        ("needs", needs.ALL),
        ("registrations", registrations.ALL),
    )
    for code, reason in reasons.items()
} | {
    (room.__name__.split(".")[1], f"{action}-{code}"): reason
    for room in (matches, needs, registrations)
    for action, reasons in room.REASONS.items()
    for code, reason in reasons.items()
}


@pytest.mark.parametrize("key", ALL, ids="-".join)
def test_a_reason_has_words_in_both_languages_for_both_sides(key):
    reason = ALL[key]

    for words in (reason.label, *reason.told.values()):
        assert words.ja.strip() and words.en.strip() and len(words.ja) <= 100 and words.en.isascii()
    assert set(reason.told) == set(Side)
    assert all(words.ja.endswith("。") and words.en.endswith(".") for words in reason.told.values())


@pytest.mark.parametrize(
    ("room", "action"),
    [(matches, "suspend"), (needs, "hold"), (needs, "request-changes"), (registrations, "request-changes")],
)
def test_nobody_is_told_that_it_will_not_go_on_where_it_does(room, action):
    told = [words.ja for code in room.REASONS[action] for words in room.REASONS[action][code].told.values()]
    assert not any(
        end in words for words in told for end in ("見送り", "終了しま", "ほかの方をお探し", "できませんでした")
    )


def test_what_staff_found_about_conflicts_reads_like_any_other_rejection():
    assert matches.ALL["conflict_of_interest"].told == matches.ALL["unsuited"].told
    assert matches.CLOSINGS[ClosedReason.CONFLICT_OF_INTEREST].told == matches.CLOSINGS[ClosedReason.REJECTED].told


def test_every_way_in_which_a_match_closes_has_its_words():
    assert matches.CLOSINGS.keys() == set(ClosedReason)


def test_no_side_is_told_of_the_other_sides_health_or_complaints():
    for side in Side:
        told = "".join(reason.told[side].ja for reason in [*matches.ALL.values(), *matches.CLOSINGS.values()])
        assert not any(word in told for word in ("体調", "健康", "家庭", "苦情", "利益相反"))
