import json
from pathlib import Path

import pytest

from matching.evaluation import BrokenJudgedSet, judged_set_read
from tests.matching.evaluation.conftest import CORPUS, QRELS, QUERIES, SetWriter, jsonl

REAL_SETS = Path(__file__).resolve().parents[4] / "shared" / "judged"


def test_a_set_is_texts_and_grades_without_what_is_not_relevant(write_set: SetWriter) -> None:
    judged = judged_set_read(write_set())

    assert (judged.name, judged.corpus, judged.queries) == ("small", CORPUS, QUERIES)
    assert judged.grades == {"q1": {"d1": 2}, "q2": {"d2": 1}}
    assert (judged.asked, judged.remarks) == (("q1", "q2"), ())


@pytest.mark.parametrize(
    "qrels",
    [
        "query-id\tcorpus-id\tscore\n" + QRELS,
        QRELS.replace("\t", ","),
        QRELS.replace("\t", ";"),
        QRELS.replace("\t", "  "),
        "q1 0 d1 2\nq1 0 d3 -1\nq2 0 d2 1\n",
        '"q1"\t"d1"\t"2.0"\n\nq2\td2\t+1',
    ],
    ids=["header of BEIR", "commas", "semicolons", "spaces", "four columns of TREC", "quotes and a blank line"],
)
def test_the_usual_forms_of_judgements_read_alike(write_set: SetWriter, qrels: str) -> None:
    assert judged_set_read(write_set(qrels=qrels)).grades == {"q1": {"d1": 2}, "q2": {"d2": 1}}


def test_a_byte_order_mark_and_carriage_returns_change_nothing(write_set: SetWriter) -> None:
    plain = judged_set_read(write_set())
    marked = [b"\xef\xbb\xbf" + text.replace("\n", "\r\n").encode() for text in (jsonl(CORPUS), jsonl(QUERIES), QRELS)]

    assert judged_set_read(write_set(*marked)) == plain


def test_a_line_separator_inside_a_text_ends_no_line(write_set: SetWriter) -> None:
    corpus = {**CORPUS, "d1": "一行目\u2028二行目"}

    assert judged_set_read(write_set(corpus=jsonl(corpus))).corpus == corpus


D1 = '{"id": "d1", "text": "a"}\n'


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("qrels", "q1\td1\n", 1),
        ("qrels", "q1\td1\t1\nq1\td2\tmany\n", 2),
        ("qrels", "q1\td1\t1\nq1\td2\tNaN\n", 2),
        ("qrels", "q1\td1\t31\n", 1),
        ("qrels", "q1\td1\t0.5\n", 1),
        ("qrels", "query-id\tcorpus-id\tscore\n\td1\t1\n", 2),
        ("qrels", "q1\td1\t1\nq2\td2\t1\nq1\td1\t2\n", 3),
        ("qrels", "q1,d1,1\nq2\td2\t1\n", 2),
        ("qrels", "", None),
        ("qrels", "query-id\tcorpus-id\tscore\n", None),
        ("qrels", "q1\td1\t0\n", None),
        ("qrels", "q9\td1\t1\n", None),
        ("qrels", None, None),
        ("corpus", "{}\n", 1),
        ("corpus", D1 + "[]\n", 2),
        ("corpus", D1 + '{"id": "d2", "text": NaN}\n', 2),
        ("corpus", D1 + '{"id": true, "text": "b"}\n', 2),
        ("corpus", D1 + '{"id": "", "text": "b"}\n', 2),
        ("corpus", D1 + '{"id": "d2", "te', 2),
        ("corpus", D1.encode() + b'{"id": "d2", "text": "\xff"}\n', 2),
        ("corpus", D1 + "\n" + D1, 3),
        ("corpus", D1 + "[" * 100_000, 2),
        ("corpus", "", None),
        ("corpus", None, None),
        ("queries", "not json\n", 1),
        ("queries", jsonl(QUERIES) + '{"id": "q1", "text": "b"}\n', 3),
        ("queries", None, None),
    ],
)
def test_what_is_broken_is_named_with_its_line(
    write_set: SetWriter, name: str, content: str | bytes | None, line: int | None
) -> None:
    with pytest.raises(BrokenJudgedSet) as broken:
        judged_set_read(write_set(**{name: content}))

    assert (broken.value.path.stem, broken.value.line) == (name, line)
    assert broken.value.path.name in str(broken.value)


def test_an_absent_directory_is_named(tmp_path: Path) -> None:
    with pytest.raises(BrokenJudgedSet, match=r"nowhere.*no such directory"):
        judged_set_read(tmp_path / "nowhere")


def test_what_a_reader_of_the_figures_must_know_is_remarked(write_set: SetWriter) -> None:
    corpus = jsonl(CORPUS) + '{"id": "d3", "text": "後の行"}\n'
    judged = judged_set_read(write_set(corpus=corpus, qrels="q1\td1\t1\nq1\tgone\t1\nq9\td1\t1\n"))

    assert judged.corpus["d3"] == "後の行"
    assert judged.asked == ("q1",)
    assert judged.remarks == (
        "1 queries without a relevant document are left out",
        "1 judged queries are not in queries.jsonl and are left out",
        "1 document ids stand on several lines of corpus.jsonl; the last line counts",
        "1 relevant documents are not in corpus.jsonl and count as not found",
    )


def test_profiles_by_field_are_read_where_the_set_has_them(write_set: SetWriter) -> None:
    directory = write_set()
    lines = [
        {"id": "d1", "headline": "ネットショップ", "experiences": ["運営", "支援"]},
        {"id": "d2", "summary": "スマホ教室"},
        {"id": "d3"},
    ]
    (directory / "profiles.jsonl").write_text("\n".join(map(json.dumps, lines)))

    judged = judged_set_read(directory)

    assert judged.profiles["d1"] == {"headline": "ネットショップ", "experiences": ("運営", "支援")}
    assert (judged.profiles.keys(), judged.remarks) == (judged.corpus.keys(), ())


@pytest.mark.parametrize(
    ("content", "why"),
    [
        ('{"id": "d1", "title": "店"}', "line 1, has no field title"),
        ('{"id": "d1", "headline": 3}', "line 1, must be an object"),
        ("[]", "line 1, must be an object"),
        ("{", "line 1, is not JSON"),
        ('{"id": "d1"}', "must hold the documents of corpus.jsonl; d2"),
    ],
)
def test_profiles_of_another_form_are_left_with_a_remark(write_set: SetWriter, content: str, why: str) -> None:
    directory = write_set()
    (directory / "profiles.jsonl").write_text(content)

    judged = judged_set_read(directory)

    assert judged.profiles == {}
    assert judged.remarks[-1].startswith("profiles.jsonl") and why in judged.remarks[-1]


@pytest.mark.skipif(not REAL_SETS.is_dir(), reason=f"NO REAL JUDGED SETS: {REAL_SETS} is not there")
def test_the_real_sets_can_be_read() -> None:
    sets = [judged_set_read(directory) for directory in sorted(REAL_SETS.iterdir())]

    assert sets and all(len(judged.asked) >= 100 for judged in sets)
