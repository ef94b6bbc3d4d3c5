import assert from "node:assert/strict";
import { memory, signInByHand, world } from "../test/world.js";

// The document.

const standIns = {
  sessionStorage: memory(),
  location: { href: "http://127.0.0.1:4242/?code=x&state=y", assign: (address: string) => void (standIns.location.href = address) },
  history: { replaceState: (_state: unknown, _title: string, path: string) => void (tidied = path) },
};
let tidied = "";
Object.assign(globalThis, standIns);

await assert.rejects(comeBack(), /not a sign-in/, "an address that nobody asked for");
await signIn();
standIns.location.href = (await signInByHand(new URL(standIns.location.href), world.email, world.password)).href;
signedIn.token = (await comeBack()).access_token;
assert.equal(tidied, "/");

let seen = 0;
for await (const need of openNeeds()) if (need.accepting_now) seen += 1;
assert.equal(seen, world.needs);

const me = await told(api.GET("/api/v1/me"));
const hat = me.hats[0];
assert.ok(hat);
const [first, again] = [await applyFor(world.need, hat.id, "one"), await applyFor(world.need, hat.id, "one")];
assert.equal(first.id, again.id);
await assert.rejects(applyFor(world.need, hat.id, "two"), (error) => error instanceof Refused && error.response.status === 409);

signedIn.token = world.organization;
const theirs = await told(api.GET("/api/v1/matches/{id}", { params: { path: { id: first.id } } }));
const answered = await accept(theirs);
assert.deepEqual([answered.match.state, answered.moved], ["awaiting_approval", false]);
assert.deepEqual(await accept(theirs), { match: answered.match, moved: true });

const { secret, headers, body } = JSON.parse(process.env["MESSAGE"] ?? "null");
const raw = new TextEncoder().encode(body);
const signed = (more: Record<string, string> = {}) => new Headers({ ...headers, ...more });
assert.ok(await isGenuine(secret, signed(), raw));
assert.ok(await isGenuine(secret, signed({ "webhook-signature": `v1,AAAA ${headers["webhook-signature"]}` }), raw));
assert.ok(!(await isGenuine(secret, signed(), new TextEncoder().encode(`${body} `))));
assert.ok(!(await isGenuine(secret, signed({ "webhook-id": "another" }), raw)));
assert.ok(!(await isGenuine(secret, signed({ "webhook-timestamp": "1" }), raw)));
assert.ok(!(await isGenuine(secret, new Headers(), raw)));
console.log(JSON.stringify({ match: first.id }));
