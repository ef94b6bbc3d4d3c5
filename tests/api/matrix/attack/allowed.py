"""Every exclusion of the attack, with its reason. There are no others."""

from __future__ import annotations

import json
from typing import Any

from schemathesis.openapi.checks import RejectedPositiveData

ON_VALID_INPUT = ("2xx", "3xx", "401", "403", "404", "409", "412", "429")
"""What a valid call may be answered: besides success, what the caller's rights and the row's state and version say.

412 is ours beside Schemathesis' own list: a version that was drawn is rarely the row's.
"""
OF_ROWS = "it names something that must exist, or be the right one: GET tells which"
OF_TIME = "a day is compared with today, or with what is on record"
OF_NUMBERS = "a number that carries its own check digit"
OF_FIELDS = "two fields are compared with each other"
NOWHERE_IN_A_SCHEMA = {
    "cursor_invalid": "a cursor is signed by us; a drawn one never is",
    "date_out_of_range": "years from 1900 to 2999, which `format: date` does not say",
    "datetime": "no leap seconds, nor more than six digits after the point",
    "email": "one address in plain ASCII, of which `format: email` allows more",
    "form_too_short": "a form is measured as it is read, not as it is written",
    "max_digits": "digits after the point",
    "webhook_url_malformed": "an address that a connection can be made to",
    "webhook_url_not_https": "never in the clear",
    "line_channel_invalid": "LINE's ten digits",
    "redirect_uri_invalid": "an address that a browser can be sent back to",
    "origin_invalid": "an origin, as browsers send it",
    "corporate_number_invalid": OF_NUMBERS,
    "invoice_number_invalid": OF_NUMBERS,
    "by_card": "who asks decides whether a person is named or a card",
    **dict.fromkeys(("not_a_colleague", "not_a_handler", "not_a_side", "not_the_holder", "not_open_here"), OF_ROWS),
    **dict.fromkeys(
        ("no_such_text", "unknown_account", "unknown_area", "unknown_bank", "unknown_client", "unknown_group"), OF_ROWS
    ),
    **dict.fromkeys(("no_such_proxy", "proxy_lacks_power", "power_does_not_fit"), OF_ROWS),
    **dict.fromkeys(("proxy_not_running", "proxy_too_long", "proxy_too_far_ahead"), OF_TIME),
    "not_for_a_desk": OF_FIELDS,
    **dict.fromkeys(("unknown_organization", "unknown_problem", "unknown_professional"), OF_ROWS),
    "text_version_skipped": OF_ROWS,
    **dict.fromkeys(("unknown_reason_code", "unknown_skill", "unknown_thesaurus_group"), OF_ROWS),
    **dict.fromkeys(("in_the_future", "in_the_past", "before_last_step", "out_of_range"), OF_TIME),
    **dict.fromkeys(("before_start", "before_start_time", "after_end", "before_contract"), OF_TIME),
    **dict.fromkeys(("before_the_work", "out_of_order"), OF_TIME),
    **dict.fromkeys(("ends_before_it_begins", "fee_range_reversed", "more_hours_than_days", "says_nothing"), OF_FIELDS),
    "below_minimum": OF_FIELDS,
    **dict.fromkeys(("needs_channel", "needs_on_behalf_of", "only_for_calls", "too_few_forms"), OF_FIELDS),
    **dict.fromkeys(("group_or_shared", "not_a_whole", "scope_needs_sign_in_page", "ambiguous_form"), OF_FIELDS),
    **dict.fromkeys(("ladder_must_rise", "needs_a_secret", "needs_a_public_client", "not_for_a_person"), OF_FIELDS),
}
"""Code of a wrong field, wherever it stands → why a schema cannot say so, or not so that it still reads well."""
COMMENTS = {
    "nul_character": "a key of comments is text too, of which a schema says nothing",
    "required": "a comment at least",
    "unknown_field": "a comment is on a field of the row",
}
CALLS = {"required": "what a call log must hold depends on `kind`"}
BY_OPERATION: dict[str, dict[str, str]] = {
    "assignments_create": {"required": "`from_user`, or ids that it looks after"},
    "banks_notes_create": {**CALLS, "consultations_only": "on a bank itself only consultations are noted"},
    "clients_create": {"required": "`client_id`, or all that a new client says of itself", "unknown_field": "not both"},
    "matches_bulk_propose": {"required": "`match`, or `need` and `professional`"},
    "matches_conflicts_decide": {"required": "a reason, unless there is none to decide"},
    "matches_create": {"required": "`professional` or `card`, by who asks"},
    "matches_notes_create": CALLS,
    "needs_notes_create": CALLS,
    "needs_request_changes": COMMENTS,
    "organizations_notes_create": CALLS,
    "organizations_request_changes": COMMENTS,
    "professionals_notes_create": CALLS,
    "professionals_request_changes": COMMENTS,
    "proxies_create": {"required": "a relative has a name and is something to the subject"},
    "sandbox_clients_create": {"required": "what each way of signing in needs"},
}
"""Operation → code that a schema could say, where it depends on the rest of the call."""


def is_allowed(failure: Any, case: Any, response: Any) -> bool:
    """Whether a valid call was rightly refused: 400, and every field named for a rule between fields or about rows."""
    if not isinstance(failure, RejectedPositiveData) or response.status_code != 400:
        return False
    codes = {each["code"] for each in json.loads(response.content)["errors"]}
    known = NOWHERE_IN_A_SCHEMA.keys() | BY_OPERATION.get(case.operation.definition.raw["operationId"], {}).keys()
    return bool(codes) and codes <= known
