/** One visit to the front end, told twice: in jsdom, which every Node.js runs, and in a Chromium where there is one. */

import assert from "node:assert/strict";
import { chromium, type Visitor, jsdom } from "./visitors.js";
import * as bank from "../src/bank.js";
import { rows, talentBank, type Match } from "../src/client.js";
import { world } from "./world.js";

const visitor: Visitor = await (process.argv[2] === "chromium" ? chromium(process.argv[3] ?? "chromium") : jsdom());
const business = talentBank({ base: world.base, language: () => "ja", token: async () => world.organization });

try {
  // Anybody looks.
  await visitor.sees("困りごとの一覧");
  assert.equal(await visitor.count("li"), 10);
  await visitor.press("もっと見る");
  await visitor.counts("li", 20);
  await visitor.press("もっと見る");
  await visitor.counts("li", world.needs);
  await visitor.sees("2027年3月31日");
  await visitor.press("くわしく見る");
  await visitor.sees("応募するには、ログインしてください。");

  // Somebody signs in at the bank, and comes back.
  await visitor.press("ログインする");
  await visitor.signIn(world.email, world.password);
  await visitor.sees("ログアウト");
  assert.equal(new URL(await visitor.address()).search, "", "the code is gone from the address");

  // Applies, and follows.
  await visitor.press("くわしく見る");
  await visitor.sees("こうなりたい");
  await visitor.press("この困りごとに応募する");
  await visitor.sees("応募を受け付けました。");
  await visitor.sees("事業者の回答待ち");

  // The business is quicker: told in plain words, with the state as it is now.
  const found: Match[] = [];
  for await (const row of rows<Match>(async () => ({ next: null, results: await bank.matches(business) }))) found.push(row);
  assert.equal(found.length, 1);
  await bank.step(business, found[0] as Match, "accept");
  await visitor.press("取り下げる");
  await visitor.sees("理由をえらんでください");
  await visitor.pressFirst();
  await visitor.sees("先に動きがありました。");
  await visitor.sees("市の確認待ち");

  // Applying again is refused, in words and with a number for the desk; in English too.
  await visitor.press("English");
  await visitor.sees("What people need");
  await visitor.press("Read more");
  await visitor.sees("Apply to help");
  await visitor.press("Apply to help");
  await visitor.sees("tell city hall this number");
  await visitor.press("My matches");
  await visitor.sees("Waiting for the city");

  // Leaves.
  await visitor.press("Sign out");
  await visitor.sees("Sign in");
  await visitor.picture(process.argv[4]);
  console.log(JSON.stringify({ match: found[0]?.id }));
} finally {
  await visitor.close();
}
