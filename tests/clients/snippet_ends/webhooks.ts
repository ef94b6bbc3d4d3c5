import assert from "node:assert/strict";

const { secret: SECRET, headers, body } = JSON.parse(process.env["MESSAGE"] ?? "null");
const known = new Set<string>();
const queued: [string, number][] = [];
const remember = async (id: string) => !known.has(id) && Boolean(known.add(id));
const queue = async (url: string, version: number) => void queued.push([url, version]);
// The document.

const message = (sent: string) => new Request("http://127.0.0.1/hook", { method: "POST", headers, body: sent });
const statuses = [];
for (const sent of [body, body, `${body} `]) statuses.push((await receive(message(sent))).status);
assert.deepEqual(statuses, [204, 204, 401]);
assert.deepEqual(queued, [[JSON.parse(body).url, 7]], "what came twice is worked on once");
console.log(JSON.stringify({ queued: queued.length }));
