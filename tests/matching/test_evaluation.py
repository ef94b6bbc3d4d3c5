import json
import math
from pathlib import Path

import pytest

from matching.evaluation import BrokenJudgedSet, judged_set_read, main, mrr, ndcg, recall


@pytest.fixture
def directory(tmp_path: Path) -> Path:
    corpus = {"d1": "ネットショップの運営を支援します", "d2": "スマホ教室の講師です", "d3": "動画を編集します"}
    queries = {"q1": "ネットショップを始めたい", "q2": "スマホを教えて"}
    _write(tmp_path / "corpus.jsonl", corpus)
    _write(tmp_path / "queries.jsonl", queries)
    (tmp_path / "qrels.tsv").write_text("q1\td1\t2\nq1\td3\t0\nq2\td2\t1\n", encoding="utf-8")
    return tmp_path


def _write(path: Path, texts: dict[str, str]) -> None:
    lines = (json.dumps({"id": id, "text": text}, ensure_ascii=False) + "\n" for id, text in texts.items())
    path.write_text("".join(lines), encoding="utf-8")


def test_the_measures_follow_their_definitions() -> None:
    grades = {"a": 3, "b": 1}

    assert ndcg(["a", "b"], grades, k=10) == 1.0
    assert ndcg(["x", "a"], grades, k=10) == pytest.approx((7 / math.log2(3)) / (7 + 1 / math.log2(3)))
    assert ndcg(["x", "a"], grades, k=1) == 0.0
    assert mrr(["x", "b", "a"], grades, k=10) == 0.5
    assert mrr(["x"], grades, k=10) == 0.0
    assert recall(["x", "b"], grades, k=2) == 0.5
    assert ndcg(["a"], {}, k=10) == recall(["a"], {}, k=10) == 0.0


def test_the_command_prints_both_rankers(directory: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(directory), "--json"]) == 0

    line = json.loads(capsys.readouterr().out)
    assert line["set"] == directory.name
    assert line["ndcg@10"] == 1.0
    assert line["baseline_ndcg@10"] == 0.0

    assert main([str(directory)]) == 0
    assert "scikit-learn default" in capsys.readouterr().out


def test_grade_zero_is_not_relevant(directory: Path) -> None:
    assert judged_set_read(directory).grades == {"q1": {"d1": 2}, "q2": {"d2": 1}}


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("qrels.tsv", "q1\td1\n", 1),
        ("qrels.tsv", "q1\td1\t1\nq1\td1\tmany\n", 2),
        ("corpus.jsonl", "{}\n", 1),
        ("queries.jsonl", "not json\n", 1),
    ],
)
def test_a_broken_line_is_named(directory: Path, name: str, content: str, line: int) -> None:
    (directory / name).write_text(content, encoding="utf-8")

    with pytest.raises(BrokenJudgedSet) as broken:
        judged_set_read(directory)

    assert (broken.value.path.name, broken.value.line) == (name, line)
