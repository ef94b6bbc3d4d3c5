/** Two ways to visit the front end. */

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { JSDOM } from "jsdom";
import { launch } from "puppeteer-core";
import { start } from "../src/page.js";
import { memory, signInByHand, world } from "./world.js";

export interface Visitor {
  press(label: string): Promise<void>;
  /** Press the first button of the main part: a choice among several. */
  pressFirst(): Promise<void>;
  sees(text: string): Promise<void>;
  count(selector: string): Promise<number>;
  counts(selector: string, number: number): Promise<void>;
  address(): Promise<string>;
  signIn(email: string, password: string): Promise<void>;
  picture(path?: string): Promise<void>;
  close(): Promise<void>;
}

const SECONDS = 60;

async function until(holds: () => Promise<boolean>, what: () => Promise<string>): Promise<void> {
  const end = Date.now() + SECONDS * 1000;
  while (!(await holds())) {
    if (Date.now() > end) assert.fail(await what());
    await new Promise((wake) => setTimeout(wake, 20));
  }
}

/** What both visitors do alike, given how to look and how to press. */
function visits(
  look: (selector: string) => Promise<string[]>,
  click: (selector: string, place: number) => Promise<void>,
): Pick<Visitor, "press" | "pressFirst" | "sees" | "count" | "counts"> {
  const text = async () => (await look("body")).join("");
  const ready = (place: number) => place >= 0;
  return {
    async press(label) {
      let place = -1;
      const find = async () => ready((place = (await look("button:enabled:not([hidden])")).indexOf(label)));
      await until(find, async () => `no button ${label} in: ${await text()}`);
      await click("button:enabled:not([hidden])", place);
    },
    pressFirst: () => click("main button:enabled", 0),
    sees: (words) => until(async () => (await text()).includes(words), async () => `${words} is not in: ${await text()}`),
    count: async (selector) => (await look(selector)).length,
    counts: (selector, number) =>
      until(async () => (await look(selector)).length === number, async () => `not ${number}: ${await text()}`),
  };
}

/** The page without a browser. Its calls carry an Origin, and must be answered as a browser would demand. */
export async function jsdom(): Promise<Visitor> {
  const origin = "http://127.0.0.1:4242";
  const { window } = new JSDOM("<!doctype html><body></body>", { url: `${origin}/` });
  const { document } = window;
  const keep = memory();
  let leaving: URL | null = null;
  let address = new URL(`${origin}/`);
  const send = async (request: Request): Promise<Response> => {
    request.headers.set("Origin", origin);
    const answer = await fetch(request);
    assert.equal(answer.headers.get("Access-Control-Allow-Origin"), origin, "a browser would read nothing of it");
    return answer;
  };
  const scopes = "openid me:read needs:read matches:read matches:write";
  const settings = { base: world.base, clientId: world.clientId, redirectUri: `${origin}/`, scopes };
  const arrive = () =>
    start({
      ...{ document, keep, settings, address, send },
      go: (to) => void (leaving = to),
      tidy: () => void (address = new URL("/", address)),
    });
  await arrive();
  const look = async (selector: string) => [...document.querySelectorAll(selector)].map((each) => each.textContent ?? "");
  return {
    ...visits(look, async (selector, place) => document.querySelectorAll<HTMLElement>(selector)[place]?.click()),
    address: async () => address.href,
    async signIn(email, password) {
      await until(async () => leaving !== null, async () => "the page did not leave for the sign-in");
      address = await signInByHand(leaving as URL, email, password);
      await arrive();
    },
    picture: async () => {},
    close: async () => window.close(),
  };
}

/** The page in a browser, from its own address: another origin than the API's. */
export async function chromium(executablePath: string): Promise<Visitor> {
  const environment = { ...process.env, TALENTBANK: world.base, CLIENT_ID: world.clientId };
  const server = spawn(process.execPath, ["dist/src/serve.js"], { env: { ...environment, PORT: process.env["FRONT_END_PORT"] } });
  const said = await new Promise<string>((resolve) => server.stdout.once("data", (line) => resolve(String(line).trim())));
  const browser = await launch({ executablePath, args: ["--no-sandbox", "--lang=ja"] });
  const page = await browser.newPage();
  const troubles: string[] = [];
  page.on("pageerror", (error) => troubles.push(String(error)));
  await page.goto(said);
  const look = async (selector: string): Promise<string[]> => {
    try {
      return await page.$$eval(selector, (found) => found.map((each) => (each as HTMLElement).innerText));
    } catch {
      return []; // between two pages there is nothing to see
    }
  };
  const click = (selector: string, place: number) =>
    page.$$eval(selector, (found, at) => (found[at] as HTMLElement | undefined)?.click(), place);
  return {
    ...visits(look, click),
    address: async () => page.url(),
    async signIn(email, password) {
      await page.waitForSelector("input[name=login]");
      await page.type("input[name=login]", email);
      await page.type("input[name=password]", password);
      await Promise.all([page.waitForNavigation(), page.click("main form button[type=submit], main form button")]);
      await page.waitForSelector("button[name=action][value=grant]");
      await Promise.all([page.waitForNavigation(), page.click("button[name=action][value=grant]")]);
    },
    picture: async (path) => void (path && (await page.screenshot({ path: path as `${string}.png`, fullPage: true }))),
    async close() {
      await browser.close();
      server.kill();
      assert.deepEqual(troubles, []);
    },
  };
}
