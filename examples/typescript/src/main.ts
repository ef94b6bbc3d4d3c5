/** Starts the front end in a browser. `config.json` beside it names the talent bank and the registered client. */

import { start } from "./page.js";

interface Config {
  base: string;
  clientId: string;
}

const { base, clientId } = (await (await fetch("config.json")).json()) as Config;
const scopes = "openid me:read needs:read matches:read matches:write";
await start({
  document,
  keep: sessionStorage,
  settings: { base, clientId, redirectUri: `${location.origin}/`, scopes },
  address: new URL(location.href),
  go: (address) => location.assign(address),
  tidy: () => history.replaceState(null, "", "/"),
});
