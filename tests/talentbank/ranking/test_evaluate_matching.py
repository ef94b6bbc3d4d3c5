"""The command that measures the ranking: on a bare machine, on bad input, and what it writes."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from matching.evaluation import MATCHING, MATCHING_WITH_THESAURUS, SCIKIT_LEARN, SUDACHI_TFIDF
from matching.evaluation.report import BEGIN, END
from talentbank.ranking import corpus
from talentbank.ranking.thesaurus_files import BrokenThesaurus, own_groups_read, thesaurus_groups_read
from tests.factories import make_bank

ROOT = Path(__file__).resolve().parents[3]
CORPUS = {"d1": "クロスボです", "d2": "スマホ教室の講師です", "d3": "動画を編集します"}
QUERIES = {"q1": "ネットショップを始めたい", "q2": "スマホを教えて"}


def jsonl(texts: dict[str, str]) -> str:
    return "".join(json.dumps({"id": id, "text": text}, ensure_ascii=False) + "\n" for id, text in texts.items())


@pytest.fixture
def judged(tmp_path: Path) -> Path:
    directory = tmp_path / "small"
    directory.mkdir()
    (directory / "corpus.jsonl").write_text(jsonl(CORPUS), "utf-8")
    (directory / "queries.jsonl").write_text(jsonl(QUERIES), "utf-8")
    (directory / "qrels.tsv").write_text("q1\td1\t1\nq2\td2\t1\n", "utf-8")
    return directory


@pytest.fixture
def thesaurus(tmp_path: Path) -> Path:
    path = tmp_path / "thesaurus.csv"
    path.write_text("ec,ネットショップ|クロスボ|e-commerce\n\nvideo,動画\n", "utf-8")
    return path


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "ranking.md"
    path.write_text(f"before\n{BEGIN}\nold\n{END}\nafter\n", "utf-8")
    return path


def lines(capsys: pytest.CaptureFixture[str]) -> list[dict]:
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def bare(*arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """The command as on a fresh clone: nothing of this process's environment but PATH."""
    command = [sys.executable, "manage.py", "evaluate_matching", *map(str, arguments)]
    variables = {"PATH": os.environ["PATH"], **environment}
    return subprocess.run(command, cwd=ROOT, env=variables, capture_output=True, text=True, check=False)


def test_a_fresh_clone_without_secret_or_database_can_measure(judged):
    finished = bare("--set", judged, "--json")

    assert (finished.returncode, finished.stderr) == (0, "")
    line = json.loads(finished.stdout)
    assert (line["set"], line["ndcg@10"], line["mrr@10"]) == ("small", 0.5, 0.5)
    assert line["baseline"]["name"] == SUDACHI_TFIDF.name
    assert line["seconds"] >= 0


def test_a_real_key_and_database_are_left_alone(judged):
    finished = bare(
        "--set", judged, DATABASE_URL="nonsense://", SECRET_KEY_FILE="/nowhere", TALENTBANK_MODE="production"
    )

    assert (finished.returncode, finished.stderr) == (0, "")
    assert "| matching " in finished.stdout and "| scikit-learn default " in finished.stdout


def test_what_is_wrong_is_one_line_and_the_exit_code_two(judged):
    (judged / "qrels.tsv").write_text("q1\td1\t1\nq1\tbroken\n", "utf-8")

    finished = bare("--sets", judged, judged)

    assert (finished.returncode, finished.stdout) == (2, "")
    assert len(finished.stderr.splitlines()) == 1
    assert "qrels.tsv, line 2" in finished.stderr and "Traceback" not in finished.stderr


def test_the_same_set_gives_the_same_line(judged, capsys):
    for _ in range(2):
        call_command("evaluate_matching", "--set", str(judged), "--json")

    one, other = lines(capsys)
    assert {**one, "seconds": 0} == {**other, "seconds": 0}


def test_several_sets_give_a_line_each(judged, capsys):
    second, third = (Path(shutil.copytree(judged, judged.with_name(name))) for name in ("second", "third"))

    call_command("evaluate_matching", "--set", str(judged), "--sets", str(second), str(third), "--json")

    assert [line["set"] for line in lines(capsys)] == ["small", "second", "third"]


def test_the_thesaurus_is_compared_with_the_engine_without_it(judged, thesaurus, capsys):
    call_command("evaluate_matching", "--set", str(judged), "--thesaurus", str(thesaurus), "--json")

    (line,) = lines(capsys)
    assert (line["configuration"], line["ndcg@10"]) == (MATCHING_WITH_THESAURUS.name, 1.0)
    assert [other["name"] for other in line["others"]] == [SCIKIT_LEARN.name, MATCHING.name]
    assert line["others"][1]["ndcg@10"] == 0.5


def test_another_configuration_can_be_measured_and_compared_with(judged, capsys):
    call_command(
        *("evaluate_matching", "--set", str(judged), "--json"),
        *("--configuration", SUDACHI_TFIDF.name, "--against", MATCHING.name),
    )

    (line,) = lines(capsys)
    assert line["configuration"] == SUDACHI_TFIDF.name
    assert [line["baseline"]["name"], *(other["name"] for other in line["others"])] == [
        SCIKIT_LEARN.name,
        MATCHING.name,
    ]


