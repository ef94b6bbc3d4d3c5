/** Serves the front end on this machine: `npm start` beside `make demo`, or `TALENTBANK=https://… CLIENT_ID=… npm start`. */

import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { extname } from "node:path";

const TYPES: Record<string, string> = { ".html": "text/html", ".css": "text/css", ".js": "text/javascript", ".mjs": "text/javascript" };
const SERVED = /^\/(index\.html|style\.css|dist\/src\/[a-z]+\.js|node_modules\/openapi-fetch\/dist\/index\.mjs)$/;
const { TALENTBANK = "http://127.0.0.1:8000", CLIENT_ID = "demo-front-end", PORT = "5173" } = process.env;
const config = JSON.stringify({ base: TALENTBANK, clientId: CLIENT_ID });

const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://127.0.0.1");
  const name = pathname === "/" ? "/index.html" : pathname;
  if (name === "/config.json") {
    response.writeHead(200, { "Content-Type": "application/json" }).end(config);
  } else if (SERVED.test(name)) {
    const type = `${TYPES[extname(name)] ?? "text/plain"}; charset=utf-8`;
    response.writeHead(200, { "Content-Type": type, "Cache-Control": "no-cache" }).end(await readFile(`.${name}`));
  } else {
    response.writeHead(404).end();
  }
});
server.listen(Number(PORT), "127.0.0.1", () => {
  const address = server.address();
  console.log(`http://127.0.0.1:${typeof address === "object" ? address?.port : PORT}/`);
});
