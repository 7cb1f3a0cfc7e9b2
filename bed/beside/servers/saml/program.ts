/** A SAML 2.0 identity provider as a program of its own: the first argument is the file of its configuration. */
import { readFileSync } from "node:fs";
import { createServer } from "node:https";
import { text } from "node:stream/consumers";
import { answerTo, type ProgramConfig } from "./pages";

const config = JSON.parse(readFileSync(process.argv[2] ?? "", "utf8")) as ProgramConfig;
const tls = { cert: readFileSync(config.certificateFile), key: readFileSync(config.keyFile) };

const server = createServer({ ...tls, minVersion: "TLSv1.2" }, (request, response) => {
  const asked = request.method === "POST" && request.url === "/sso";
  void text(request).then((body) => {
    const { status, html } = asked ? answerTo(config, new URLSearchParams(body)) : { status: 404, html: "" };
    // Without what was posted: that is a password.
    console.log(request.method, request.url, status);
    response.writeHead(status, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
  });
});
server.listen(config.port, config.address);
for (const signal of ["SIGINT", "SIGTERM"] as const) {
  process.on(signal, () => process.exit(0));
}
