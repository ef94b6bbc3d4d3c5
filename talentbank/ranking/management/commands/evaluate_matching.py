"""`manage.py evaluate_matching --set DIR …`: how good the ranking is on judged sets, beside plain TF-IDF.

It reads files and no row, so it runs on a fresh clone without secret or database (see manage.py). What is wrong with
the input is one line on stderr and exit code 2, before anything is measured or written.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from time import monotonic
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from matching.evaluation import (
    BY_FIELD,
    BY_FIELD_WITH_THESAURUS,
    MATCHING,
    MATCHING_WITH_THESAURUS,
    REGISTRY,
    SCIKIT_LEARN,
    SUDACHI_TFIDF,
    BrokenJudgedSet,
    Comparison,
    Concepts,
    Configuration,
    JudgedSet,
    compared,
    configurations,
    judged_set_read,
    levers_at_work,
)
from matching.evaluation.report import METHOD, MissingMarks, comparison_json, comparison_tables, section_replaced
from talentbank.ranking.plots import PlotUnavailable, plot_require, plot_svg
from talentbank.ranking.thesaurus_files import BrokenThesaurus, own_groups_read, thesaurus_groups_read

BAD_INPUT = 2
WRITTEN_BY = "Written by `manage.py evaluate_matching --sets DIR … --docs`"


class Command(BaseCommand):
    help = "Measure the ranking on judged sets (corpus.jsonl, queries.jsonl, qrels.tsv) beside plain TF-IDF."
    requires_system_checks = ()

    def add_arguments(self, parser: CommandParser) -> None:
        add = parser.add_argument
        several: dict[str, Any] = {"type": Path, "nargs": "+", "action": "extend", "required": True, "metavar": "DIR"}
        add("--set", "--sets", dest="sets", help="directories of judged sets; may be repeated", **several)
        words = "concepts beside ours: synonyms.txt of SudachiDict, or `code,form|form|…` a line"
        add("--thesaurus", metavar="FILE", type=Path, help=words)
        add("--configuration", choices=list(REGISTRY), help="what is measured; the whole engine without it")
        add("--against", choices=list(REGISTRY), action="append", default=[], help="compare with this one too")
        add("--ablation", action="store_true", help="also the engine with each lever off, one at a time")
        add("--json", action="store_true", help="one JSON line for each set instead of tables")
        add("--plot", metavar="FILE.svg", type=Path, help="draw the measures with their intervals")
        ranking_document = settings.BASE_DIR / "docs" / "ranking.md"
        place = "write the tables between the marks of this document, docs/ranking.md without a name"
        add("--docs", metavar="FILE", type=Path, nargs="?", const=ranking_document, help=place)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self._measure(options)
        except (BrokenJudgedSet, BrokenThesaurus, MissingMarks, PlotUnavailable, UnicodeDecodeError, OSError) as error:
            raise _refusal(str(error)) from error

    def _measure(self, options: Mapping[str, Any]) -> None:
        concepts = Concepts(
            own=own_groups_read(), more=thesaurus_groups_read(options["thesaurus"]) if options["thesaurus"] else {}
        )
        configuration, others, ablated = _chosen(options, concepts)
        sets = [judged_set_read(directory) for directory in options["sets"]]
        _require_places(options["plot"], options["docs"])
        comparisons = []
        for judged in sets:
            begun = monotonic()
            comparisons.append(
                compared(
                    judged,
                    configuration,
                    others=(*others, *_by_field(judged, configuration, others)),
                    ablated=ablated,
                    concepts=concepts,
                    begin=self._announcement(judged),
                )
            )
            self._print(comparisons[-1], seconds=monotonic() - begun, as_json=options["json"])
        if not options["json"]:
            self.stdout.write(METHOD)
        _write(comparisons, options)

    def _announcement(self, judged: JudgedSet) -> Callable[[Configuration], None]:
        """What is at work, for somebody who waits; nothing into a file or pipe."""

        def announce(configuration: Configuration) -> None:
            if self.stderr.isatty():
                self.stderr.write(f"{judged.name}: {configuration.name} …")

        return announce

    def _print(self, comparison: Comparison, *, seconds: float, as_json: bool) -> None:
        if as_json:
            self.stdout.write(comparison_json(comparison, seconds=seconds))
        else:
            self.stdout.write(f"{comparison_tables(comparison)}\n\n{seconds:.1f} s\n")
        self.stdout.flush()


Configurations = tuple[Configuration, ...]


def _chosen(options: Mapping[str, Any], concepts: Concepts) -> tuple[Configuration, Configurations, Configurations]:
    """What is measured, what it is compared with (the baseline first), and the ablation."""
    whole = MATCHING_WITH_THESAURUS if concepts.more else MATCHING
    configuration = REGISTRY.get(options["configuration"], whole)
    ablated: Configurations = ()
    if options["ablation"]:
        ablated = configurations(levers_at_work(concepts))
        if configuration is not whole:
            raise _refusal(f"--ablation is of {whole.name}, not of {configuration.name}")
    wanted = [SUDACHI_TFIDF, SCIKIT_LEARN, *(REGISTRY[name] for name in options["against"])]
    if configuration is MATCHING_WITH_THESAURUS and not ablated:
        wanted.append(MATCHING)
    others = tuple(each for each in dict.fromkeys(wanted) if each is not configuration)
    if not concepts.more and any(each.needs_thesaurus for each in (configuration, *others)):
        raise _refusal(f"{MATCHING_WITH_THESAURUS.name} needs --thesaurus")
    return configuration, others, ablated


def _by_field(judged: JudgedSet, measured: Configuration, others: Configurations) -> Configurations:
    """The whole engine over profiles as people fill them in, beside that over their text, where the set has both."""
    beside = {MATCHING: BY_FIELD, MATCHING_WITH_THESAURUS: BY_FIELD_WITH_THESAURUS}.get(measured)
    return (beside,) if beside and judged.profiles and beside not in others else ()


def _require_places(plot: Path | None, docs: Path | None) -> None:
    """Refuse what could not be written, before minutes are spent on measuring it."""
    if plot:
        plot_require()
        if plot.suffix != ".svg" or not plot.parent.is_dir():
            raise _refusal(f"--plot: {plot} must end in .svg and stand in a directory that is there")
    if docs:
        section_replaced(docs.read_text("utf-8"), "")


def _write(comparisons: Sequence[Comparison], options: Mapping[str, Any]) -> None:
    if options["plot"]:
        _replace(options["plot"], plot_svg(comparisons))
    if options["docs"]:
        thesaurus = f", thesaurus {options['thesaurus'].name}" if options["thesaurus"] else ""
        tables = [comparison_tables(comparison) for comparison in comparisons]
        section = "\n\n".join([f"{WRITTEN_BY}{thesaurus}. {METHOD}", *tables])
        document = section_replaced(options["docs"].read_text("utf-8"), section)
        _replace(options["docs"], document.encode())


def _replace(path: Path, content: bytes) -> None:
    """Written beside and renamed: a reader sees the old file or the new one."""
    beside = path.with_name(f".{path.name}.part")
    beside.write_bytes(content)
    os.replace(beside, path)


def _refusal(reason: str) -> CommandError:
    return CommandError(" ".join(reason.split()), returncode=BAD_INPUT)
