import { proxyHeaders } from "../../../acceptance/checks/spoofing/proxyHeaders";
import { passesAndFails } from "../tokens/checks";

describe("the check of proxies' headers", () => {
  passesAndFails(proxyHeaders, 40, [
    [
      "a client's certificate is anybody's word",
      { passes: (name) => name.toLowerCase() === "x-forwarded-client-cert" },
      [/^x-forwarded-client-cert: .* the header x-forwarded-client-cert/, /in upper case/, /twice/],
    ],
    [
      "Envoy's own headers pass",
      { passes: (name) => name.startsWith("x-envoy-") },
      [/^x-envoy-\*/, /^x-envoy-internal/],
    ],
    [
      "the scheme is anybody's word",
      { passes: (name) => name === "X-Forwarded-Proto" },
      [/^X-Forwarded-Proto: http with a session: .* over http/],
    ],
    [
      "the host is anybody's word",
      { repeats: ({ headers }) => headers["x-forwarded-host"] ?? headers["x-auth-request-redirect"] ?? "" },
      [
        /X-Forwarded-Host at the sign-in page/,
        /X-Forwarded-Host at the start of a sign-in/,
        /X-Forwarded-Host at Dex/,
        /X-Auth-Request-Redirect at/,
      ],
    ],
    [
      "an inner address needs no identity",
      { opens: ({ headers }) => /127\.0\.0\.1/.test(headers["forwarded"] ?? "") && headers["cookie"] === undefined },
      [/^Forwarded without identity: should have been refused/],
    ],
  ]);
});