def test_the_ablation_is_a_table_with_a_row_for_each_lever(judged, thesaurus, capsys):
    call_command("evaluate_matching", "--set", str(judged), "--thesaurus", str(thesaurus), "--ablation")

    printed = capsys.readouterr().out
    assert "| change from matching + thesaurus |" in printed
    assert "| without thesaurus                | -.500 [" in printed


def test_the_tables_go_between_the_marks_of_the_document(judged, thesaurus, document):
    arguments = ("evaluate_matching", "--set", str(judged), "--thesaurus", str(thesaurus), "--docs", str(document))

    call_command(*arguments)
    once = document.read_text("utf-8")
    call_command(*arguments)

    assert once.startswith(f"before\n{BEGIN}\n") and once.endswith(f"{END}\nafter\n")
    assert "old" not in once and "### small" in once and "thesaurus.csv" in once and str(judged) not in once
    assert document.read_text("utf-8") == once
    assert [path.name for path in document.parent.glob(".*")] == []


def test_the_project_s_own_document_has_its_marks():
    text = (ROOT / "docs" / "ranking.md").read_text("utf-8")

    assert text.index(f"{BEGIN}\n") < text.index(f"{END}\n")


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (("--set", "nowhere"), "no such directory"),
        (("--thesaurus", "nowhere.csv"), "nowhere.csv"),
        (("--docs", "nowhere.md"), "nowhere.md"),
        (("--docs", str(ROOT / "LICENSE")), BEGIN),
        (("--configuration", MATCHING_WITH_THESAURUS.name), "needs --thesaurus"),
        (("--against", MATCHING_WITH_THESAURUS.name), "needs --thesaurus"),
        (("--ablation", "--configuration", SUDACHI_TFIDF.name), "--ablation is of"),
    ],
)
def test_nothing_is_measured_where_something_is_wrong(judged, capsys, more, reason):
    with pytest.raises(CommandError, match=reason) as refused:
        call_command("evaluate_matching", "--set", str(judged), *more)

    assert refused.value.returncode == 2
    assert capsys.readouterr().out == ""


def test_the_synonyms_of_sudachidict_are_read_as_they_are(tmp_path):
    path = tmp_path / "synonyms.txt"
    lines = ["000127,1,0,1,0,0,0,(),金平糖,,", "000127,1,0,1,1,0,1,(),confeito,,", "", "000128,1,0,1,0,0,0,(IT),HP,,"]
    path.write_text("\n".join(["", *lines, "000128,1,0,1,2,0,0,(IT),ヒューレットパッカード,,"]), "utf-8")

    groups = thesaurus_groups_read(path)

    assert groups["sudachi-000127"] == ("金平糖", "confeito")
    assert "HP" not in groups["sudachi-000128"], "to a small business HP is the website, as our thesaurus says"


def test_a_broken_line_of_sudachidict_is_named(tmp_path):
    path = tmp_path / "synonyms.txt"
    path.write_text("000127,1,0,1,0,0,0,(),金平糖,,\n000127,1,0\n", "utf-8")

    with pytest.raises(BrokenThesaurus) as broken:
        thesaurus_groups_read(path)

    assert broken.value.line == 2


@pytest.mark.django_db
def test_what_is_measured_knows_the_concepts_that_a_bank_begins_with():
    call_command("load_vocabulary", verbosity=0)

    measured, held = own_groups_read(), corpus.basis_of(make_bank().pk).lexicon.groups
    assert measured.keys() == held.keys()
    assert {code: set(forms) for code, forms in measured.items()} == {code: set(forms) for code, forms in held.items()}


@pytest.mark.parametrize("cells", ["ec", "ec,", ",EC", "ec,EC\nec,ネットショップ"])
def test_a_broken_thesaurus_is_named_with_its_line(tmp_path, cells):
    path = tmp_path / "broken.csv"
    path.write_text(f"video,動画\n{cells}\n", "utf-8")

    with pytest.raises(BrokenThesaurus, match="line") as broken:
        thesaurus_groups_read(path)

    assert broken.value.line == 1 + len(cells.splitlines())


def test_without_matplotlib_the_plot_is_refused_before_anything_is_measured(judged, tmp_path, monkeypatch, capsys):
    monkeypatch.setitem(sys.modules, "matplotlib", None)

    with pytest.raises(CommandError, match="needs matplotlib") as refused:
        call_command("evaluate_matching", "--set", str(judged), "--plot", str(tmp_path / "plot.svg"))

    assert (refused.value.returncode, capsys.readouterr().out) == (2, "")


def test_the_plot_shows_every_measure_and_ranker(judged, tmp_path):
    pytest.importorskip("matplotlib", reason="NO PLOT TESTED: matplotlib of requirements/dev.txt is not installed")
    one, other = tmp_path / "one.svg", tmp_path / "other.svg"

    for path in (one, other):
        call_command("evaluate_matching", "--set", str(judged), str(judged), "--plot", str(path))

    texts = [text for element in ElementTree.parse(one).iter() if (text := (element.text or "").strip())]
    assert {"ndcg@10", "map", "matching", "sudachi tf-idf", "scikit-learn default", "small"} <= set(texts)
    assert texts.count("ndcg@10") == 2
    assert one.read_bytes() == other.read_bytes()
    for wrong in ("plot.png", "nowhere/plot.svg"):
        with pytest.raises(CommandError, match="--plot"):
            call_command("evaluate_matching", "--set", str(judged), "--plot", str(tmp_path / wrong))
