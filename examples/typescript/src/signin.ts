/** Sign-in by authorization code with PKCE (S256), for a public client: a page or a phone app that can keep no secret. */

export interface Settings {
  base: string;
  clientId: string;
  /** Letter by letter as registered. */
  redirectUri: string;
  scopes: string;
}

export interface Tokens {
  access: string;
  refresh: string | null;
  /** Milliseconds since 1970. */
  until: number;
}

/** Where the proof key waits while the person is at the bank's own page; `sessionStorage` is one. */
export type Keep = Pick<Storage, "getItem" | "setItem" | "removeItem">;

const text = (bytes: Uint8Array): string =>
  btoa(String.fromCharCode(...bytes)).replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
const random = (): string => text(crypto.getRandomValues(new Uint8Array(32)));

/** Return the address to send the person to. They sign in and agree there; no password ever comes this way. */
export async function begin({ base, clientId, redirectUri, scopes }: Settings, keep: Keep): Promise<URL> {
  const verifier = random();
  const state = random();
  keep.setItem("signin", JSON.stringify({ verifier, state }));
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(verifier));
  const address = new URL("/identity/o/authorize", base);
  address.search = new URLSearchParams({
    ...{ response_type: "code", client_id: clientId, redirect_uri: redirectUri, scope: scopes, state },
    ...{ code_challenge: text(new Uint8Array(digest)), code_challenge_method: "S256" },
  }).toString();
  return address;
}

/** Exchange what the person came back with. Null where the address brings nothing of a sign-in, or they said no. */
export async function finish(settings: Settings, keep: Keep, address: URL): Promise<Tokens | null> {
  const kept = keep.getItem("signin");
  const code = address.searchParams.get("code");
  keep.removeItem("signin");
  if (kept === null || code === null) return null;
  const { verifier, state } = JSON.parse(kept) as { verifier: string; state: string };
  if (address.searchParams.get("state") !== state) throw new Error("this answer belongs to another sign-in");
  const sent = { grant_type: "authorization_code", code, redirect_uri: settings.redirectUri, code_verifier: verifier };
  return tokens(settings, sent);
}

/** New tokens for the refresh token, which ends with it. Null where the sign-in is over. */
export async function renew(settings: Settings, refresh: string): Promise<Tokens | null> {
  return tokens(settings, { grant_type: "refresh_token", refresh_token: refresh });
}

/** End the sign-in at the bank too, so that the tokens are worth nothing from now on. */
export async function end(settings: Settings, held: Tokens): Promise<void> {
  for (const token of [held.refresh, held.access])
    if (token) await post(settings, "/identity/o/api/revoke", { token });
}

async function tokens(settings: Settings, sent: Record<string, string>): Promise<Tokens | null> {
  const answer = await post(settings, "/identity/o/api/token", sent);
  if (answer.status >= 500) throw new Error(`the sign-in answers ${answer.status}`);
  if (!answer.ok) return null;
  const given = (await answer.json()) as { access_token: string; refresh_token?: string; expires_in: number };
  const until = Date.now() + given.expires_in * 1000;
  return { access: given.access_token, refresh: given.refresh_token ?? null, until };
}

const post = ({ base, clientId }: Settings, path: string, sent: Record<string, string>): Promise<Response> =>
  fetch(new URL(path, base), { method: "POST", body: new URLSearchParams({ ...sent, client_id: clientId }) });
