"""What stands in the world, by name: `match:active`, `need:draft`, `professional:submitted`, …

Every registration was typed in by `support_desk`, which therefore acts for it; `other_desk` acts for nobody.
"""

from __future__ import annotations

import hashlib
from datetime import date, timedelta
from typing import Any

from allauth.idp.oidc.models import Client

from talentbank.accounts.models import Invitation, StaffMembership
from talentbank.banks.models import Bank, BankClosure
from talentbank.core.audit import Step
from talentbank.core.ids import new_id
from talentbank.core.sealing import seal
from talentbank.matches.bulk import Proposal, matches_propose
from talentbank.matches.models import Complaint, Match, MatchQuestion, StaffNote, WorkReport
from talentbank.matches.services import match_transition
from talentbank.needs.models import NeedQuestion
from talentbank.notifications.models import WebhookDelivery, WebhookEndpoint
from talentbank.notifications.webhooks.services import new_secret
from talentbank.organizations.models import Organization
from talentbank.privacy.models import Consent, Disclosure
from talentbank.ranking.services import card_of
from talentbank.skills.groups import group_add
from talentbank.worklist.models import Absence
from talentbank.worklist.selectors import worklist
from talentbank.worklist.services import item_delegate
from tests import factories
from tests.api.matrix.world import Thing, World
from tests.factories import AT, TODAY

PUBLIC = {"confidentiality": "public", "public_summary": "地元の漬物をネットで売りたい", "summary_agreed_at": AT}
REPORT = {"period_start": TODAY, "period_end": TODAY, "hours": 3, "work_done": "商品を登録", "channel": "web"}
NOTE = {"kind": "note", "text": "折り返し電話", "channel": "phone", "happened_on": TODAY}
NUMBER = "7000012050002"
REGISTRATIONS: dict[str, dict[str, Any]] = {
    "draft": {"registration_state": "draft"},
    "submitted": {"registration_state": "submitted", "submitted_at": AT},
    "changed": {"pending_changes": {"kana": "アタラシイ"}, "changed_since_review": ["remote"]},
    "quiet": {},
    "paused": {"referral_status": "paused"},
    "suspended": {"registration_state": "suspended"},
    "expired": {"registration_state": "expired"},
    "rejected": {"registration_state": "rejected"},
    "countersign": {"countersign_pending": True},
}
"""State of a registration that some action starts from → what sets it apart from an approved one."""
STATES: dict[str, dict[str, Any]] = {
    "prospect": {},
    "awaiting_professional": {},
    "awaiting_organization": {},
    "awaiting_approval": {},
    "introduced": {},
    "negotiating": {},
    "contracted": {},
    "active": {},
    "suspended": {},
    "delivered": {},
    "completed": {"ended_at": AT, "hours_worked": 10.0},
    "postponed": {},
}


def world_make() -> World:
    """Build the bank, its people and one thing for every row of the table."""
    bank = factories.make_bank(name="あかつきデジタル人材バンク", policy={"introductions_per_place": 100})
    world = World(bank)
    other = factories.make_bank()
    staff = {
        "support_desk": (bank, "support_desk"),
        "other_desk": (bank, "support_desk"),
        "analyst": (bank, "analyst"),
        "coordinator": (bank, "coordinator"),
        "bank_admin": (bank, "bank_admin"),
        "colleague": (bank, "coordinator"),
        "other_bank": (other, "bank_admin"),
    }
    world.accounts |= {name: factories.make_staff(of, role) for name, (of, role) in staff.items()}
    factories.make_staff(other, "coordinator", user=world.accounts["other_bank"])
    world.accounts["newcomer"] = factories.make_user()
    rows = StaffMembership.objects.select_related("user", "bank")
    for name in ("coordinator", "colleague"):
        world.keep(f"membership:{name}", rows.get(user=world.accounts[name]))
    world.keep("bank", bank, bank=bank.slug)
    fill(world)
    elsewhere(other)
    world.refresh()
    for thing in world.things.values():
        for user in thing.people.values():
            world.token_of(user)
    for user in world.accounts.values():
        world.token_of(user)
    return world


def elsewhere(bank: Bank) -> None:
    """What the other bank's coordinator sees, so that none of this bank's rows is not simply nothing."""
    need = factories.make_need(factories.make_organization(bank))
    factories.decide_conflict(factories.make_match(need, factories.make_professional(bank), "introduced"))


def fill(world: World) -> None:
    sides(world)
    registrations(world)
    needs(world)
    matches(world)
    beside_matches(world)
    of_bank(world)
    worklists(world)
    webhooks(world)
    clients(world)


