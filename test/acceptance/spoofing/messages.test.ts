import { messages } from "../../../acceptance/checks/spoofing/messages";
import { passesAndFails } from "../tokens/checks";

describe("the check of odd messages", () => {
  passesAndFails(messages, 90, [
    [
      "the verified identity is taken for hop-by-hop, and a refusal breaks the gate",
      {
        refusal: 502,
        forgets: ({ headers }) => headers["connection"]?.includes("kubeflow-userid") ?? false,
      },
      [/^Connection: kubeflow-userid over HTTP\/1.1 with a token: expected user@example.com, or a refusal; came/],
    ],
    [
      "HTTP/2 has rules of its own",
      {
        passes: (name) => name === "kubeflow-userid",
        opens: ({ headers }) => headers["kubeflow-userid"] !== undefined,
      },
      [
        /^kubeflow-userid over HTTP\/2 with a token/,
        /^kubeflow-userid over HTTP\/2 with nothing: expected a refusal; came status 200/,
      ],
    ],
  ]);
});
