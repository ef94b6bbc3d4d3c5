"""The caller: account, hats, consents, and who read its contacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.filters import StrictFilterSet, UUIDsFilter
from api.routing import endpoint
from api.serializers import (
    OnBehalfInput,
    RowOutput,
    StrictCharField,
    StrictChoiceField,
    StrictDateTimeField,
    StrictIntegerField,
    StrictListField,
    StrictUUIDField,
    on_behalf_of,
)
from api.views import ActionView, CreateView, DetailView, FactView, ListView, Operation
from api.views.writes import DESK_SCOPE
from talentbank.accounts.hats import hats_held_back
from talentbank.accounts.models import User
from talentbank.banks.models import Bank, TextKind
from talentbank.core.actors import COORDINATORS, Channel, Hat, OnBehalf, Role, Side
from talentbank.core.audit import Step, Subject
from talentbank.core.errors import NotFound, invalid
from talentbank.organizations.models import Organization
from talentbank.organizations.selectors import organization_get
from talentbank.privacy.models import Consent, Disclosure
from talentbank.privacy.policies import HOLDERS, consent_actions, consenting_role
from talentbank.privacy.selectors import disclosures_of
from talentbank.privacy.services import consent_withdraw, consents_give
from talentbank.professionals.models import Professional
from talentbank.professionals.selectors import professional_get
from talentbank.registrations.selectors import staff_scope

SUBJECTS = ["professional", "organization"]


class HatOutput(serializers.Serializer):
    """A hat: send `acting_as` in the header of that name where several fit."""

    role = StrictChoiceField(Role)
    id = StrictUUIDField()
    bank = StrictUUIDField(source="bank_id")
    bank_name = serializers.SerializerMethodField()
    name = serializers.SerializerMethodField()
    acting_as = serializers.SerializerMethodField()

    @extend_schema_field(StrictCharField(max_length=200))
    def get_bank_name(self, hat: Hat) -> str:
        return str(self.context["names"][hat.bank_id])

    @extend_schema_field(StrictCharField(max_length=200, help_text="Of the organization, professional or bank."))
    def get_name(self, hat: Hat) -> str:
        return str(self.context["names"][hat.id])

    def get_acting_as(self, hat: Hat) -> str:
        return str(hat)


class MeOutput(serializers.Serializer):
    id = StrictUUIDField()
    email = StrictCharField(max_length=254)
    name = StrictCharField(max_length=100, allow_blank=True)
    language = StrictCharField(max_length=10)
    hats = HatOutput(many=True)
    held_back = HatOutput(
        many=True,
        help_text="Staff roles that count once the account has a second factor: /accounts/second-factor sets it up.",
    )
    scopes = StrictListField(
        child=StrictCharField(max_length=60), max_length=50, allow_null=True, help_text="Null for a session."
    )


class DisclosureOutput(RowOutput):
    """One read of the caller's contacts."""

    subject_kind = StrictChoiceField(SUBJECTS)
    subject_id = StrictUUIDField()
    match = StrictUUIDField(source="match_id", allow_null=True)
    reader_role = StrictChoiceField(Role)
    fields = serializers.SerializerMethodField(method_name="get_read_fields")
    read_at = StrictDateTimeField(source="created_at")

    def get_read_fields(self, row: Disclosure) -> list[str]:
        return list(row.fields)


class ConsentFilters(StrictFilterSet):
    subject = UUIDsFilter("subject_id")


class ConsentInput(OnBehalfInput):
    """Consents of one registration to the texts that hold now."""

    subject_kind = StrictChoiceField(SUBJECTS)
    subject_id = StrictUUIDField()
    kinds = StrictListField(child=StrictChoiceField(TextKind), min_length=1, max_length=10, unique=True)


class ConsentWithdrawInput(OnBehalfInput):
    """Nothing has to be said."""


class ConsentOutput(RowOutput):
    subject_kind = StrictChoiceField(SUBJECTS)
    subject_id = StrictUUIDField()
    text_kind = StrictChoiceField(TextKind)
    text_number = StrictIntegerField(minimum=1, maximum=1000)
    text_sha256 = StrictCharField(max_length=64)
    channel = StrictChoiceField(Channel)
    granted_at = StrictDateTimeField()
    withdrawn_at = StrictDateTimeField(allow_null=True)
    allowed_actions = serializers.SerializerMethodField()

    def get_allowed_actions(self, consent: Consent) -> list[str]:
        return consent_actions(self.context["actor"], consent)


class MeRead(FactView):
    """The account and its hats. A client's own token has no account: 404."""

    operation_id, summary, tag = "me_read", "Read my account and hats", "me"
    extra_statuses = frozenset({404})
    required_scopes = ("me:read",)
    output_serializer = MeOutput

    def answer(self, **ids: Any) -> dict[str, Any]:
        user = User.objects.filter(pk=self.actor.user_id).first()
        if user is None:
            raise NotFound()
        return {
            "id": user.pk,
            "email": user.email,
            "name": user.name,
            "language": user.language,
            "hats": self.actor.hats,
            "held_back": self.held_back(user.pk),
            "scopes": sorted(self.actor.scopes) if self.actor.scopes is not None else None,
        }

    def held_back(self, user_id: UUID) -> list[Hat]:
        return [hat for hat in hats_held_back(user_id, self.at) if self.actor.reaches(hat.bank_id)]

    def output_context(self) -> dict[str, Any]:
        """With the names of what the hats are of, so that people can choose among them."""
        assert self.actor.user_id
        hats = (*self.actor.hats, *self.held_back(self.actor.user_id))
        ids = {id for hat in hats for id in (hat.id, hat.bank_id)}
        models = (Bank, Organization, Professional)
        names = {id: name for model in models for id, name in _named(model, ids)}
        return {**super().output_context(), "names": names}


