"""`manage.py rank_all --bank SLUG --out FILE`: every open need against every professional, a line of JSON each.

Run it again with the same FILE after it was stopped or killed, and it goes on where it was.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from tqdm import tqdm

from talentbank.banks.selectors import bank_get
from talentbank.core.clock import now
from talentbank.core.errors import NotFound
from talentbank.ranking.batches import bank_ranked, needs_ranked, needs_to_rank


class Command(BaseCommand):
    help = "Rank all open needs of a bank; goes on behind what FILE holds already."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bank", required=True, help="id or slug")
        parser.add_argument("--out", type=Path, help="a file of lines of JSON; without it they go to standard output")
        parser.add_argument("--limit", type=int, default=100, help="candidates of each need (100)")
        parser.add_argument("--anew", action="store_true", help="empty FILE first")

    def handle(self, *args: Any, **options: Any) -> None:
        out: Path | None = options["out"]
        if options["limit"] < 1:
            raise CommandError("--limit must be at least 1")
        try:
            bank = bank_get(options["bank"])
            if out and options["anew"]:
                out.unlink(missing_ok=True)
            done = needs_ranked(out) if out else set()
        except NotFound:
            raise CommandError(f"no such bank: {options['bank']}") from None
        except (ValueError, OSError) as error:
            raise CommandError(f"{out}: {error}") from None
        every = needs_to_rank(bank)
        rest = [id for id in every if id not in done]
        lines = bank_ranked(bank, rest, limit=options["limit"], at=now())
        with tqdm(lines, total=len(every), initial=len(every) - len(rest), unit=" needs", file=sys.stderr) as shown:
            if out is None:
                for line in shown:
                    self.stdout.write(_encoded(line))
                return
            with out.open("a", encoding="utf-8") as file:
                for line in shown:
                    file.write(f"{_encoded(line)}\n")
                    file.flush()


def _encoded(line: dict[str, Any]) -> str:
    return json.dumps(line, ensure_ascii=False)