def sides(world: World) -> None:
    """`professional:main`, `organization:main` and their rivals, who have a registration of their own in this bank."""
    desk = world.accounts["support_desk"]
    for name, column in (("main", "professional"), ("rival", "other_professional")):
        row = factories.make_professional(world.bank, hours_per_week=40, entered_by=desk if name == "main" else None)
        world.keep(f"professional:{name}", row)
        world.accounts[column] = row.user
    for name, column in (("main", "owner"), ("rival", "other_organization")):
        row = factories.make_organization(world.bank, entered_by=desk if name == "main" else None)
        world.accounts[column] = factories.owner_of(row)
        world.keep(f"organization:{name}", row)
    world.accounts["member"] = _member(world.things["organization:main"].row)
    factories.make_need(world.things["organization:rival"].row, confidentiality="coordinators")


def _member(organization: Organization) -> Any:
    user = factories.make_user()
    row = organization.members.create(user=user, role="member", created_at=AT, updated_at=AT)
    return row.user


def registrations(world: World) -> None:
    """One professional and one organization in every state; each has a holder of its own."""
    desk, bank = world.accounts["support_desk"], world.bank
    for state, fields in REGISTRATIONS.items():
        decided = {"decided_by_id": world.accounts["coordinator"].pk} if state == "countersign" else {}
        values = {**fields, **decided, "entered_by": desk}
        person = factories.make_professional(bank, skills=["ec-site"], **values)
        world.keep(f"professional:{state}", person, {"professional": person.user})
        if state == "paused":
            continue
        firm = factories.make_organization(bank, corporate_number=NUMBER if state == "draft" else "", **values)
        people = {"owner": factories.owner_of(firm), "member": _member(firm)}
        world.keep(f"organization:{state}", firm, people)
    firm = world.things["organization:main"].row
    for member in firm.members.select_related("user"):
        world.keep(f"{member.role}ship", member, id=firm.pk, member_id=member.pk)


def needs(world: World) -> None:
    firm = world.things["organization:main"].row
    for name, fields in {
        "open": {"confidentiality": "members"},
        "public": PUBLIC,
        "anonymous": {**PUBLIC, "anonymous": True},
        "confidential": {"confidentiality": "coordinators"},
        "draft": {"state": "draft", "opened_at": None},
        "submitted": {"state": "submitted", "opened_at": None, **PUBLIC},
        "summary": {"state": "submitted", "opened_at": None, **PUBLIC, "summary_agreed_at": None},
        "on_hold": {"state": "on_hold"},
        "closed": {"state": "closed"},
    }.items():
        world.keep(f"need:{name}", factories.make_need(firm, **fields))
    need = world.things["need:open"].row
    asked = {"professional_id": world.things["professional:main"].pk, "text": "在庫は何点ですか。"}
    question = NeedQuestion.create(at=AT, need=need, **asked)
    world.keep("question:need", question, id=need.pk, question_id=question.pk)


def matches(world: World) -> None:
    """One match of the same pair in every state, each for a need of its own; terms where they are due."""
    for state, fields in STATES.items():
        match_in(world, state, state, **fields)
    waiting = {"countersign_pending": True, "introduced_by": world.accounts["colleague"]}
    match_in(world, "countersign", "introduced", **waiting)
    factories.make_terms(world.things["match:negotiating"].row)
    factories.make_terms(world.things["match:introduced"].row)
    terms = world.things["match:introduced"].row.terms.get()
    world.keep("terms", terms, id=terms.match_id, number=terms.number)
    amended = match_in(world, "amended", "active")
    factories.make_terms(amended, confirmed_by=("professional", "organization"))
    factories.make_terms(amended)
    moved = match_in(world, "moved", "introduced")
    step = Step(actor=world.actor("coordinator"), at=AT)
    match_transition(match_id=moved.pk, action="negotiate", step=step, expected_version=moved.version)
    batch = match_in(world, "batch", "prospect")
    by_admin = Step(actor=world.actor("bank_admin"), at=AT)
    proposed = matches_propose(items=[Proposal(batch.pk, batch.version)], ask_first=None, step=by_admin)
    world.things["batch"] = Thing(batch, {"batch": proposed.id})


def match_in(world: World, name: str, state: str, **fields: Any) -> Match:
    firm, professional = world.things["organization:main"].row, world.things["professional:main"].row
    need = factories.make_need(firm, hours_per_week=1, confidentiality="coordinators")
    match = factories.make_match(need, professional, state, **fields)
    factories.decide_conflict(match)
    return world.keep(f"match:{name}", match)


def beside_matches(world: World) -> None:
    introduced, active = (world.things[f"match:{state}"].row for state in ("introduced", "active"))
    asker = world.accounts["professional"]
    question = MatchQuestion.create(
        at=AT, match=introduced, asked_side="professional", asked_by=asker, text="週末は動けますか。"
    )
    world.keep("question:match", question, id=introduced.pk, question_id=question.pk)
    report = WorkReport.create(at=AT, match=active, **REPORT)
    world.keep("report", report, id=active.pk, report_id=report.pk)
    world.keep("conflict", introduced.conflicts.get(), id=introduced.pk)
    for state, handler in (("received", None), ("handling", "coordinator"), ("resolved", "coordinator")):
        about = {"side": "professional", "about": "other_side", "text": "約束の時間に来ません。", "state": state}
        given = {"handler": world.accounts[handler]} if handler else {}
        values = {**about, **given, "bank": world.bank, "match": introduced, "made_by": asker, "state_since": AT}
        world.keep(f"complaint:{state}", Complaint.create(at=AT, **values))
    read = {"subject_kind": "professional", "subject_id": introduced.professional_id, "match_id": introduced.pk}
    reader = {"reader_id": world.accounts["owner"].pk, "reader_role": "owner", "fields": ["email"]}
    world.keep("disclosure", Disclosure.create(at=AT, bank_id=world.bank.pk, **read, **reader))
    world.things["card"] = Thing(world.things["need:open"].row, {"card": _card(world)})


