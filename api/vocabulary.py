"""The vocabulary: skills, problems, and the labels of every enum. Readable by anybody."""

from __future__ import annotations

from typing import Any

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.catalogue import language
from api.codes import Code, code_list, code_lists
from api.filters import ChoiceFilter, StrictFilterSet, TextFilter, TextsFilter
from api.routing import endpoint
from api.serializers import StrictCharField, StrictFloatField, StrictListField, StrictUUIDField
from api.views import ListView, Operation, WholeListView
from talentbank.skills.models import Problem, Skill
from talentbank.skills.occurrences import folded
from talentbank.skills.selectors import problems, skills

NAMES = {"max_length": 200}


class SkillFilters(StrictFilterSet):
    scheme = TextsFilter("scheme", help_text="`local` or `dss-p`.")
    group = TextsFilter("group__code", help_text="Codes of groups.")
    code = TextsFilter("code")
    q = TextFilter(method="by_words", help_text="Part of a name, a reading or an alias.")

    def by_words(self, rows: QuerySet[Skill], name: str, text: str | None) -> QuerySet[Skill]:
        """Width and case do not matter; aliases are JSON, so they are compared here."""
        if text is None:
            return rows
        wanted = folded(text)
        found = [skill.pk for skill in rows if any(wanted in folded(form) for form in _forms(skill))]
        return rows.filter(pk__in=found)


def _forms(skill: Skill) -> list[str]:
    return [skill.name_ja, skill.name_en, skill.kana, *skill.aliases_ja, *skill.aliases_en]


class ProblemFilters(StrictFilterSet):
    area = TextsFilter("area__code", help_text="Codes of areas.")
    code = TextsFilter("code")
    q = TextFilter(method="by_words", help_text="Part of a name or a reading.")

    def by_words(self, rows: QuerySet[Problem], name: str, text: str | None) -> QuerySet[Problem]:
        if text is None:
            return rows
        named = Q(name_ja__icontains=text) | Q(name_en__icontains=text) | Q(kana__icontains=text)
        return rows.filter(named | Q(easy_ja__icontains=text))


class SkillGroupOutput(serializers.Serializer):
    code = StrictCharField(max_length=60)
    name_ja = StrictCharField(**NAMES)
    name_en = StrictCharField(**NAMES)


class SkillOutput(serializers.Serializer):
    """An entry of a versioned taxonomy; profiles and needs refer to it by `code`."""

    id = StrictUUIDField()
    code = StrictCharField(max_length=60)
    scheme = StrictCharField(max_length=20)
    scheme_version = StrictCharField(max_length=20)
    group = SkillGroupOutput()
    name_ja = StrictCharField(**NAMES)
    name_en = StrictCharField(**NAMES)
    kana = StrictCharField(**NAMES, allow_blank=True)
    aliases_ja = StrictListField(child=StrictCharField(**NAMES), max_length=100)
    aliases_en = StrictListField(child=StrictCharField(**NAMES), max_length=100)
    replaced_by = serializers.SerializerMethodField()

    def get_replaced_by(self, skill: Skill) -> str | None:
        return skill.replaced_by.code if skill.replaced_by else None


class ProblemAreaOutput(serializers.Serializer):
    code = StrictCharField(max_length=60)
    name_ja = StrictCharField(**NAMES)
    name_en = StrictCharField(**NAMES)


class ProblemSkillOutput(serializers.Serializer):
    """How much a skill does for a problem: weight in (0, 1], 1 solves its core."""

    skill = StrictCharField(max_length=60, source="skill.code")
    weight = StrictFloatField(minimum=0, maximum=1)


class ProblemOutput(serializers.Serializer):
    """A need in plain words; `easy_ja` says it in やさしい日本語."""

    id = StrictUUIDField()
    code = StrictCharField(max_length=60)
    area = ProblemAreaOutput()
    name_ja = StrictCharField(**NAMES)
    easy_ja = StrictCharField(**NAMES)
    name_en = StrictCharField(**NAMES)
    kana = StrictCharField(**NAMES, allow_blank=True)
    skills = ProblemSkillOutput(many=True, source="skill_weights")


class PoliteWords(serializers.Serializer):
    """What each side is told where this reason is given, in the language of the answer."""

    professional = StrictCharField(max_length=200)
    organization = StrictCharField(max_length=200)


class CodeOutput(serializers.Serializer):
    """One value of an enum. `label` is in the language of the answer; `told` is null but for reasons."""

    code = StrictCharField(max_length=60)
    label = serializers.SerializerMethodField()
    ja = StrictCharField(**NAMES)
    en = StrictCharField(**NAMES)
    told = serializers.SerializerMethodField()

    @extend_schema_field(PoliteWords(allow_null=True))
    def get_told(self, code: Code) -> dict[str, str] | None:
        if code.told is None:
            return None
        return {side.value: str(getattr(words, language())) for side, words in code.told.items()}

    def get_label(self, code: Code) -> str:
        return str(getattr(code, language()))


class CodeListOutput(serializers.Serializer):
    """A list by its name; `codes` are what `/codes/{list}` answers."""

    name = StrictCharField(max_length=60)
    codes = CodeOutput(many=True, allow_null=True, help_text="With `include=labels`, else null.")


class CodeListsFilters(StrictFilterSet):
    include = ChoiceFilter(["labels"], help_text="Also every code with its labels, in one answer.")


class VocabularyOperation(Operation):
    tag = "vocabulary"
    public = True


class SkillList(VocabularyOperation, ListView):
    """Skills of all schemes, by code: DSS-P's and practical ones."""

    operation_id, summary = "skills_list", "List skills"
    filterset_class = SkillFilters
    output_serializer = SkillOutput
    orderings = ("code", "name_ja", "kana")

    def rows(self) -> QuerySet[Skill]:
        return skills()


class ProblemList(VocabularyOperation, ListView):
    """Problems in plain words, with the skills that solve them."""

    operation_id, summary = "problems_list", "List problems"
    filterset_class = ProblemFilters
    output_serializer = ProblemOutput
    orderings = ("code", "name_ja", "kana")

    def rows(self) -> QuerySet[Problem]:
        return problems()


class CodeLists(VocabularyOperation, WholeListView):
    """Names of the code lists; with `include=labels` everything in them, for front ends that label all they show.
    Keep it with its ETag: the answer to If-None-Match is 304 until an upgrade changes a label."""

    operation_id, summary = "codes_index", "List the code lists"
    output_serializer = CodeListOutput
    filterset_class = CodeListsFilters
    has_etag = True

    def items(self) -> list[dict[str, Any]]:
        labelled = bool(self.parameters["include"])
        return [{"name": name, "codes": codes if labelled else None} for name, codes in code_lists().items()]


class CodeList(VocabularyOperation, WholeListView):
    """The values of an enum with their labels, in the order of the contract; reason codes per action too. Of
    `text-kinds` every registration needs consents to `terms_of_use`, `purposes_of_use`, `matching`, `disclosure` and
    `declaration`, of professionals and organizations alike; the others are free."""

    operation_id, summary = "codes_list", "List the values of an enum"
    output_serializer = CodeOutput
    has_etag = True

    def items(self) -> tuple[Code, ...]:
        return code_list(self.kwargs["list"])


urlpatterns = [
    endpoint("skills", get=SkillList),
    endpoint("problems", get=ProblemList),
    endpoint("codes", get=CodeLists),
    endpoint("codes/<str:list>", get=CodeList),
]
