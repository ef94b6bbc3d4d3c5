"""Banks and their versioned texts."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q

from talentbank.banks.policy import Policy
from talentbank.core.models import Row


class BankKind(models.TextChoices):
    TALENT_BANK = "talent_bank", "人材バンク"
    DISPATCH = "dispatch", "派遣"


class Bank(Row):
    """A programme run by one municipality."""

    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=BankKind.choices, default=BankKind.TALENT_BANK)
    name = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    municipality_code = models.CharField(max_length=6)
    municipality_name = models.CharField(max_length=60)
    professional_label = models.CharField(max_length=40, default="デジタル推進パートナー")
    office = models.JSONField(default=dict)
    intro_ja = models.TextField(blank=True)
    intro_easy_ja = models.TextField(blank=True)
    intro_en = models.TextField(blank=True)
    opened_on = models.DateField()
    free_placement_notified_on = models.DateField(null=True)
    policy_json = models.JSONField(default=dict)

    class Meta:
        ordering = ("slug",)

    def __str__(self) -> str:
        return self.name

    @property
    def policy(self) -> Policy:
        return Policy.parse(self.policy_json)


class TextKind(models.TextChoices):
    TERMS_OF_USE = "terms_of_use", "利用規約"
    PURPOSES_OF_USE = "purposes_of_use", "利用目的"
    MATCHING = "matching", "マッチングへの利用"
    DISCLOSURE = "disclosure", "相手方への開示"
    PUBLICATION = "publication", "事例の公表"
    MESSAGES = "messages", "お知らせの受け取り"
    DECLARATION = "declaration", "誓約"


REQUIRED_TO_SUBMIT = (
    TextKind.TERMS_OF_USE,
    TextKind.PURPOSES_OF_USE,
    TextKind.MATCHING,
    TextKind.DISCLOSURE,
    TextKind.DECLARATION,
)
"""Consents without which a registration cannot be submitted."""


class Language(models.TextChoices):
    JA = "ja", "日本語"
    EASY_JA = "easy_ja", "やさしい日本語"
    EN = "en", "English"


class BankText(Row):
    """One version of a text in one language; consents refer to (kind, number), the hash fixes the words."""

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="texts")
    kind = models.CharField(max_length=20, choices=TextKind.choices)
    number = models.PositiveSmallIntegerField()
    language = models.CharField(max_length=10, choices=Language.choices)
    body = models.TextField()
    sha256 = models.CharField(max_length=64)
    valid_from = models.DateTimeField()
    valid_until = models.DateTimeField(null=True)

    class Meta:
        ordering = ("bank", "kind", "-number", "language")
        constraints = (
            models.UniqueConstraint(
                fields=("bank", "kind", "number", "language"), name="bank_text_version_is_unique_in_a_language"
            ),
            models.CheckConstraint(
                condition=Q(valid_until__isnull=True) | Q(valid_until__gt=F("valid_from")),
                name="bank_text_ends_after_it_begins",
            ),
        )


class BankClosure(Row):
    """A day on which a bank's office is closed beside weekends and public holidays."""

    bank = models.ForeignKey(Bank, models.RESTRICT, related_name="closures")
    day = models.DateField()
    reason = models.CharField(max_length=100, blank=True)

    class Meta:
        ordering = ("bank", "day")
        constraints = (models.UniqueConstraint(fields=("bank", "day"), name="bank_closure_is_one_per_day"),)
