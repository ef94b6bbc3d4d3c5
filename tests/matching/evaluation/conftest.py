import json
from collections.abc import Callable
from pathlib import Path

import pytest

CORPUS = {"d1": "ネットショップの運営を支援します", "d2": "スマホ教室の講師です", "d3": "動画を編集します"}
QUERIES = {"q1": "ネットショップを始めたい", "q2": "スマホを教えて"}
QRELS = "q1\td1\t2\nq1\td3\t0\nq2\td2\t1\n"

SetWriter = Callable[..., Path]


def jsonl(texts: dict[str, str]) -> str:
    return "".join(json.dumps({"id": id, "text": text}, ensure_ascii=False) + "\n" for id, text in texts.items())


@pytest.fixture
def write_set(tmp_path: Path) -> SetWriter:
    """A small judged set; a file is replaced by what is given for it, and left out where that is None."""

    def write(
        corpus: str | bytes | None = jsonl(CORPUS),
        queries: str | bytes | None = jsonl(QUERIES),
        qrels: str | bytes | None = QRELS,
        name: str = "small",
    ) -> Path:
        directory = tmp_path / name
        directory.mkdir(exist_ok=True)
        for file, content in {"corpus.jsonl": corpus, "queries.jsonl": queries, "qrels.tsv": qrels}.items():
            if content is not None:
                (directory / file).write_bytes(content.encode() if isinstance(content, str) else content)
        return directory

    return write
