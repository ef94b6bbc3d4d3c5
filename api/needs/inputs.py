"""Bodies of need calls: shapes only; what they mean is decided in `talentbank.needs`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.db.models import Model

from api.registrations.inputs import CommentsField
from api.serializers import (
    CommonActionInput,
    OnBehalfInput,
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from talentbank.needs.fields import BOUNDS, EDITABLE_FIELDS
from talentbank.needs.models import Confidentiality, Need, NeedSkill, Place, SubsidyUse
from talentbank.professionals.models import EngagementType, FeeBasis

TEXT = 4000
WEIGHT = {"minimum": 0.01, "maximum": 1.0}
RANGES = {name: {"minimum": low, "maximum": high} for name, (low, high) in BOUNDS.items()}


def _text(length: int = TEXT, **options: Any) -> StrictCharField:
    return StrictCharField(max_length=length, required=False, allow_blank=True, **options)


def _open_choice(choices: Any) -> StrictChoiceField:
    """One of an enum's values, or "" while it is undecided."""
    return StrictChoiceField(["", *choices], required=False, component=f"{choices.__name__}OrUndecided")


def _absent(model: type[Model], name: str) -> dict[str, Any]:
    """Say what counts where a key is absent.

    In words: with `default` in the schema, openapi-typescript would make the key one that every body must have.
    """
    default = model._meta.get_field(name).get_default()
    return {"required": False, "help_text": f"`{json.dumps(default)}` where it is absent."}


class NeedSkillInput(StrictSerializer):
    """A skill that is asked for. `level` 1–4 is the least that serves; `weight` in (0, 1]."""

    skill = StrictCharField(max_length=60, help_text="A code of /skills.")
    required = StrictBooleanField(**_absent(NeedSkill, "required"))
    level = StrictIntegerField(minimum=1, maximum=4, required=False, allow_null=True)
    weight = StrictFloatField(**WEIGHT, **_absent(NeedSkill, "weight"))


class NeedChangesInput(OnBehalfInput):
    """What may be edited. All may be undecided but the words that submitting asks for."""

    title = _text(200)
    own_words = _text(help_text="The need in the organization's own words; never published.")
    public_summary = _text(help_text="Coordinators write it, the owner agrees to it.")
    background = _text()
    tools_today = _text()
    wished_outcome = _text()
    deliverables = _text()
    problems = StrictListField(child=StrictCharField(max_length=60), max_length=20, unique=True, required=False)
    skills = StrictListField(child=NeedSkillInput(), max_length=30, required=False)
    engagement_type = _open_choice(EngagementType)
    budget_min_yen = StrictIntegerField(**RANGES["budget_min_yen"], required=False, allow_null=True)
    budget_max_yen = StrictIntegerField(**RANGES["budget_max_yen"], required=False, allow_null=True)
    budget_basis = _open_choice(FeeBasis)
    budget_shared = StrictBooleanField(required=False)
    subsidy_use = _open_choice(SubsidyUse)
    period_start = StrictDateField(required=False, allow_null=True)
    period_end = StrictDateField(required=False, allow_null=True)
    hours_per_week = StrictIntegerField(**RANGES["hours_per_week"], required=False, allow_null=True)
    place = _open_choice(Place)
    area = _text(100)
    headcount = StrictIntegerField(**RANGES["headcount"], required=False)
    accepting = StrictBooleanField(required=False)
    confidentiality = StrictChoiceField(Confidentiality, required=False)
    anonymous = StrictBooleanField(required=False)
    deadline = StrictDateField(required=False, allow_null=True)


class NeedInput(NeedChangesInput):
    """A new need of an organization: a draft until it is submitted."""

    organization = StrictUUIDField()
    budget_shared = StrictBooleanField(**_absent(Need, "budget_shared"))
    headcount = StrictIntegerField(**RANGES["headcount"], **_absent(Need, "headcount"))
    accepting = StrictBooleanField(**_absent(Need, "accepting"))
    confidentiality = StrictChoiceField(Confidentiality, **_absent(Need, "confidentiality"))
    anonymous = StrictBooleanField(**_absent(Need, "anonymous"))


class NeedRequestChangesInput(CommonActionInput):
    comments = CommentsField()


class NeedReopenInput(CommonActionInput):
    deadline = StrictDateField(help_text="The new round's deadline.")


class NeedSuggestionsInput(StrictSerializer):
    words = StrictCharField(max_length=TEXT, help_text="A need in plain words.")


def fields_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """The need's own fields of a body, as plain values."""
    fields = {name: value for name, value in values.items() if name in EDITABLE_FIELDS}
    for name in ("engagement_type", "budget_basis", "subsidy_use", "place", "confidentiality"):
        if name in fields:
            fields[name] = str(fields[name])
    if "skills" in fields:
        fields["skills"] = [dict(wish) for wish in fields["skills"]]
    return fields
