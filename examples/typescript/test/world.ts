/** What the test run tells these scripts, and a person who signs in on the bank's own pages. */

import assert from "node:assert/strict";

export interface World {
  base: string;
  clientId: string;
  email: string;
  password: string;
  /** A bearer token of the organization whose need it is. */
  organization: string;
  need: string;
  /** How many needs take people. */
  needs: number;
}

export const world = JSON.parse(process.env["WORLD"] ?? "null") as World;

/** Sign in, agree, and return the address that the bank sends the person back to. */
export async function signInByHand(authorize: URL, email: string, password: string): Promise<URL> {
  const cookies = new Map<string, string>();
  const visit = async (address: URL, form?: Record<string, string | string[]>): Promise<[URL, Response, string]> => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const headers = { Cookie: cookie, Referer: address.href };
    const sent = form && Object.entries(form).flatMap(([name, value]) => [value].flat().map((each) => [name, each]));
    const more: RequestInit = sent ? { method: "POST", body: new URLSearchParams(sent) } : {};
    const answer = await fetch(address, { ...more, headers, redirect: "manual" });
    for (const each of answer.headers.getSetCookie()) {
      const [name = "", value = ""] = (each.split(";")[0] ?? "").split("=");
      cookies.set(name, value);
    }
    const to = answer.headers.get("Location");
    if (to === null) return [address, answer, await answer.text()];
    const next = new URL(to, address);
    return next.origin === address.origin ? visit(next) : [next, answer, ""];
  };
  const hidden = (html: string, name: string): string => {
    const found = new RegExp(`name="${name}" value="([^"]*)"`).exec(html);
    assert.ok(found?.[1], `${name} is on the page`);
    return found[1].replaceAll("&quot;", '"').replaceAll("&amp;", "&");
  };
  const [login, , form] = await visit(authorize);
  const signedIn = { csrfmiddlewaretoken: hidden(form, "csrfmiddlewaretoken"), next: login.searchParams.get("next") ?? "" };
  const [consent, answer, page] = await visit(login, { ...signedIn, login: email, password });
  assert.equal(answer.status, 200, page);
  const scopes = (authorize.searchParams.get("scope") ?? "").split(" ");
  const granted = { csrfmiddlewaretoken: hidden(page, "csrfmiddlewaretoken"), request: hidden(page, "request") };
  const [back] = await visit(new URL(consent.pathname, consent), { ...granted, scopes, action: "grant" });
  return back;
}

export const memory = (): Storage => {
  const held = new Map<string, string>();
  return {
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => void held.set(key, value),
    removeItem: (key) => void held.delete(key),
    clear: () => held.clear(),
    key: (index) => [...held.keys()][index] ?? null,
    get length() {
      return held.size;
    },
  };
};
