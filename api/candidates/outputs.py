"""What a ranking looks like: people and numbers for staff, cards and words for a side."""

from __future__ import annotations

from rest_framework import serializers

from api.serializers import (
    StrictBooleanField,
    StrictCharField,
    StrictChoiceField,
    StrictDateField,
    StrictDateTimeField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    StrictUUIDField,
)
from talentbank.banks.policy import ResidentsFirst
from talentbank.core.actors import Side
from talentbank.professionals.models import EngagementType, FeeBasis, Residency
from talentbank.ranking.candidates import Gap, Strength
from talentbank.ranking.conditions import ConditionKind, Status
from talentbank.ranking.conditions import Reason as ConditionReason
from talentbank.ranking.readers import ReasonKind

SHARE = {"minimum": 0, "maximum": 1}
COUNT = {"minimum": 0, "maximum": 10_000_000}
YEN = {"minimum": 0, "maximum": 999_999_999, "allow_null": True}


class CardSkill(serializers.Serializer):
    code = StrictCharField(max_length=60)
    name_ja = StrictCharField(max_length=100)
    name_en = StrictCharField(max_length=200)
    level = StrictIntegerField(minimum=1, maximum=4, allow_null=True)


class CardExperience(serializers.Serializer):
    """What was done and for how many years; never for whom or when."""

    title = StrictCharField(max_length=1000, allow_blank=True)
    description = StrictCharField(max_length=10_000, allow_blank=True)
    years = StrictIntegerField(minimum=1, maximum=100, allow_null=True)


class CardFeeBand(serializers.Serializer):
    basis = StrictChoiceField(FeeBasis)
    from_yen = StrictIntegerField(**YEN)
    to_yen = StrictIntegerField(**YEN)


class CardOutput(serializers.Serializer):
    """A professional before the introduction. `card` is random per need and opens a match (`POST /matches`)."""

    card = StrictUUIDField()
    alias = StrictCharField(max_length=20)
    headline = StrictCharField(max_length=200, allow_blank=True)
    skills = CardSkill(many=True)
    experiences = CardExperience(many=True)
    residence = StrictChoiceField(["", "city", "prefecture", "other"], component="ResidenceBand")
    hours_band = StrictChoiceField(["", "1-4", "5-9", "10-19", "20-"], component="HoursBand")
    engagement_types = StrictListField(child=StrictChoiceField(EngagementType), max_length=10)
    fee_band = CardFeeBand(allow_null=True)


class CandidateProfessional(serializers.Serializer):
    """For staff of the bank."""

    id = StrictUUIDField(source="pk")
    reference = StrictCharField(max_length=30, allow_blank=True)
    name = StrictCharField(max_length=200)
    headline = StrictCharField(max_length=200, allow_blank=True)
    residency = StrictChoiceField(["", *Residency], component="ResidencyOrUnknown")


class CandidateNeed(serializers.Serializer):
    """A need that might fit. `organization` is null to a professional while it is anonymous."""

    id = StrictUUIDField()
    reference = StrictCharField(max_length=30, allow_blank=True)
    title = StrictCharField(max_length=200, allow_blank=True)
    organization = StrictCharField(max_length=200, allow_null=True)
    area = StrictCharField(max_length=100, allow_blank=True)
    engagement_type = StrictChoiceField(["", *EngagementType], component="EngagementTypeOrUndecided")
    deadline = StrictDateField(allow_null=True)


class CandidateReason(serializers.Serializer):
    """A reason in words: a `term` of the need, a `skill` of the taxonomy; `other` stands for what is not told.

    `own_term` is the professional's own word, shown to the professional alone.
    """

    kind = StrictChoiceField(ReasonKind)
    need_term = StrictCharField(max_length=4000, allow_blank=True)
    own_term = StrictCharField(max_length=4000, allow_blank=True)
    skill = StrictCharField(max_length=60, allow_blank=True)


class CandidateMissing(serializers.Serializer):
    """A required skill without a claim, or claimed without evidence."""

    skill = StrictCharField(max_length=60, source="code")
    name_ja = StrictCharField(max_length=100)
    name_en = StrictCharField(max_length=200)
    gap = StrictChoiceField(Gap, component="SkillGap")


class CandidateTerms(serializers.Serializer):
    """What one side holds; which members there are depends on the condition's kind."""

    value = StrictCharField(max_length=400, required=False)
    values = StrictListField(child=StrictCharField(max_length=100), max_length=100, required=False)
    hours = StrictFloatField(minimum=0, maximum=168, required=False)
    yen = StrictIntegerField(**YEN, required=False)
    basis = StrictCharField(max_length=20, required=False)


class CandidateCondition(serializers.Serializer):
    """A fact beside the score; null where a side has not said, or where the reader may not see it."""

    kind = StrictChoiceField(ConditionKind)
    status = StrictChoiceField(Status, component="ConditionStatus")
    reason = StrictChoiceField(ConditionReason, component="ConditionReason")
    detail = StrictCharField(max_length=400)
    hard = StrictBooleanField(help_text="Whoever it is unmet for is left out of rankings.")
    need = CandidateTerms(allow_null=True)
    professional = CandidateTerms(allow_null=True)


