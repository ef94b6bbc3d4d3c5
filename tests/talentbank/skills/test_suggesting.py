"""Words of the vocabulary in plain text, and what they suggest."""

from __future__ import annotations

import pytest

from talentbank.skills.models import Skill
from talentbank.skills.occurrences import content_words, occurrences
from talentbank.skills.selectors import lexicon_groups, problems, skills
from talentbank.skills.suggestions import suggestions_for


@pytest.mark.parametrize(
    ("text", "surfaces", "found"),
    [
        ("ｴｸｾﾙの集計", ["エクセル"], ["エクセル"]),
        ("エクセルマクロを直したい", ["エクセル", "エクセルマクロ"], ["エクセルマクロ"]),
        ("ＶＢＡとExcel", ["vba", "EXCEL"], ["vba", "excel"]),
        ("mailが届かない", ["AI"], []),
        ("AIを使いたい", ["ai"], ["ai"]),
        ("オンライン会議", ["ライン"], []),
        ("ラインで予約", ["ライン"], ["ライン"]),
        ("C++もC#も", ["C++", "C#", "C"], ["c++", "c#"]),
        ("何も決まっていない", ["エクセル"], []),
        ("", ["エクセル"], []),
        ("何か", [], []),
    ],
)
def test_the_longest_form_is_found_whatever_its_width_and_case(
    text: str, surfaces: list[str], found: list[str]
) -> None:
    assert occurrences(text, surfaces) == found


def test_content_words_are_runs_that_mean_something() -> None:
    assert content_words("キャッシュレス決済を入れたいのですが、AIでできますか") == ["キャッシュレス", "決済", "ai"]


@pytest.mark.usefixtures("vocabulary", "db")
@pytest.mark.parametrize(
    ("words", "problem", "skill"),
    [
        ("インターネットの通信販売を始めたいのですが", "sell-online", "ec-site"),
        ("デジタルマーケティングを始めたい", "fewer-customers", "digital-marketing"),
        ("キャッシュレス決済を入れたい", "start-cashless", "cashless"),
        ("ｴｸｾﾙの集計に毎月三日かかる", "monthly-report-hard", "excel-basic"),
    ],
)
def test_plain_words_suggest_problems_and_skills_with_the_words_they_were_found_by(
    words: str, problem: str, skill: str
) -> None:
    suggested = suggestions_for(words)

    assert problem in [each.code for each in suggested.problems]
    assert skill in [each.code for each in suggested.skills]
    assert all(each.found for each in (*suggested.problems, *suggested.skills))


@pytest.mark.usefixtures("vocabulary", "db")
def test_words_that_say_nothing_suggest_nothing() -> None:
    suggested = suggestions_for("こんにちは、よろしくお願いします")

    assert (suggested.problems, suggested.skills) == ((), ())


@pytest.mark.usefixtures("vocabulary", "db")
def test_the_lexicon_gives_every_skill_with_all_its_forms() -> None:
    groups = dict(lexicon_groups())

    assert groups.keys() == set(Skill.objects.values_list("code", flat=True))
    assert {"Excel VBA・マクロ", "エクセルマクロ", "VBA"} <= set(groups["excel-vba"])


@pytest.mark.usefixtures("vocabulary", "db")
def test_selectors_read_the_vocabulary_in_order_at_a_fixed_cost(django_assert_num_queries: object) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]
        assert [skill.group.code for skill in skills()]
        found = [[link.skill.code for link in problem.skill_weights.all()] for problem in problems()]
    assert all(found)