def _named(model: type[Bank | Organization | Professional], ids: Iterable[UUID]) -> list[tuple[UUID, str]]:
    return list(model._default_manager.filter(pk__in=ids).values_list("pk", "name"))


class MeDisclosures(ListView):
    """Who read my contacts, newest first."""

    operation_id, summary, tag = "me_disclosures", "List who read my contacts", "me"
    required_scopes = ("me:read",)
    output_serializer = DisclosureOutput
    orderings = ("-created_at",)

    def rows(self) -> QuerySet[Disclosure]:
        return disclosures_of(self.actor.ids_as(Role.PROFESSIONAL, Role.OWNER, Role.MEMBER))


class ConsentOperation(Operation):
    values: dict[str, Any]
    tag = "consents"
    required_scopes = ("consents:write",)
    output_serializer = ConsentOutput

    def permit_for(self, kind: str, id: UUID, bank_id: UUID) -> None:
        """The holder consents itself; staff record what it said, which asks a token for the desk's scope."""
        for_it = bool(self.values.get("on_behalf_of"))
        if consenting_role(self.actor, kind, id, bank_id, for_it=for_it) is not HOLDERS[kind]:
            self.require_scopes(DESK_SCOPE)

    def step_for(self, kind: str, id: UUID, bank_id: UUID) -> Step:
        """Under the holder's own hat, or on its behalf: staff need not say so, for they have no consents of their own.

        :raises InvalidInput: on behalf of somebody else than the holder.
        """
        behalf = on_behalf_of(self.values)
        if behalf and behalf.side != kind:
            raise invalid("/on_behalf_of", "not_the_holder")
        role = consenting_role(self.actor, kind, id, bank_id, for_it=behalf is not None)
        if role is not HOLDERS[kind]:
            behalf = behalf or OnBehalf(Side(kind), self.channel())
        return Step(actor=self.actor, at=self.at, role=role, on_behalf=behalf)

    def channel(self) -> Channel:
        return Channel(self.values.get("channel", self.actor.channel))

    def visible(self) -> QuerySet[Consent]:
        mine = Q(subject_id__in=self.actor.ids_as(Role.PROFESSIONAL, Role.OWNER))
        return Consent.objects.filter(mine | Q(bank_id__in=self.actor.banks_as(COORDINATORS)) | self._of_the_desk())

    def _of_the_desk(self) -> Q:
        """Consents of those whom the caller acts for at a desk, who may ask it to take one back."""
        if not self.actor.banks_as(frozenset({Role.SUPPORT_DESK})):
            return Q(pk__in=[])
        people = Professional.objects.filter(staff_scope(self.actor, "professional"))
        firms = Organization.objects.filter(staff_scope(self.actor, "organization"))
        return Q(subject_kind="professional", subject_id__in=people.values("pk")) | Q(
            subject_kind="organization", subject_id__in=firms.values("pk")
        )


class ConsentList(ConsentOperation, ListView):
    """Consents of the caller's registrations, withdrawn ones too; a coordinator sees the bank's, a desk those of the
    people that it acts for."""

    operation_id, summary = "consents_list", "List consents"
    filterset_class = ConsentFilters
    orderings = ("-granted_at",)

    def rows(self) -> QuerySet[Consent]:
        return self.visible()


class ConsentRead(ConsentOperation, DetailView):
    """One consent."""

    operation_id, summary = "consents_read", "Read a consent"

    def find(self, **ids: Any) -> Consent:
        return _found(self.visible().filter(pk=ids["id"]).first())


class ConsentCreate(ConsentOperation, CreateView):
    """Consent to texts that hold now; answers with the first of them. A desk records what a person said."""

    operation_id, summary = "consents_create", "Consent to texts"
    extra_statuses = frozenset({404})
    input_serializer = ConsentInput

    def find(self, **ids: Any) -> Professional | Organization:
        get = professional_get if self.values["subject_kind"] == "professional" else organization_get
        return get(self.actor, self.values["subject_id"])

    def permit(self, row: Professional | Organization) -> None:
        self.permit_for(self.values["subject_kind"], row.pk, row.bank_id)

    def perform(self, parent: Professional | Organization) -> Consent:
        kind = self.values["subject_kind"]
        return consents_give(
            subject=Subject(kind, parent.pk, parent.bank_id),
            kinds=self.values["kinds"],
            step=self.step_for(kind, parent.pk, parent.bank_id),
            channel=self.channel(),
            pointer="/kinds",
        )[0]


class ConsentWithdraw(ConsentOperation, ActionView):
    """Take a consent back; what it allowed stops."""

    operation_id, summary = "consents_withdraw", "Withdraw a consent"
    input_serializer = ConsentWithdrawInput

    def find(self, **ids: Any) -> Consent:
        return _found(self.visible().filter(pk=ids["id"]).first())

    def permit(self, row: Consent) -> None:
        self.permit_for(row.subject_kind, row.subject_id, row.bank_id)

    def perform(self, row: Consent, *, step: Any, expected_version: int) -> Consent:
        whose = self.step_for(row.subject_kind, row.subject_id, row.bank_id)
        return consent_withdraw(consent=row, expected_version=expected_version, step=whose)


def _found(consent: Consent | None) -> Consent:
    if consent is None:
        raise NotFound()
    return consent


urlpatterns = [
    endpoint("me", get=MeRead),
    endpoint("me/disclosures", get=MeDisclosures),
    endpoint("consents", get=ConsentList, post=ConsentCreate),
    endpoint("consents/<uuid:id>", get=ConsentRead),
    endpoint("consents/<uuid:id>/withdraw", post=ConsentWithdraw),
]
