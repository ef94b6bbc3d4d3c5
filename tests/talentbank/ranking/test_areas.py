"""Whether somebody who goes to these places goes to that one: only what is sure is a no."""

import pytest

from talentbank.ranking.areas import reaches

CASES = [
    (["福島市"], "福島市", True),
    (["福島市"], "福島市飯坂町", True),
    (["福島県福島市"], " 福島市 ", True),
    (["福島市飯坂町"], "福島市", True),
    (["市内"], "福島市", True),
    (["県内"], "福島市", True),
    (["福島県"], "福島市", True),
    (["福島県"], "福島県郡山市", True),
    (["全国"], "那覇市", True),
    (["二本松市", "福島市"], "福島市", True),
    (["伊達郡川俣町"], "川俣町", True),
    (["大町市"], "大町市", True),
    (["二本松市"], "福島市", False),
    (["市内"], "二本松市", False),
    (["宮城県"], "福島市", False),
    (["県内"], "宮城県仙台市", False),
    (["川俣町"], "桑折町", False),
    (["福島県"], "郡山市", None),
    (["飯坂町"], "福島市", None),
    (["駅前"], "福島市", None),
    (["二本松市", "駅前"], "福島市", None),
    ([], "福島市", None),
    (["  "], "福島市", None),
    (["🙂"], "\u200f福島市", None),
]


@pytest.mark.parametrize(("areas", "area", "answer"), CASES)
def test_places_are_compared_as_people_write_them(bank, areas, area, answer):
    bank.municipality_code, bank.municipality_name = "072010", "福島市"

    assert reaches(areas, area, bank=bank) is answer


@pytest.mark.parametrize("code", ["", "xx", "990000"])
def test_a_bank_without_a_known_prefecture_decides_nothing_by_it(bank, code):
    bank.municipality_code, bank.municipality_name = code, "福島市"

    assert reaches(["県内"], "福島市", bank=bank) is None