class Passage(serializers.Serializer):
    """Characters [start, end), in Unicode code points, of the text at a JSON pointer into the resource (RFC 6901).

    Null where the word is the vocabulary's, as that of a claimed skill or a named problem.
    """

    pointer = StrictCharField(max_length=100)
    start = StrictIntegerField(minimum=0, maximum=10_000_000, allow_null=True)
    end = StrictIntegerField(minimum=0, maximum=10_000_000, allow_null=True)


class CandidateConflict(serializers.Serializer):
    """What one side wants or offers and the other refuses; it adds nothing to the score.

    `by` refuses. `term` is the reader's own word; to staff the refusing side's, with its places in both texts.
    """

    by = StrictChoiceField(Side)
    term = StrictCharField(max_length=4000)
    detail = StrictCharField(max_length=8000)
    need_spans = Passage(many=True)
    profile_spans = Passage(many=True)


class CandidateContribution(serializers.Serializer):
    """One row of the score. All rows of a pair sum to it."""

    part = StrictChoiceField(["text", "skills"], component="ScorePart")
    need_term = StrictCharField(max_length=4000)
    profile_term = StrictCharField(max_length=4000)
    relation = StrictChoiceField(["same", "synonym", "near", "skill"], component="TermRelation")
    similarity = StrictFloatField(**SHARE)
    value = StrictFloatField(**SHARE)
    field = StrictCharField(max_length=40)
    need_spans = Passage(many=True)
    profile_spans = Passage(many=True)


class CandidateParts(serializers.Serializer):
    text = StrictFloatField(**SHARE)
    skills = StrictFloatField(**SHARE)


class CandidateStaffView(serializers.Serializer):
    """Numbers, for staff. `score` is null where there is nothing to judge by; `lines` are all reasons in words."""

    score = StrictFloatField(**SHARE, allow_null=True)
    parts = CandidateParts(allow_null=True)
    lines = StrictListField(child=StrictCharField(max_length=10_000), max_length=100_000)
    contributions = CandidateContribution(many=True)
    is_reserve = StrictBooleanField()


class CandidateOutput(serializers.Serializer):
    """One pair. Of `card`, `professional` and `need` those are set that the direction and the reader call for.

    `summary` says in one line why the two may fit. `missing_terms` are the need's words that nothing answers in what
    the reader may see.
    """

    card = CardOutput(allow_null=True)
    professional = CandidateProfessional(allow_null=True)
    need = CandidateNeed(allow_null=True)
    strength = StrictChoiceField(Strength, allow_null=True)
    insufficient_data = StrictBooleanField()
    confidence = StrictFloatField(**SHARE)
    summary = StrictCharField(max_length=20_000, allow_blank=True)
    reasons = CandidateReason(many=True)
    missing = CandidateMissing(many=True)
    missing_terms = StrictListField(child=StrictCharField(max_length=4000), max_length=100_000)
    conflicts = CandidateConflict(many=True)
    conditions = CandidateCondition(many=True)
    staff = CandidateStaffView(allow_null=True)


class CandidateRefusal(serializers.Serializer):
    code = StrictCharField(max_length=60)
    detail = StrictCharField(max_length=400)


class CandidateExclusion(serializers.Serializer):
    """How many were left out for a reason. Each is counted once, under its first."""

    code = StrictCharField(max_length=60)
    label = StrictCharField(max_length=100)
    count = StrictIntegerField(**COUNT)


class CandidateCounts(serializers.Serializer):
    """`summary` says the exclusions in one line, empty where there is none."""

    considered = StrictIntegerField(**COUNT)
    excluded = CandidateExclusion(many=True)
    summary = StrictCharField(max_length=1000, allow_blank=True)


class ExcludedOutput(serializers.Serializer):
    """A pair left out, with every reason and all facts; of `professional` and `need` the one that was looked for."""

    professional = CandidateProfessional(allow_null=True)
    need = CandidateNeed(allow_null=True)
    refusals = CandidateRefusal(many=True)
    conditions = CandidateCondition(many=True)


class CandidateAsOf(serializers.Serializer):
    """The state of the bank's rows that the ranking has read."""

    revision = StrictIntegerField(minimum=0, maximum=2**53 - 1)
    at = StrictDateTimeField()


class CandidateListOutput(serializers.Serializer):
    """A ranking. `refusals` say why the asking side gets no candidates now; `residents_first` is the order used."""

    results = CandidateOutput(many=True)
    residents_first = StrictChoiceField(ResidentsFirst)
    insufficient_data = StrictBooleanField(help_text="The asking side gives nothing to judge by.")
    refusals = CandidateRefusal(many=True)
    counts = CandidateCounts(allow_null=True, help_text="For staff.")
    excluded = ExcludedOutput(many=True, allow_null=True, help_text="For staff, with `include=excluded`, by id.")
    model_version = StrictCharField(max_length=40)
    as_of = CandidateAsOf()
