"""Each figure is defined in both languages, in words and not in names of fields."""

from __future__ import annotations

import pytest

from talentbank.statistics import definitions
from talentbank.statistics.assistance import AssistedShare, Entries
from talentbank.statistics.funnel import Stage
from talentbank.statistics.quality import EarlyEnds, Quality, Satisfaction
from talentbank.statistics.speed import Speed, Wait
from talentbank.statistics.supply import MOST_NEEDS
from talentbank.statistics.suppression import LEAST

ABOUT = {"bank", "as_of", "fiscal_year"}
OF = {
    "FUNNEL": set(Stage),
    "SPEED": {*Speed.__dataclass_fields__, *Wait.__dataclass_fields__},
    "QUALITY": {
        *(name for each in (Quality, EarlyEnds, Satisfaction) for name in each.__dataclass_fields__),
        *("repeat_rate", "share"),
    },
    "SUPPLY_AND_DEMAND": {"needs_seeking", "needs_without_candidates", "exposure"},
    "ASSISTED_SHARE": {*AssistedShare.__dataclass_fields__, *Entries.__dataclass_fields__, "share", "channels"},
}


@pytest.mark.parametrize("name", OF)
def test_every_figure_is_defined_in_words(name):
    meanings = getattr(definitions, name)

    assert OF[name] - ABOUT <= meanings.keys()
    assert all(words.keys() == {"ja", "en"} and all(words.values()) for words in meanings.values())
    assert not any("_" in told for words in meanings.values() for told in words.values())


def test_the_numbers_in_the_words_are_those_that_count():
    assert f"1 to {LEAST - 1}" in definitions.HIDDEN["hidden"]["en"]
    assert f"1件から{LEAST - 1}件" in definitions.HIDDEN["hidden"]["ja"]
    ranked = definitions.SUPPLY_AND_DEMAND["needs_ranked"]
    assert f"{MOST_NEEDS:,}" in ranked["en"] and f"{MOST_NEEDS:,}" in ranked["ja"]
