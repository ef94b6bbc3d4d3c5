#!/bin/sh
# The README's tour against a running `make demo`: register, submit, need, candidates, propose, yes, yes, approve, contacts.
# Reads the bearer tokens from the demo itself; needs sh, curl and python3.
#   BASE=http://127.0.0.1:8000 sh examples/tour.sh
set -eu
cd "$(dirname "$0")/.."
BASE=${BASE:-http://127.0.0.1:8000}
API=$BASE/api/v1
ACCESS=$(.venv/bin/python manage.py demo_access --base-url "$BASE")
token() { printf '%s\n' "$ACCESS" | grep -A1 "^  $1 " | tail -1 | awk '{print $2}'; }
DESK=$(token support_desk) COORDINATOR=$(token coordinator) ORGANIZATION=$(token organization)

ANSWER=$(mktemp) HEAD=$(mktemp)
trap 'rm -f "$ANSWER" "$HEAD"' EXIT
# call TOKEN METHOD PATH [BODY]: sends If-Match with the last ETag of that path, prints the status line.
call() {
    set -- "$1" "$2" "$3" "${4:-}"
    printf '\n$ %s %s %s\n' "$2" "$3" "$4"
    curl -sS -o "$ANSWER" -D "$HEAD" -X "$2" "$API$3" -H "Authorization: Bearer $1" \
        -H 'Content-Type: application/json' ${ETAG:+-H "If-Match: $ETAG"} ${4:+-d "$4"}
    head -1 "$HEAD" | tr -d '\r'
    ETAG=$(sed -n 's/^[Ee][Tt][Aa][Gg]: \(.*\)$/\1/p' "$HEAD" | tr -d '\r')
}
# show KEY…: prints the named parts of the last answer, as in results.0.score.
show() {
    python3 - "$ANSWER" "$@" <<'PY'
import json, sys
answer = json.load(open(sys.argv[1], encoding="utf-8"))
for path in sys.argv[2:]:
    value = answer
    for part in path.split("."):
        value = value[int(part)] if isinstance(value, list) else value[part]
    print(f"  {path}: {json.dumps(value, ensure_ascii=False)}")
PY
}
get() { python3 -c 'import json,sys; print(json.load(open(sys.argv[1]))[sys.argv[2]])' "$ANSWER" "$1"; }
bank=$(curl -sS "$API/banks/akatsuki" | python3 -c 'import json,sys; print(json.load(sys.stdin)["id"])')
behalf='"channel":"counter","evidence_note":"窓口で聞き取り、読み上げて確認"'
ETAG=

echo '# 1. At the counter a desk registers a person who has no account'
call "$DESK" POST /professionals "{\"bank\":\"$bank\",\"on_behalf_of\":\"professional\",$behalf,\
\"name\":\"髙野 文子\",\"kana\":\"タカノ フミコ\",\"phone\":\"090-0000-2001\",\"headline\":\"ネットショップの発送と在庫の段取り\",\
\"summary\":\"通販会社の物流センターに十五年。梱包、送料の見直し、在庫の棚づくり。\",\"residency\":\"city\",\"hours_per_week\":6,\
\"remote\":\"ok\",\"areas\":[\"あかつき市\"],\"engagement_types\":[\"quasi_mandate\",\"advice\"],\
\"skills\":[{\"skill\":\"ec-logistics\",\"level\":4,\"years\":15}],\
\"consents\":[\"terms_of_use\",\"purposes_of_use\",\"matching\",\"disclosure\",\"declaration\"]}"
show registration_state channel
professional=$(get id)
call "$DESK" POST "/professionals/$professional/submit" "{\"on_behalf_of\":\"professional\",$behalf}"
show registration_state reference
call "$COORDINATOR" POST "/professionals/$professional/approve" '{}'
show registration_state valid_until

echo; echo '# 2. A business says in plain words what it needs'
organization=$(curl -sS "$API/me" -H "Authorization: Bearer $ORGANIZATION" |
    python3 -c 'import json,sys; print([h["id"] for h in json.load(sys.stdin)["hats"] if h["role"]=="owner"][0])')
ETAG=
call "$ORGANIZATION" POST /needs "{\"organization\":\"$organization\",\"title\":\"木の小物をネットで売りたい\",\
\"own_words\":\"端材で作った小物をネットで売り始めたが、発送に追われて本業が進みません。\",\"problems\":[\"shipping-busy\"],\
\"engagement_type\":\"quasi_mandate\",\"hours_per_week\":3,\"place\":\"mixed\",\"area\":\"あかつき市\",\"confidentiality\":\"members\"}"
need=$(get id)
call "$ORGANIZATION" POST "/needs/$need/submit" '{}'
show state reference
call "$COORDINATOR" POST "/needs/$need/open" '{}'
show state

echo; echo '# 3. Who fits, and why'
ETAG=
call "$COORDINATOR" GET "/needs/$need/candidates?limit=3"
show results.0.professional.name results.0.strength results.0.staff.score results.0.reasons.0
call "$ORGANIZATION" GET "/needs/$need/candidates?limit=3"
show results.0.card.alias results.0.card.headline results.0.strength

echo; echo '# 4. The city proposes, both say yes, the city approves'
ETAG=
call "$COORDINATOR" POST /matches "{\"need\":\"$need\",\"professional\":\"$professional\",\"origin\":\"prospect\"}"
show reference state
match=$(get id)
call "$COORDINATOR" POST "/matches/$match/propose" '{}'
show state
call "$DESK" POST "/matches/$match/accept" '{"on_behalf_of":"professional","channel":"phone","evidence_note":"本人に電話"}'
show state
kept=$ETAG
ETAG=
call "$ORGANIZATION" GET "/matches/$match/contacts"
show status code
ETAG=$kept
call "$ORGANIZATION" POST "/matches/$match/accept" '{}'
show state
ETAG=
call "$COORDINATOR" GET "/me/worklist?basket=approvals&include=others"
show results.0.subject.title results.0.settles.0.href
call "$COORDINATOR" POST "/matches/$match/conflicts" '{"outcome":"none"}'
call "$COORDINATOR" GET "/matches/$match"
call "$COORDINATOR" POST "/matches/$match/approve" '{}'
show state

echo; echo '# 5. Only now the contacts open, and the read is on record'
ETAG=
call "$ORGANIZATION" GET "/matches/$match/contacts"
show professional.name professional.phone
call "$ORGANIZATION" GET "/matches/$match/events"
show results.0.action results.1.action results.2.channel