def _card(world: World) -> Any:
    pair = {"need_id": world.things["need:open"].pk, "professional_id": world.things["professional:rival"].pk}
    return card_of(**pair)


def of_bank(world: World) -> None:
    bank, coordinator = world.bank, world.accounts["coordinator"]
    subjects = {
        "match": (world.things["match:introduced"].pk, {}),
        "need": (world.things["need:open"].pk, {}),
        "professional": (world.things["professional:main"].pk, {}),
        "organization": (world.things["organization:main"].pk, {}),
        "bank": (bank.pk, {"bank": bank.slug}),
    }
    for kind, (id, ids) in subjects.items():
        note = StaffNote.create(at=AT, bank=bank, subject_kind=kind, subject_id=id, author=coordinator, **NOTE)
        world.keep(f"note:{kind}", note, **{"id": id, **ids})
    closure = BankClosure.create(at=AT, bank=bank, day=date(2026, 12, 25), reason="停電")
    world.keep("closure", closure, bank=bank.slug)
    away = {"away_from": TODAY + timedelta(days=20), "away_until": TODAY + timedelta(days=25)}
    world.keep("absence", Absence.create(at=AT, bank=bank, user=coordinator, **away), bank=bank.slug)
    invited = {"email": "new@example.jp", "role": "coordinator", "invited_by": world.accounts["bank_admin"]}
    digest = hashlib.sha256(b"matrix").hexdigest()
    expires_at = AT + timedelta(days=7)
    invitation = Invitation.create(at=AT, bank=bank, **invited, token_hash=digest, expires_at=expires_at)
    world.keep("invitation", invitation)
    step = Step(actor=world.actor("coordinator"), at=AT, role="coordinator")
    world.keep("group", group_add(bank=bank, values={"forms_ja": ["朝市", "マルシェ"]}, step=step))
    for kind in ("professional", "organization"):
        subject = world.things[f"{kind}:main"].pk
        world.keep(f"proxy:{kind}", factories.make_proxy(world.things[f"{kind}:main"].row))
        world.keep(f"consent:{kind}", Consent.objects.get(subject_id=subject, text_kind="matching"))


def worklists(world: World) -> None:
    """Approvals that wait for every coordinator; one is given away."""
    bank_admin = world.actor("bank_admin")
    for name in ("item", "given"):
        match = (
            world.things["match:awaiting_approval"].row
            if name == "item"
            else match_in(world, "given", "awaiting_approval")
        )
        waiting = worklist(bank_admin, AT, baskets=("approvals",))
        world.things[name] = Thing(next(each for each in waiting if each.waiting.id == match.pk))
        world.things[name].ids = {"id": world.things[name].row.id}
    colleague = world.accounts["colleague"].pk
    item_delegate(actor=bank_admin, item=world.things["given"].row, to_user=colleague, reason="", at=AT)


def webhooks(world: World) -> None:
    """The bank's own endpoints, with something that one was told."""
    own = {"bank": world.bank, "owner": world.accounts["bank_admin"], "url": "https://hooks.example.jp/bank"}
    for name, fields in {
        "": {},
        ":rotated": {"previous_sealed": seal(new_secret()), "previous_until": AT + timedelta(days=1)},
        ":disabled": {"state": "disabled"},
    }.items():
        row = WebhookEndpoint.create(at=AT, **own, **fields, secret_sealed=seal(new_secret()))
        world.keep(f"webhook{name}", row)
    endpoint = world.things["webhook"].row
    told = {"type": "match.approved", "subject_id": world.things["match:introduced"].pk, "subject_state": "introduced"}
    times = {"happened_at": AT, "due_at": AT, "created_at": AT}
    delivery = WebhookDelivery.objects.create(
        endpoint=endpoint, message_id=new_id(), subject_version=1, state="failed", **told, **times
    )
    world.keep("delivery", delivery, id=endpoint.pk, delivery=delivery.pk)


def clients(world: World) -> None:
    """Programs that the bank has registered: one let in, one that only asked, a mini-app."""
    for name, state, data in (
        ("client", "approved", None),
        ("client:asked", "asked", None),
        ("client:line", "approved", {"line_channel_id": "1234567890"}),
    ):
        program = Client.objects.create(name=name, type=Client.Type.CONFIDENTIAL, data=data)
        world.keep(name, factories.let_in(program, world.bank, state=state, is_home=True)[0])
