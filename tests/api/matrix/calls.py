"""What the calls of the table send: addresses from the thing a row is about, bodies that lack nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from typing import Any

from api.schema import generate
from tests import factories
from tests.api.match_calls import body_of
from tests.api.matrix.world import Thing, World
from tests.contract import ContractClient

ABSENT = "01930000-0000-7000-8000-00000000dead"
NOTE = {"kind": "consultation", "text": "窓口で通販の相談", "channel": "counter", "minutes": 30}
WITHDRAWN = {"reason_codes": ["no_longer_wished"]}
UNCLEAR = {"reason_codes": ["unclear"]}
CLIENT = {
    "operator": "あかつき商工会議所",
    "purpose": "会員の事業者が支援依頼を見るため",
    "contact": "app@example.jp",
    "valid_until": "2027-03-31",
}
COMMENTS = {"comments": {"/kana": "ふりがなを確認してください。"}, **UNCLEAR}
OUT_OF_SCOPE = {"reason_codes": ["out_of_scope"]}
COMPLAINT = {"resolution": "双方から聞き取り", "resolution_told": "今後は前日に連絡することになりました。"}
PROXY = {"kind": "desk", "powers": ["matches"], "valid_until": "2027-03-31", "evidence": "窓口で本人に確認"}
FORMS = {"forms_ja": ["軽トラ市", "青空市"]}
WEIGHTS = {"headline_percent": 5, "skills_percent": 10, "experiences_percent": 35, "summary_percent": 50}

Body = dict[str, Any]
BODIES: dict[str, Body | Callable[[World], Body]] = {
    "assignments_create": lambda world: {
        "bank": world.bank.slug,
        "from_user": str(world.accounts["coordinator"].pk),
        "to_user": str(world.accounts["colleague"].pk),
    },
    "banks_absences_create": {"away_from": "2026-12-01", "away_until": "2026-12-02"},
    "banks_closures_create": {"day": "2026-12-28", "reason": "庁舎の停電"},
    "banks_notes_create": NOTE,
    "banks_texts_create": {"kind": "disclosure", "number": 2, "ja": "第2版：相手方への開示"},
    "banks_update": {"name_en": "Akatsuki"},
    "clients_create": lambda world: {
        "banks": [str(world.bank.pk)],
        "name": "みんなの窓口",
        "kind": "public",
        "scopes": ["needs:read"],
        "grant_types": ["authorization_code"],
        "redirect_uris": ["https://app.example/callback"],
        **CLIENT,
    },
    "clients_update": {"purpose": "会員の事業者が支援依頼を出すため"},
    "complaints_take": lambda world: {"handler": str(world.accounts["colleague"].pk)},
    "complaints_resolve": COMPLAINT,
    "complaints_dismiss": COMPLAINT,
    "consents_create": lambda world: _consent(world, "professional"),
    "invitations_create": lambda world: {
        "bank": str(world.bank.pk),
        "email": "hanako@example.jp",
        "role": "coordinator",
    },
    "matches_bulk_propose": lambda world: {"items": [_item(world.things["match:prospect"])]},
    "matches_bulk_propose_undo": {"reason_codes": ["entered_by_mistake"]},
    "matches_complaints_create": {"about": "bank", "text": "返事が届きません。"},
    "matches_conflicts_decide": {"outcome": "none"},
    "matches_create": lambda world: {"need": str(world.things["need:open"].pk)},
    "matches_evaluations_create": {"score": 5, "would_repeat": True, "outcome": "reached"},
    "matches_notes_create": NOTE,
    "matches_questions_answer": {"answer": "動けます。"},
    "matches_questions_create": {"text": "週末は動けますか。"},
    "matches_terms_create": {"content": factories.complete_terms()},
    "matches_work_reports_create": {
        "period_start": "2026-10-26",
        "period_end": "2026-11-01",
        "hours": 6.5,
        "work_done": "商品を登録しました。",
    },
    "matches_work_reports_return": {"comment": "写真がありません。"},
    "memberships_declared_ties_update": {"declared_ties": ["株式会社こけし90"]},
    "memberships_update": {"valid_until": "2027-03-31"},
    "needs_create": lambda world: {
        "organization": str(world.things["organization:main"].pk),
        "title": "ネットで漬物を売りたい",
        "own_words": "何から手を付ければよいか分かりません。",
    },
    "needs_hold": {"reason_codes": ["budget"]},
    "needs_notes_create": NOTE,
    "needs_questions_answer": {"answer": "三百点です。"},
    "needs_questions_create": {"text": "在庫は何点ですか。"},
    "needs_reject": OUT_OF_SCOPE,
    "needs_reopen": {"deadline": "2027-06-30"},
    "needs_request_changes": {"comments": {"/own_words": "いつ頃までに始めたいですか。"}},
    "needs_suggestions": {"words": "インターネットの通信販売を始めたい"},
    "needs_update": {"tools_today": "ﾌｧｯｸｽと電話"},
    "organizations_create": lambda world: {
        "bank": world.bank.slug,
        "name": "株式会社こけし",
        "kana": "カブシキガイシャコケシ",
        "kind": "company",
    },
    "organizations_members_create": lambda world: {"email": world.accounts["newcomer"].email, "role": "member"},
    "organizations_members_update": {"role": "owner"},
    "organizations_notes_create": NOTE,
    "organizations_reject": OUT_OF_SCOPE,
    "organizations_reject_changes": UNCLEAR,
    "organizations_request_changes": COMMENTS,
    "organizations_suspend": {"reason_codes": ["complaint"]},
    "organizations_update": {"about": "漬物"},
    "organizations_withdraw": WITHDRAWN,
    "professionals_create": lambda world: {"bank": world.bank.slug, "name": "髙橋 𠮷男", "kana": "タカハシ ヨシオ"},
    "professionals_notes_create": NOTE,
    "professionals_pause": {"reason_codes": ["busy"]},
    "professionals_reject": OUT_OF_SCOPE,
    "professionals_reject_changes": UNCLEAR,
    "professionals_request_changes": COMMENTS,
    "professionals_suspend": {"reason_codes": ["complaint"]},
    "professionals_update": {"headline": "キャッシュレス導入"},
    "professionals_withdraw": WITHDRAWN,
    "proxies_create": lambda world: {**_subject(world, "professional"), **PROXY},
    "ranking_weights_preview": lambda world: {"bank": world.bank.slug, **WEIGHTS},
    "ranking_weights_update": {"reason": "試行の結果", **WEIGHTS},
    "sandbox_clients_create": {
        "name": "みんなの窓口",
        "kind": "public",
        "scopes": ["needs:read"],
        "grant_types": ["authorization_code"],
        "redirect_uris": ["https://app.example/callback"],
    },
    "sandbox_line_tokens_create": lambda world: {
        "client_id": world.things["client:line"].row.client_id,
        "subject": "U4af4980629",
    },
    "thesaurus_create": lambda world: {"bank": world.bank.slug, **FORMS},
    "thesaurus_preview": lambda world: {"bank": world.bank.slug, **FORMS},
    "thesaurus_update": {"note": "商店街の言い方"},
    "webhook_endpoints_create": lambda world: {"bank": world.bank.slug, "url": "https://hooks.example.jp/bank"},
    "webhook_endpoints_redeliver": {"since": "2026-11-01T00:00:00+09:00"},
    "webhook_endpoints_update": {"description": "市のアプリ"},
    "worklist_items_delegate": lambda world: {"to_user": str(world.accounts["colleague"].pk)},
    "worklist_items_snooze": {"until": "2026-11-05"},
}
"""Operation → its body, where that is not what `match_calls` knows of the action, nor empty."""

SENDS: dict[str, Callable[[World], Body]] = {
    "summary": lambda world: {"public_summary": "地元の漬物をネットで売りたい"},
    "for:professional": lambda world: _for("professional"),
    "for:organization": lambda world: _for("organization"),
    "of:main": lambda world: {"professional": str(world.things["professional:main"].pk)},
    "of:organization": lambda world: _consent(world, "organization"),
    "whose:firm": lambda world: _subject(world, "organization"),
    "origin:prospect": lambda world: {"origin": "prospect", **_main(world)},
    "origin:apply": lambda world: {"origin": "apply", **_main(world)},
    "origin:invite": lambda world: {"origin": "invite", "card": str(world.things["card"].ids["card"])},
    "origin:repeat": lambda world: {
        "origin": "repeat",
        "agreed_by": ["professional", "organization"],
        **_main(world),
    },
}
"""Word of the column `sends` → what it adds to a body."""
OF_BANK = {
    "assignments_list",
    "exposure_read",
    "ranking_weights_read",
    "ranking_weights_update",
    "slates_read",
    "statistics_assisted_share",
    "statistics_funnel",
    "statistics_quality",
    "statistics_speed",
    "statistics_supply_and_demand",
    "thesaurus_list",
}
"""Operations that name their bank in the query."""


def _for(side: str) -> Body:
    return {"on_behalf_of": side, "channel": "phone", "evidence_note": "電話で本人に確認"}


def _main(world: World) -> Body:
    return {"professional": str(world.things["professional:main"].pk)}


def _consent(world: World, kind: str) -> Body:
    return {**_subject(world, kind), "kinds": ["messages"]}


def _subject(world: World, kind: str) -> Body:
    return {"subject_kind": kind, "subject_id": str(world.things[f"{kind}:main"].pk)}


def _item(match: Thing) -> Body:
    return {"match": str(match.pk), "etag": f'"{match.version}.0000000000000000"'}


@dataclass(frozen=True, slots=True)
class Operation:
    """An operation of the document: method, path, the scopes that it names, the keys of its body, what it sorts by."""

    id: str
    method: str
    path: str
    scopes: tuple[str, ...]
    public: bool
    keys: frozenset[str] | None
    parameters: tuple[str, ...]
    orderings: tuple[str, ...]


@cache
def operations() -> dict[str, Operation]:
    """Every operation of the document as the code makes it."""
    document = generate()
    return {
        definition["operationId"]: _operation(document, method, path, definition)
        for path, methods in document["paths"].items()
        for method, definition in methods.items()
        if method != "parameters"
    }


def _operation(document: dict[str, Any], method: str, path: str, definition: dict[str, Any]) -> Operation:
    security = definition.get("security", [])
    content = definition.get("requestBody", {}).get("content", {}).get("application/json", {})
    reference = content.get("schema", {}).get("$ref", "").rpartition("/")[2]
    schema = document["components"]["schemas"].get(reference, content.get("schema", {}))
    asked = {each["name"]: each["schema"] for each in definition.get("parameters", []) if each.get("in") == "query"}
    return Operation(
        id=definition["operationId"],
        method=method.upper(),
        path=path,
        scopes=next((tuple(each["oauth2"]) for each in security if "oauth2" in each), ()),
        public={} in security or not security,
        keys=frozenset(schema.get("properties", {})) if content else None,
        parameters=tuple(asked),
        orderings=tuple(asked.get("ordering", {}).get("enum", ())),
    )


@dataclass(frozen=True, slots=True)
class Call:
    """One call as it is sent."""

    method: str
    address: str
    body: Body | None
    etag: str = ""

    def send(self, client: ContractClient) -> Any:
        headers = {"If-Match": self.etag} if self.etag else {}
        if self.body is None:
            return client.generic(self.method, self.address, headers=headers)
        return getattr(client, self.method.lower())(self.address, self.body, headers=headers)

    def about_nobody(self, thing: Thing) -> Call:
        """The same call with ids that are nobody's."""
        own = {str(value) for value in (thing.pk, *thing.ids.values()) if re.fullmatch(r"[0-9a-f-]{36}", str(value))}
        return Call(self.method, *_without(own, self.address, self.body), etag=self.etag)


