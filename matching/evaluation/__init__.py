"""How good a ranking is on a judged set, how sure that is, and beside what, all in one run.

`manage.py evaluate_matching --set DIR` is the way in. Read judged.py, measures.py, statistics.py, rankers.py.
"""

from matching.evaluation.comparison import Comparison, Result, compared
from matching.evaluation.judged import BrokenJudgedSet, JudgedSet, judged_set_read
from matching.evaluation.rankers import (
    BY_FIELD,
    BY_FIELD_WITH_THESAURUS,
    MATCHING,
    MATCHING_WITH_THESAURUS,
    REGISTRY,
    SCIKIT_LEARN,
    SUDACHI_TFIDF,
    Concepts,
    Configuration,
    Groups,
    Lever,
    configurations,
    levers_at_work,
)

__all__ = [
    "BY_FIELD",
    "BY_FIELD_WITH_THESAURUS",
    "MATCHING",
    "MATCHING_WITH_THESAURUS",
    "REGISTRY",
    "SCIKIT_LEARN",
    "SUDACHI_TFIDF",
    "BrokenJudgedSet",
    "Comparison",
    "Concepts",
    "Configuration",
    "Groups",
    "JudgedSet",
    "Lever",
    "Result",
    "compared",
    "configurations",
    "judged_set_read",
    "levers_at_work",
]
