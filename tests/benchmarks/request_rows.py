"""Rows for measuring requests: banks of any size, written in bulk. Texts are those of the demo's people, mixed anew."""

from __future__ import annotations

import itertools
import json
import random
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from allauth.idp.oidc.models import Client, Token
from django.db import connection

from talentbank.accounts.oidc import SCOPES
from talentbank.banks.models import REQUIRED_TO_SUBMIT, Bank, BankText
from talentbank.core.clock import now
from talentbank.core.ids import new_id
from talentbank.matches.models import Match
from talentbank.needs.models import Need
from talentbank.privacy.models import Consent
from talentbank.professionals.models import Professional, ProfessionalSkill
from talentbank.skills.models import Skill
from tests import factories

DATA = Path(__file__).resolve().parents[2] / "talentbank" / "demo" / "data"
SEED = 20_261_128
BATCH = 1_000
OWN_COLUMNS = ("id", "reference", "created_at", "updated_at", "name")
"""Columns that differ among the copies of a row."""


def demo_rows(name: str) -> list[dict[str, Any]]:
    return [row for bank in ("akatsuki", "minakamino") for row in json.loads((DATA / bank / name).read_text("utf-8"))]


def token_of(user: Any, number: int) -> str:
    """A bearer token with every scope, of a client that every bank lets in."""
    client = Client.objects.create(id=f"bench-{number}", name="bench")
    factories.let_in(client, *Bank.objects.all())
    value = f"bench-token-{number}"
    token = Token(type=Token.Type.ACCESS_TOKEN, client=client, user=user, expires_at=now() + timedelta(hours=12))
    token.set_value(value)
    token.set_scopes(list(SCOPES))
    token.save()
    return value


def professionals_in(bank: Bank, size: int, *, at: datetime) -> None:
    """Approved, consenting people with texts and skills; made in bulk."""
    texts = {row.kind: row for row in BankText.objects.filter(bank=bank, language="ja")}
    skills = {skill.code: skill for skill in Skill.objects.all()}
    made = _profiles(bank, size, at)
    while batch := list(itertools.islice(made, BATCH)):
        Professional.objects.bulk_create(row for row, _ in batch)
        ProfessionalSkill.objects.bulk_create(
            ProfessionalSkill(professional=row, skill=skills[code], level=level, years=years, evidence=evidence)
            for row, claims in batch
            for code, level, years, evidence in claims
            if code in skills
        )
        Consent.objects.bulk_create(
            Consent(
                **{"created_at": at, "updated_at": at, "granted_at": at, "bank_id": bank.pk, "channel": "web"},
                **{"subject_kind": "professional", "subject_id": row.pk, "text_kind": kind, "text_number": 1},
                text_sha256=texts[kind].sha256,
            )
            for row, _ in batch
            for kind in REQUIRED_TO_SUBMIT
        )


def _profiles(bank: Bank, size: int, at: datetime) -> Iterator[tuple[Professional, list[tuple[str, int, float, str]]]]:
    chance, people = random.Random(SEED), demo_rows("professionals.json")
    sentences = [part + "。" for row in people for part in row["summary"].split("。") if part]
    experiences = [each for row in people for each in row["experiences"]]
    claims = [each for row in people for each in row["skills"]]
    areas = [[bank.municipality_name], ["県内全域"], [bank.municipality_name, "隣町"], ["隣市"], []]
    for number in range(size):
        wears, names = chance.choice(people), chance.choice(people)
        row = Professional(
            id=new_id(),
            bank=bank,
            created_at=at,
            updated_at=at,
            **{
                "name": names["name"],
                "kana": names["kana"],
                "email": f"p{number}@example.jp",
                "phone": "090-0000-0000",
            },
            **{"headline": wears["headline"], "summary": "".join(chance.sample(sentences, 3))},
            experiences=chance.sample(experiences, chance.randint(0, 3)),
            residency=chance.choice(["city", "city", "prefecture", "other"]),
            hours_per_week=chance.choice([2, 5, 10, 10, 20, 40]),
            remote=chance.choice(["ok", "ok", "only", "no"]),
            areas=chance.choice(areas),
            engagement_types=["quasi_mandate", "advice"],
            **{"fee_basis": "hour", "fee_min_yen": 2000, "fee_max_yen": 4000, "has_employees": False},
            **{"registration_state": "approved", "reference": f"R8-登-{number}", "approved_at": at},
            valid_until=date(2099, 3, 31),
            hidden_from=["株式会社かくれんぼ"] if number % 100 == 0 else [],
        )
        chosen = {each["skill"]: each for each in chance.sample(claims, chance.randint(1, 5))}
        yield row, [(code, c["level"], c["years"], c["evidence"] or "") for code, c in chosen.items()]


def professionals_copied(bank: Bank, size: int, *, like: Bank) -> None:
    """So many rows of `bank`, copies of those of another, made by PostgreSQL itself: a second for ten thousand."""
    table = Professional._meta.db_table
    others = [field.column for field in Professional._meta.concrete_fields if field.name not in (*OWN_COLUMNS, "bank")]
    columns = ", ".join(f'"{name}"' for name in (*OWN_COLUMNS, "bank_id", *others))
    copied = ", ".join(f'f."{name}"' for name in others)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH f AS (SELECT row_number() OVER (ORDER BY id) AS place, * FROM {table} WHERE bank_id = %s LIMIT 1000)
            INSERT INTO {table} ({columns})
            SELECT (lpad(to_hex(n), 12, '0') || '7' || substr(md5(n::text || %s), 1, 19))::uuid, 'C-' || n,
                f.created_at + n * interval '1 second',
                f.updated_at + (n::bigint * 7919 %% {size}) * interval '1 second',
                f.name || n, %s, {copied}
            FROM generate_series(1, {size}) AS n JOIN f ON f.place = 1 + n %% (SELECT count(*) FROM f)
            """,
            [like.pk, bank.slug, bank.pk],
        )
        cursor.execute(f"ANALYZE {table}")


def needs_in(bank: Bank, size: int) -> list[Need]:
    """Open needs in the demo's words, each of an organization of its own."""
    spoken = [row for row in demo_rows("needs.json") if row["own_words"]]
    wanted = itertools.islice(itertools.cycle(spoken), size)
    skills = {skill.code for skill in Skill.objects.all()}
    return [
        factories.make_need(
            factories.make_organization(bank),
            title=row["title"],
            own_words=row["own_words"],
            wished_outcome=row.get("wished_outcome", ""),
            area=bank.municipality_name,
            deadline=date(2099, 3, 31),
            skills=[each["skill"] for each in row.get("skills", []) if each["skill"] in skills],
        )
        for row in wanted
    ]


def matches_in(bank: Bank, size: int) -> list[Match]:
    """Prospects of one need, each with somebody else."""
    need = factories.make_need(factories.make_organization(bank), deadline=date(2099, 3, 31))
    rows = Professional.objects.filter(bank=bank, hidden_from=[], hours_per_week__gte=10).order_by("id")[:size]
    return [factories.make_match(need, row) for row in rows]