def _without(ids: set[str], *values: Any) -> Any:
    def changed(value: Any) -> Any:
        if isinstance(value, dict):
            return {key: changed(each) for key, each in value.items()}
        if isinstance(value, list):
            return [changed(each) for each in value]
        return re.sub("|".join(ids), ABSENT, value) if ids and isinstance(value, str) else value

    return [changed(value) for value in values]


def call_of(world: World, operation: Operation, thing: Thing | None, sends: str = "") -> Call:
    """The call that a row of the table makes, in order but for who makes it."""
    ids = {"list": "channels", **(thing.ids if thing else {})}
    address = operation.path.format_map({name: str(value) for name, value in ids.items()})
    if operation.id in OF_BANK:
        address += f"?bank={world.bank.slug}"
    elif operation.id == "consents_list" and thing:
        address += f"?subject={thing.row.subject_id}"
    elif "limit" in operation.parameters and "cursor" in operation.parameters:
        address += "?limit=100"
    if operation.method == "GET":
        return Call("GET", address, None)
    etag = f'"{thing.version}.0000000000000000"' if thing else ""
    if operation.id == "ranking_weights_update":
        etag = '"1.0000000000000000"'
    return Call(operation.method, address, _body(world, operation, sends), etag)


def _body(world: World, operation: Operation, sends: str) -> Body | None:
    if operation.method == "DELETE":
        return None
    body = BODIES.get(operation.id)
    if body is None:
        resource, _, action = operation.id.partition("_")
        body = body_of(action) if resource == "matches" else {}
    made = dict(body(world)) if callable(body) else dict(body)
    for word in sends.split():
        made |= SENDS[word](world)
    return made
