/** A professional's day through the generated client, against a server that runs: sign in, look, apply, follow, leave. */

import assert from "node:assert/strict";
import * as bank from "../src/bank.js";
import { type Language, type Need, patient, Refused, rows, type Send, talentBank, told } from "../src/client.js";
import * as signin from "../src/signin.js";
import { memory, signInByHand, world } from "./world.js";

const keep = memory();
const settings: signin.Settings = {
  base: world.base,
  clientId: world.clientId,
  redirectUri: "http://127.0.0.1:4242/",
  scopes: "openid me:read needs:read matches:read matches:write",
};

async function refused(call: Promise<unknown>): Promise<Refused> {
  try {
    await call;
  } catch (error) {
    assert.ok(error instanceof Refused, String(error));
    return error;
  }
  assert.fail("it was not refused");
}

/** A line that loses the answer of the first POST: the server acted, and we do not know. */
const posts: (string | null)[] = [];
let lossy = true;
const line: Send = async (request) => {
  const answer = await fetch(request);
  if (request.method !== "POST") return answer;
  posts.push(answer.headers.get("Idempotency-Replayed"));
  if (!lossy) return answer;
  lossy = false;
  throw new TypeError("the line is dead");
};

// Sign in.
const back = await signInByHand(await signin.begin(settings, keep), world.email, world.password);
const forged = new URL(back);
forged.searchParams.set("state", "another");
const kept = keep.getItem("signin") ?? "";
await assert.rejects(signin.finish(settings, keep, forged), /another sign-in/);
keep.setItem("signin", kept);
let tokens = await signin.finish(settings, keep, back);
assert.ok(tokens?.refresh);
const renewed = await signin.renew(settings, tokens.refresh);
assert.ok(renewed, "a new pair of tokens for the refresh token");
tokens = renewed;
assert.equal(await signin.renew(settings, "made up"), null);

let language: Language = "ja";
let held: string | null = tokens.access;
const pauses: number[] = [];
const pause = async (seconds: number) => void pauses.push(seconds);
const api = talentBank({ base: world.base, language: () => language, token: async () => held, send: line, pause });
const me = await bank.me(api);
assert.equal(me.email, world.email);

// Look, page after page.
const pages: number[] = [];
const seen: string[] = [];
for await (const need of rows<Need>(async (cursor) => {
  const page = await bank.needs(api, cursor, 10);
  pages.push(page.results.length);
  return page;
}))
  seen.push(need.id);
assert.equal(new Set(seen).size, world.needs);
assert.deepEqual(pages, [10, 10, world.needs - 20]);
const wrong = await refused(bank.needs(api, "made-up"));
assert.equal(wrong.response.status, 400);
assert.deepEqual([wrong.code, wrong.problem.errors[0]?.pointer], ["invalid_input", "/query/cursor"]);

// Apply, over the line that loses the answer: sent twice, applied once.
const need = await bank.need(api, world.need);
const hat = bank.hatFor(me, need);
assert.ok(hat);
const applied = await bank.apply(api, need, hat, "the-first-try");
assert.deepEqual(posts, [null, "true"]);
assert.deepEqual(pauses, [0.5]);
assert.equal(applied.state, "awaiting_organization");
assert.equal((await bank.matches(api)).length, 1);

// A key is for one call, and a pair has one open match: what the API says of it, in both languages.
const reused = await refused(
  told(
    api.POST("/api/v1/matches", {
      params: { header: { "Idempotency-Key": "the-first-try" } },
      body: { need: world.need, professional: hat.id, origin: "apply", note: "something else" },
    }),
  ),
);
assert.deepEqual([reused.response.status, reused.code], [422, "idempotency_key_reused"]);
const twice = await refused(bank.apply(api, need, hat));
assert.equal(twice.response.status, 409);
assert.match(twice.problem.failed_guards?.[0]?.detail ?? twice.message, /[ぁ-ん]/);
language = "en";
const english = await refused(bank.apply(api, need, hat));
assert.deepEqual([english.code, english.problem.failed_guards?.[0]?.code], [twice.code, twice.problem.failed_guards?.[0]?.code]);
assert.doesNotMatch(english.problem.failed_guards?.[0]?.detail ?? english.message, /[ぁ-ん]/);

// The business answers meanwhile: the stale step is refused, the record read again, the step taken.
const business = talentBank({ base: world.base, language: () => "ja", token: async () => world.organization });
const theirs = await bank.match(business, applied.id);
await bank.step(business, theirs, "accept");
const stale = await refused(bank.step(api, applied, "withdraw", ["timing"]));
assert.deepEqual([stale.response.status, stale.code], [412, "stale_version"]);
const now = await bank.match(api, applied.id);
assert.equal(now.etag, stale.currentETag);
const states = await bank.labels(api, "match-states");
assert.equal(states.get(now.state), "Waiting for the city");
assert.ok(now.allowed_actions.includes("withdraw"));
const [reason] = [...(await bank.labels(api, "match-withdraw-reasons")).keys()];
const closed = await bank.step(api, now, "withdraw", reason ? [reason] : []);
assert.deepEqual([closed.state, closed.closed_reason], ["closed", "withdrawn"]);

// What a busy server asks for is kept to, and what must not be sent twice is not.
const answers = [503, 429, 200];
const asked: number[] = [];
const busy = patient(
  async () => new Response("{}", { status: answers.shift() ?? 200, headers: { "Retry-After": "7" } }),
  async (seconds) => void asked.push(seconds),
);
assert.equal((await busy(new Request(world.base))).status, 200);
assert.deepEqual(asked, [7, 7]);
let sent = 0;
const dead = patient(async () => {
  sent += 1;
  throw new TypeError("no network");
});
await assert.rejects(dead(new Request(world.base, { method: "PATCH", body: "{}" })), /no network/);
assert.equal(sent, 1);

// Leave: the tokens are worth nothing from now on.
await signin.end(settings, tokens);
assert.equal((await refused(bank.me(api))).code, "invalid_token");
held = null;
assert.equal((await refused(bank.me(api))).code, "not_authenticated");
console.log(JSON.stringify({ match: closed.id }));
