"""The vocabulary: skills by scheme, plain-word problems, what leads from one to the other, and words of one meaning."""

from __future__ import annotations

from django.db import models
from django.db.models import Q

from talentbank.banks.models import Bank
from talentbank.core.ids import new_id
from talentbank.core.models import Row


class SkillGroup(models.Model):
    """A group of skills within a scheme (`dss-p` or `local`)."""

    scheme = models.CharField(max_length=20)
    code = models.CharField(max_length=60)
    name_ja = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("scheme", "position", "id")
        constraints = (models.UniqueConstraint(fields=("scheme", "code"), name="skill_group_code_is_unique"),)


class Skill(models.Model):
    """An entry of a versioned taxonomy. `code` is unique over all schemes, so that a profile needs only the code."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    scheme = models.CharField(max_length=20)
    scheme_version = models.CharField(max_length=20)
    code = models.CharField(max_length=60, unique=True)
    group = models.ForeignKey(SkillGroup, models.RESTRICT, related_name="skills")
    name_ja = models.CharField(max_length=100)
    name_en = models.CharField(max_length=200)
    kana = models.CharField(max_length=200, blank=True)
    aliases_ja = models.JSONField(default=list)
    aliases_en = models.JSONField(default=list)
    replaced_by = models.ForeignKey("self", models.RESTRICT, null=True, related_name="replaces")

    class Meta:
        ordering = ("scheme", "group__position", "code")

    def __str__(self) -> str:
        return self.name_ja


class ProblemArea(models.Model):
    """A field of problems (課題の分野), such as 集客 or 会計."""

    code = models.CharField(max_length=60, unique=True)
    name_ja = models.CharField(max_length=60)
    name_en = models.CharField(max_length=100)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("position", "code")


class Problem(models.Model):
    """A need in plain words, mapped to skills."""

    id = models.UUIDField(primary_key=True, default=new_id, editable=False)
    code = models.CharField(max_length=60, unique=True)
    area = models.ForeignKey(ProblemArea, models.RESTRICT, related_name="problems")
    name_ja = models.CharField(max_length=100)
    easy_ja = models.CharField(max_length=200)
    name_en = models.CharField(max_length=200)
    kana = models.CharField(max_length=200, blank=True)
    skills: models.ManyToManyField[Skill, ProblemSkill] = models.ManyToManyField(
        Skill, through="ProblemSkill", related_name="problems"
    )

    class Meta:
        ordering = ("area__position", "code")

    def __str__(self) -> str:
        return self.name_ja


class ProblemSkill(models.Model):
    """How strongly a problem asks for a skill: weight in (0, 1]."""

    problem = models.ForeignKey(Problem, models.CASCADE, related_name="skill_weights")
    skill = models.ForeignKey(Skill, models.RESTRICT, related_name="problem_weights")
    weight = models.FloatField()

    class Meta:
        ordering = ("problem", "-weight", "skill__code")
        constraints = (
            models.UniqueConstraint(fields=("problem", "skill"), name="problem_names_a_skill_once"),
            models.CheckConstraint(
                condition=Q(weight__gt=0) & Q(weight__lte=1), name="problem_skill_weight_lies_in_0_1"
            ),
        )


class GroupSource(models.TextChoices):
    """Who wrote a group of the thesaurus."""

    TALENTBANK = "talentbank", "共通の同義語"
    SUDACHI = "sudachi", "SudachiDict の同義語"
    BANK = "bank", "この人材バンクの同義語"


class GroupOrigin(models.TextChoices):
    """Where a bank has a group from."""

    SHARED = "shared", "共通"
    CHANGED = "changed", "共通の変更"
    OWN = "own", "独自"


class ThesaurusGroup(Row):
    """Surface forms of one meaning: shared by all banks, or a bank's own.

    Shared groups follow their files and are never edited here. A bank's row is a group of its own or, with `shared`,
    stands in for that shared group in this bank. `silent` forms are found for others, but look nothing up themselves.
    """

    bank = models.ForeignKey(Bank, models.CASCADE, null=True, related_name="thesaurus_groups")
    source = models.CharField(max_length=12, choices=GroupSource.choices)
    code = models.CharField(max_length=60, blank=True)
    shared = models.ForeignKey("self", models.RESTRICT, null=True, related_name="stand_ins")
    area = models.CharField(max_length=200, blank=True)
    forms_ja = models.JSONField(default=list)
    forms_en = models.JSONField(default=list)
    silent = models.JSONField(default=list)
    note = models.CharField(max_length=200, blank=True)
    active = models.BooleanField(default=True)
    folded_forms = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("code",), condition=Q(bank__isnull=True), name="shared_thesaurus_group_code_is_unique"
            ),
            models.UniqueConstraint(fields=("bank", "shared"), name="thesaurus_group_is_stood_in_for_once_in_a_bank"),
            models.CheckConstraint(
                condition=Q(bank__isnull=True, shared__isnull=True) & ~Q(source="bank") & ~Q(code="")
                | Q(bank__isnull=False, source="bank", code=""),
                name="thesaurus_group_is_shared_with_a_code_or_of_a_bank",
            ),
        )

    @property
    def origin(self) -> GroupOrigin:
        if self.bank_id is None:
            return GroupOrigin.SHARED
        return GroupOrigin.CHANGED if self.shared_id else GroupOrigin.OWN

    @property
    def forms(self) -> tuple[str, ...]:
        return (*self.forms_ja, *self.forms_en)

    @property
    def triggers(self) -> tuple[str, ...]:
        """The forms that stand for all others."""
        silent = set(self.silent)
        return tuple(form for form in self.forms if form not in silent)
