"""Bodies of calls about professionals: shapes only; what they mean is decided in `talentbank.professionals`."""

from __future__ import annotations

from typing import Any

from api.registrations.inputs import consents, flag, undecided, words
from api.serializers import (
    OnBehalfInput,
    StrictCharField,
    StrictChoiceField,
    StrictEmailField,
    StrictFloatField,
    StrictIntegerField,
    StrictListField,
    StrictSerializer,
    StrictUUIDField,
)
from talentbank.professionals.claims import EVIDENCE_LENGTH, MOST_CLAIMS, MOST_YEARS
from talentbank.professionals.fields import BOUNDS, DAYS
from talentbank.professionals.models import (
    EngagementType,
    FeeBasis,
    HolderKind,
    PreferredChannel,
    Remote,
    Residency,
    SideJobPermission,
)
from talentbank.registrations.fields import CLOCK, MONTH, MOST_ITEMS

RANGES = {name: {"minimum": low, "maximum": high, "allow_null": True} for name, (low, high) in BOUNDS.items()}
MONTH_PATTERN = MONTH.pattern.removesuffix(r"\Z")
CLOCK_PATTERN = CLOCK.pattern.replace(r"\Z", "")


def _month(**options: Any) -> StrictCharField:
    return StrictCharField(max_length=7, pattern=MONTH_PATTERN, form="month", help_text="YYYY-MM", **options)


class ExperienceInput(StrictSerializer):
    """Something one has done. Names of clients and dates never stand on a card."""

    title = StrictCharField(max_length=200)
    description = words(4000)
    industry = words(100)
    started = _month(required=False, allow_blank=True)
    ended = _month(required=False, allow_blank=True)
    client_name = words(200)


class WeeklyTimeInput(StrictSerializer):
    day = StrictChoiceField(DAYS, component="Weekday")
    start = StrictCharField(max_length=5, pattern=CLOCK_PATTERN, form="clock", help_text="HH:MM")
    end = StrictCharField(max_length=5, pattern=CLOCK_PATTERN, form="clock", help_text="HH:MM")


class SkillClaimInput(StrictSerializer):
    """A skill by its code. Without `evidence` the words kept for this skill stay."""

    skill = StrictCharField(max_length=60, help_text="A code of /skills.")
    level = StrictIntegerField(minimum=1, maximum=4, required=False, allow_null=True)
    years = StrictFloatField(minimum=0, maximum=MOST_YEARS, required=False, allow_null=True)
    last_used = _month(required=False, allow_blank=True)
    evidence = words(EVIDENCE_LENGTH)


def _list(child: Any, **options: Any) -> StrictListField:
    return StrictListField(child=child, max_length=MOST_ITEMS, required=False, **options)


class ProfessionalChangesInput(OnBehalfInput):
    """What may be edited. A draft may lack anything but the name."""

    name = StrictCharField(max_length=200, required=False)
    kana = words(200)
    email = StrictEmailField(required=False, allow_blank=True)
    phone = words(40)
    postal_address = words(300)
    preferred_channel = undecided(PreferredChannel)
    best_time = words(100)
    headline = words(200)
    summary = words()
    experiences = _list(ExperienceInput())
    skills = StrictListField(child=SkillClaimInput(), max_length=MOST_CLAIMS, required=False)
    residency = undecided(Residency)
    hours_per_week = StrictIntegerField(**RANGES["hours_per_week"], required=False)
    weekly_times = _list(WeeklyTimeInput())
    areas = _list(StrictCharField(max_length=100), unique=True)
    remote = undecided(Remote)
    engagement_types = StrictListField(
        child=StrictChoiceField(EngagementType), max_length=len(EngagementType), unique=True, required=False
    )
    fee_basis = undecided(FeeBasis)
    fee_min_yen = StrictIntegerField(**RANGES["fee_min_yen"], required=False)
    fee_max_yen = StrictIntegerField(**RANGES["fee_max_yen"], required=False)
    travel = words(200)
    side_job_permission = undecided(SideJobPermission)
    is_public_servant = flag()
    has_employees = flag(allow_null=True)
    invoice_number = words(14, help_text="T and 13 digits.")
    employer = words(200, help_text="Staff only.")
    hidden_from = _list(StrictCharField(max_length=200), unique=True, help_text="Corporate numbers or names.")


class ProfessionalInput(ProfessionalChangesInput):
    """A new registration: a draft until it is submitted."""

    proxy = None  # type: ignore[assignment]  # what is not there yet has named nobody to speak for it
    bank = StrictCharField(max_length=40, help_text="Id or slug.")
    name = StrictCharField(max_length=200)
    holder_kind = StrictChoiceField(HolderKind, required=False)
    organization = StrictUUIDField(required=False, help_text="The organization that holds it.")
    account_email = StrictEmailField(required=False, help_text="On behalf: the person's account.")
    consents = consents()
