"""Questions of professionals about a need: relayed without contacts and names, and without who asked."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

from django.db import transaction
from django.db.models import Q, QuerySet

from talentbank.accounts.policies import single_hat
from talentbank.core.actors import HELPERS, ORGANIZATION_ROLES, Actor, OnBehalf, Role, Side
from talentbank.core.audit import Step
from talentbank.core.clock import day_of
from talentbank.core.errors import ActionRefused, Conflict, NotFound, Refusal, StaleVersion, invalid
from talentbank.core.lifecycle import Part
from talentbank.core.models import lock
from talentbank.needs.inputs import ANSWER_QUESTION, ASK_QUESTION
from talentbank.needs.lifecycle import SEEKING
from talentbank.needs.models import Need, NeedQuestion
from talentbank.needs.moves import case_of, need_event, need_helper_keep, need_lock
from talentbank.needs.policies import WRITERS, part_for
from talentbank.needs.selectors import NeedView, need_accepts, need_view_of
from talentbank.needs.texts import names_of_organization
from talentbank.organizations.room import ROOM as ORGANIZATION
from talentbank.privacy.contacts import contacts_strip
from talentbank.privacy.proxies import proxy_heard
from talentbank.professionals.models import Professional
from talentbank.professionals.room import ROOM as PROFESSIONAL
from talentbank.professionals.room import people
from talentbank.professionals.selectors import professionals_visible
from talentbank.professionals.texts import names_of_professional
from talentbank.registrations.models import RegistrationState

MOST_UNANSWERED = 5
"""Unanswered questions of one professional about one need."""


class QuestionsExhausted(Conflict):
    """The professional waits for as many answers as it may."""

    code = "questions_exhausted"


class QuestionAnswered(Conflict):
    """A question is answered once."""

    code = "question_answered"


def need_questions_visible(actor: Actor, need: Need) -> QuerySet[NeedQuestion]:
    """Questions about a need that the actor sees: staff and the need's people all, others their own and published ones.

    The need itself must be in sight. Who asked is for coordinators alone (`sees_who_asked`).
    """
    rows = NeedQuestion.objects.filter(need=need).select_related("need", "professional")
    if need_view_of(actor, need) is NeedView.DETAIL:
        return rows
    return rows.filter(Q(published=True) | Q(professional_id__in=_own(actor)))


def need_question_actions(question: NeedQuestion, parts: frozenset[Part]) -> list[str]:
    """Actions open to `parts` by state and role alone: a question is answered once."""
    return ["answer"] if question.answered_at is None and parts & WRITERS else []


def need_question_get(actor: Actor, need: Need, question_id: UUID) -> NeedQuestion:
    """:raises NotFound: absent, of another need, or out of sight."""
    question = need_questions_visible(actor, need).filter(pk=question_id).first()
    if question is None:
        raise NotFound()
    return question


def sees_who_asked(actor: Actor, need: Need) -> bool:
    """Coordinators see who asked, and the words before they were relayed; not where they are the organization."""
    return actor.is_coordinator_of(need.bank_id) and not _is_of(actor, need)


def is_asker(actor: Actor, question: NeedQuestion) -> bool:
    return question.professional_id in _own(actor)


def asker_of(actor: Actor, need: Need, professional_id: UUID | None, on_behalf: OnBehalf | None) -> tuple[UUID, Role]:
    """Choose the professional for whom a question is asked, and the role of who asks.

    :raises Forbidden: the actor holds no approved registration in this bank, nor helps one.
    :raises ActingAsRequired: it holds several.
    :raises InvalidInput: on behalf of nobody, or of somebody who is not in the helper's sight.
    """
    if on_behalf:
        return _helped(actor, need, professional_id, on_behalf)
    hats = [hat for hat in actor.worn if hat.role is Role.PROFESSIONAL and hat.bank_id == need.bank_id]
    approved = _approved().filter(pk__in=[hat.id for hat in hats]).values_list("pk", flat=True)
    hat = single_hat(each for each in hats if each.id in approved and professional_id in (None, each.id))
    return hat.id, hat.role


@transaction.atomic
def need_question_ask(*, need_id: UUID, text: str, step: Step, professional_id: UUID | None = None) -> NeedQuestion:
    """This function will keep a professional's question and relay it to the need's people without who asked.

    The caller has seen to it that the need is in the actor's sight. `professional_id` names whom staff ask for.

    :raises Forbidden: see `asker_of`.
    :raises ActionRefused: the need takes no candidates now, or the asker belongs to its organization.
    :raises InvalidInput: a proxy is named who may not speak here.
    :raises QuestionsExhausted: too many wait for an answer.
    """
    need = need_lock(need_id)
    id, role = asker_of(step.actor, need, professional_id, step.on_behalf)
    professional = lock(Professional, id)
    proxy_heard(about="question", whose=PROFESSIONAL.subject(professional), step=step)
    _require_asking(need, professional, step)
    question = NeedQuestion.create(
        at=step.at,
        need=need,
        professional=professional,
        text=text,
        text_relayed=_relayed(text, need, professional),
        asked_by_id=step.actor.user_id,
        channel=step.channel,
    )
    case = case_of(need, replace(step, role=role), frozenset())
    case.texts = {"question": text, "question_relayed": question.text_relayed}
    need_event(case, ASK_QUESTION, need.state, {"question": str(question.pk)})
    return question


@transaction.atomic
def need_question_answer(
    *, question_id: UUID, need_id: UUID, answer: str, publish: bool, expected_version: int | None, step: Step
) -> NeedQuestion:
    """This function will keep the organization's answer and relay it to who asked; `publish` shows both to all.

    :raises NotFound: no such question about this need.
    :raises Forbidden: the actor neither belongs to the organization nor acts for it.
    :raises StaleVersion: somebody answered since the caller looked.
    :raises QuestionAnswered: it is answered already.
    :raises ActionRefused: the actor is who asked.
    """
    need = need_lock(need_id)
    parts, role = part_for(step.actor, need.organization, WRITERS, step.on_behalf)
    proxy_heard(about="need", whose=ORGANIZATION.subject(need.organization), step=step)
    question = _locked(need, question_id)
    if expected_version is not None and question.version != expected_version:
        raise StaleVersion(version=question.version)
    if not need_question_actions(question, parts):
        raise QuestionAnswered()
    if step.actor.user_id in people(question.professional):
        refusal = Refusal("actor_is_a_side")
        raise ActionRefused(state=need.state, action=ANSWER_QUESTION, allowed_actions=[], refusals=[refusal])
    question.need = need
    question.answer, question.answer_relayed = answer, _relayed(answer, need, question.professional)
    question.answered_at, question.answered_by_id = step.at, step.actor.user_id
    question.published = publish
    question.save_step(at=step.at)
    need_helper_keep(need, step)
    case = case_of(need, replace(step, role=role), parts)
    case.texts = {"answer": answer, "answer_relayed": question.answer_relayed}
    need_event(case, ANSWER_QUESTION, need.state, {"question": str(question.pk), "published": publish})
    return question


def _locked(need: Need, question_id: UUID) -> NeedQuestion:
    if not NeedQuestion.objects.filter(pk=question_id, need=need).exists():
        raise NotFound()
    return lock(NeedQuestion, question_id)


def _own(actor: Actor) -> frozenset[UUID]:
    return actor.ids_as(Role.PROFESSIONAL)


def _is_of(actor: Actor, need: Need) -> bool:
    return need.organization_id in actor.ids_as(*ORGANIZATION_ROLES)


def _approved() -> QuerySet[Professional]:
    return Professional.objects.filter(registration_state=RegistrationState.APPROVED)


def _helped(actor: Actor, need: Need, professional_id: UUID | None, on_behalf: OnBehalf) -> tuple[UUID, Role]:
    if on_behalf.side is not Side.PROFESSIONAL:
        raise invalid("/on_behalf_of", "not_the_holder")
    hat = single_hat(hat for hat in actor.worn if hat.bank_id == need.bank_id and hat.role in HELPERS)
    if professional_id is None:
        raise invalid("/professional", "required")
    seen = professionals_visible(actor).filter(bank_id=need.bank_id, registration_state=RegistrationState.APPROVED)
    if not seen.filter(pk=professional_id).exists():
        raise invalid("/professional", "unknown_professional")
    return professional_id, hat.role


def _require_asking(need: Need, professional: Professional, step: Step) -> None:
    refusals = []
    if need.state not in SEEKING:
        refusals.append(Refusal("need_not_open", {"state": need.state}))
    elif not need_accepts(need, day_of(step.at)):
        refusals.append(Refusal("need_not_accepting"))
    if professional.organization_id == need.organization_id or _belongs(step.actor, need):
        refusals.append(Refusal("holder_is_organization"))
    if refusals:
        raise ActionRefused(state=need.state, action=ASK_QUESTION, allowed_actions=[], refusals=refusals)
    waiting = NeedQuestion.objects.filter(need=need, professional=professional, answered_at__isnull=True)
    if waiting.count() >= MOST_UNANSWERED:
        raise QuestionsExhausted(limit=MOST_UNANSWERED)


def _belongs(actor: Actor, need: Need) -> bool:
    if actor.user_id is None:
        return False
    return need.organization.members.filter(user_id=actor.user_id, ended_at__isnull=True).exists()


def _relayed(text: str, need: Need, professional: Professional) -> str:
    return contacts_strip(text, [*names_of_professional(professional), *names_of_organization(need.organization)])
