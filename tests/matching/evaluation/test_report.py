import json

import numpy as np
import pytest

from matching.evaluation import Comparison, JudgedSet, Result
from matching.evaluation.measures import MEASURES
from matching.evaluation.report import BEGIN, END, MissingMarks, comparison_json, comparison_tables, section_replaced

JUDGED = JudgedSet(
    "small", {"d1": "a", "d2": "b"}, {"q1": "a", "q2": "b", "q3": ""}, {"q1": {"d1": 1}, "q2": {"d2": 1}}
)


def result(name: str, *values: float) -> Result:
    return Result(name, dict.fromkeys(MEASURES, np.array(values)))


COMPARISON = Comparison(
    JUDGED,
    result("matching", 1.0, 0.5),
    others=(result("plain", 0.5, 0.25), result("default", 0.0, 0.0)),
    ablated=(result("without thesaurus", 0.9, 0.5),),
)


def test_the_line_has_the_means_on_top_and_the_baseline_beside_them() -> None:
    line = json.loads(comparison_json(COMPARISON, seconds=1.234))

    assert (line["set"], line["seconds"], line["queries"], line["documents"]) == ("small", 1.2, 2, 2)
    assert [line[name] for name in ("ndcg@10", "mrr@10", "recall@10", "recall@50", "map")] == [0.75] * 5
    assert line["intervals"]["ndcg@10"] == [0.5, 1.0]
    assert (line["baseline"]["name"], line["baseline"]["ndcg@10"]) == ("plain", 0.375)
    assert line["baseline"]["differences"]["map"] == 0.375
    assert line["baseline"]["difference_intervals"]["map"] == [0.25, 0.5]
    assert 0 < line["baseline"]["p"]["map"] <= 1
    assert [other["name"] for other in line["others"]] == ["default"]
    assert line["remarks"] == ["1 queries without a relevant document are left out"]
    assert "\n" not in comparison_json(COMPARISON, seconds=1.0)


def test_a_lever_says_what_changes_without_it() -> None:
    (lever,) = json.loads(comparison_json(COMPARISON, seconds=1.0))["levers"]

    assert (lever["name"], lever["map"], lever["differences"]["map"]) == ("without thesaurus", 0.7, -0.05)
    assert "| without thesaurus    | -.050 [-.100, +.000] |" in comparison_tables(COMPARISON)


def test_the_tables_show_means_and_differences_with_intervals() -> None:
    tables = comparison_tables(COMPARISON)

    assert "| matching | .750 [.500, 1.000] |" in tables
    assert "| matching minus | plain " in tables
    assert "+.375 [+.250, +.500], p " in tables
    assert "2 documents, 2 queries." in tables and "left out" in tables


def test_without_levers_there_is_no_table_of_them() -> None:
    tables = comparison_tables(Comparison(JUDGED, COMPARISON.result, COMPARISON.others))

    assert "change from" not in tables and "\n\n\n" not in tables


def test_a_section_takes_the_place_of_the_one_before() -> None:
    document = f"before\n{BEGIN}\nold\n{END}\nafter\n"
    once = section_replaced(document, "new\n")

    assert once == f"before\n{BEGIN}\nnew\n{END}\nafter\n"
    assert section_replaced(once, "new") == once


@pytest.mark.parametrize(
    "document", ["", f"{BEGIN}\n", f"{END}\n", f"{END}\n{BEGIN}\n", f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n"]
)
def test_a_document_without_its_marks_is_refused(document: str) -> None:
    with pytest.raises(MissingMarks):
        section_replaced(document, "new")
