"""Questions of one side of a match to the other: without contacts and names until the sides are introduced."""

from __future__ import annotations

from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet

from talentbank.core.actors import Side
from talentbank.core.audit import Step
from talentbank.core.errors import ActionRefused, Conflict, Forbidden, NotFound, Refusal, StaleVersion
from talentbank.core.lifecycle import Part
from talentbank.core.models import lock
from talentbank.matches.beside import case_beside
from talentbank.matches.case import Case
from talentbank.matches.guards import ANSWER_QUESTION, ASK_QUESTION, staff_is_no_side
from talentbank.matches.models import Match, MatchQuestion
from talentbank.matches.moves import match_event
from talentbank.matches.policies import side_parts, side_sees
from talentbank.matches.selectors import counterpart_known
from talentbank.matches.states import CLOSED_STATES, State
from talentbank.needs.texts import names_of_organization
from talentbank.privacy.contacts import contacts_strip
from talentbank.professionals.texts import names_of_professional

SIDES = frozenset({Part.PROFESSIONAL, Part.ORGANIZATION})


class MatchQuestionAnswered(Conflict):
    """A question is answered once."""

    code = "question_answered"


def match_questions(match: Match) -> QuerySet[MatchQuestion]:
    """Questions of a match, oldest first. Who sees the match sees them, relayed."""
    return match.questions.select_related("match__professional", "match__need__organization").order_by("id")


def answering_parts(question: MatchQuestion) -> frozenset[Part]:
    """Who may answer: the side that was asked, never the one that asked."""
    return side_parts(Side(question.asked_side).other) & SIDES


def match_question_actions(question: MatchQuestion, parts: frozenset[Part]) -> list[str]:
    """Actions open to `parts` by state and role alone: a question is answered once."""
    return ["answer"] if question.answered_at is None and parts & answering_parts(question) else []


def match_question_get(match: Match, question_id: UUID) -> MatchQuestion:
    """:raises NotFound: absent, or of another match."""
    question = match_questions(match).filter(pk=question_id).first()
    if question is None:
        raise NotFound()
    return question


@transaction.atomic
def match_question_ask(*, match_id: UUID, text: str, step: Step) -> MatchQuestion:
    """This function will keep a side's question and relay it to the other side.

    :raises NotFound: the actor does not see the match.
    :raises Forbidden: the actor is no side, nor acts for one.
    :raises ActionRefused: the match is not open, or the other side does not know of it yet.
    """
    case = case_beside(match_id, step, SIDES)
    assert case.side
    if refusals := [*_refusals(case), *_not_open(case), *_unheard(case, case.side.other)]:
        raise ActionRefused(state=case.match.state, action=ASK_QUESTION, allowed_actions=[], refusals=refusals)
    question = MatchQuestion.create(
        at=step.at,
        match=case.match,
        asked_side=case.side,
        text=text,
        text_relayed=relayed(text, case.match),
        asked_by_id=step.actor.user_id,
        channel=step.channel,
    )
    case.texts = {"question": text, "question_relayed": question.text_relayed}
    match_event(case, ASK_QUESTION, case.match.state, {"question": str(question.pk), "side": case.side})
    return question


@transaction.atomic
def match_question_answer(
    *, match_id: UUID, question_id: UUID, answer: str, expected_version: int | None, step: Step
) -> MatchQuestion:
    """This function will keep the other side's answer, in whatever state the match is by now, and relay it.

    :raises NotFound: the actor does not see the match, or it has no such question.
    :raises Forbidden: the actor is no side, nor acts for one, or is the side that asked.
    :raises StaleVersion: somebody answered since the caller looked.
    :raises MatchQuestionAnswered: it is answered already.
    """
    case = case_beside(match_id, step, SIDES)
    question = lock(MatchQuestion, match_question_get(case.match, question_id).pk)
    if case.part not in answering_parts(question):
        raise Forbidden()
    if refusals := _refusals(case):
        raise ActionRefused(state=case.match.state, action=ANSWER_QUESTION, allowed_actions=[], refusals=refusals)
    if expected_version is not None and question.version != expected_version:
        raise StaleVersion(version=question.version)
    if not match_question_actions(question, frozenset({case.part})):
        raise MatchQuestionAnswered()
    question.answer, question.answer_relayed = answer, relayed(answer, case.match)
    question.answered_at, question.answered_by_id = step.at, step.actor.user_id
    question.save_step(at=step.at)
    case.texts = {"answer": answer, "answer_relayed": question.answer_relayed}
    match_event(case, ANSWER_QUESTION, case.match.state, {"question": str(question.pk), "side": case.side})
    return question


def _refusals(case: Case) -> list[Refusal]:
    return [refusal] if (refusal := staff_is_no_side(case)) else []


def _not_open(case: Case) -> list[Refusal]:
    """A prospect is staff's own; what has ended has no more questions."""
    closed = case.match.state in CLOSED_STATES | {State.PROSPECT}
    return [Refusal("state_forbids", {"state": case.match.state, "of": "match"})] if closed else []


def _unheard(case: Case, side: Side) -> list[Refusal]:
    return [] if side_sees(case.match.state, case.answer(side)) else [Refusal("other_side_not_asked")]


def relayed(text: str, match: Match) -> str:
    """A text as the other side may read it now: an introduction that was undone closes it again."""
    if counterpart_known(match):
        return text
    names = [*names_of_professional(match.professional), *names_of_organization(match.need.organization)]
    return contacts_strip(text, names)
