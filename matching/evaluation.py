"""How good a ranking is on a judged set, beside the same-run plain baseline.

A set is a directory with corpus.jsonl and queries.jsonl ({"id", "text"} a line) and qrels.tsv (query, document, grade).
Run `python -m matching.evaluation DIR` for a table, with `--json` for one line.

Sources: Järvelin and Kekäläinen 2002 (nDCG, gain 2^grade - 1); Voorhees 1999 (MRR).
"""

import argparse
import json
import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from sklearn.feature_extraction.text import TfidfVectorizer

from matching.documents import Document, Query
from matching.engine import Engine

DEPTH = 50
"""Ranks looked at; the deepest measure is recall@50."""

Ranking = Sequence[str]
Ranker = Callable[[str], Ranking]
Grades = Mapping[str, int]


class BrokenJudgedSet(ValueError):
    """A line of a judged set cannot be read."""

    code = "broken_judged_set"

    def __init__(self, path: Path, line: int, reason: str) -> None:
        self.path, self.line, self.reason = path, line, reason
        super().__init__(f"{path.name}, line {line}: {reason}")


@dataclass(frozen=True, slots=True)
class JudgedSet:
    """corpus, queries : id to text; grades : query id to document id to grade > 0."""

    name: str
    corpus: Mapping[str, str]
    queries: Mapping[str, str]
    grades: Mapping[str, Grades]


def judged_set_read(directory: Path) -> JudgedSet:
    """:raises BrokenJudgedSet: with file and line. :raises OSError: a file is not there."""
    grades: dict[str, dict[str, int]] = {}
    path = directory / "qrels.tsv"
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        cells = line.split("\t")
        if len(cells) != 3 or not cells[2].isdigit():
            raise BrokenJudgedSet(path, number, "expected query, document and grade, separated by tabs")
        if int(cells[2]) > 0:
            grades.setdefault(cells[0], {})[cells[1]] = int(cells[2])
    corpus, queries = _texts(directory / "corpus.jsonl"), _texts(directory / "queries.jsonl")
    return JudgedSet(directory.name, corpus, queries, grades)


def _texts(path: Path) -> dict[str, str]:
    texts: dict[str, str] = {}
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, start=1):
            try:
                entry = json.loads(line)
                texts[str(entry["id"])] = str(entry["text"])
            except (ValueError, KeyError, TypeError) as error:
                raise BrokenJudgedSet(path, number, f"expected an object with id and text ({error})") from error
    return texts


def ndcg(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """In [0, 1]: discounted gain of the first k, divided by the best possible. 0 where nothing is relevant."""
    gained = _discounted(grades.get(id, 0) for id in ranking[:k])
    ideal = _discounted(sorted(grades.values(), reverse=True)[:k])
    return gained / ideal if ideal else 0.0


def mrr(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """1 / rank of the first relevant document among the first k, else 0."""
    return next((1 / rank for rank, id in enumerate(ranking[:k], start=1) if grades.get(id, 0) > 0), 0.0)


def recall(ranking: Ranking, grades: Grades, *, k: int) -> float:
    """Share of the relevant documents that stand among the first k."""
    relevant = {id for id, grade in grades.items() if grade > 0}
    return len(relevant.intersection(ranking[:k])) / len(relevant) if relevant else 0.0


def _discounted(grades: Iterable[int]) -> float:
    return math.fsum((2**grade - 1) / math.log2(rank + 1) for rank, grade in enumerate(grades, start=1))


MEASURES: Mapping[str, Callable[[Ranking, Grades], float]] = {
    "ndcg@10": lambda ranking, grades: ndcg(ranking, grades, k=10),
    "mrr@10": lambda ranking, grades: mrr(ranking, grades, k=10),
    "recall@10": lambda ranking, grades: recall(ranking, grades, k=10),
    "recall@50": lambda ranking, grades: recall(ranking, grades, k=50),
}


def measured(judged: JudgedSet, rank: Ranker) -> dict[str, float]:
    """Mean of each measure over the queries that have a relevant document."""
    asked = [id for id in judged.queries if judged.grades.get(id)]
    rankings = {id: rank(judged.queries[id]) for id in asked}
    return {
        name: math.fsum(measure(rankings[id], judged.grades[id]) for id in asked) / max(1, len(asked))
        for name, measure in MEASURES.items()
    }


def baseline(judged: JudgedSet) -> Ranker:
    """scikit-learn's TfidfVectorizer as it comes, which takes a run of kana and kanji for one word."""
    ids = sorted(judged.corpus)
    vectorizer = TfidfVectorizer()
    matrix = vectorizer.fit_transform([judged.corpus[id] for id in ids])

    def rank(text: str) -> Ranking:
        scores = (matrix @ vectorizer.transform([text]).T).toarray().ravel()
        order = np.argsort(-scores, kind="stable")[:DEPTH]
        return [ids[position] for position in order.tolist() if scores[position] > 0]

    return rank


def ours(judged: JudgedSet) -> Ranker:
    """The engine, all text in one field; no lexicon, no background."""
    engine = Engine.fit(Document(id, {"summary": text}) for id, text in judged.corpus.items())

    def rank(text: str) -> Ranking:
        question = engine.model.query(Query(texts={"own_words": text}))
        return [id for id, _ in engine.index.top(question.row(), limit=DEPTH)]

    return rank


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the measures of the baseline and of the engine."""
    parser = argparse.ArgumentParser(prog="python -m matching.evaluation", description=__doc__.split("\n", 1)[0])
    parser.add_argument("directory", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON line instead of a table")
    options = parser.parse_args(arguments)
    judged = judged_set_read(options.directory)
    results = {"scikit-learn default": measured(judged, baseline(judged)), "matching": measured(judged, ours(judged))}
    if options.json:
        plain = {f"baseline_{name}": value for name, value in results["scikit-learn default"].items()}
        print(json.dumps({"set": judged.name, **results["matching"], **plain}))
        return 0
    print(f"{judged.name}: {len(judged.corpus)} documents, {len(judged.queries)} queries")
    print(" " * 22 + "".join(f"{name:>11}" for name in MEASURES))
    for name, values in results.items():
        print(f"{name:<22}" + "".join(f"{value:>11.3f}" for value in values.values()))
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
