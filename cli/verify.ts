import { type Command, Option } from "commander";
import type * as suite from "../acceptance/everyCheck";
import { type TargetOptions } from "../acceptance/target";
import { type CommandContext } from "./context";
import type * as run from "./verify/run";

export interface VerifyOptions extends TargetOptions {
  only?: string[];
  skip?: string[];
  require?: string[];
  json?: boolean;
  junit?: string;
  report?: string;
  list?: boolean;
}

export function addVerify(program: Command, context: CommandContext): void {
  program
    .command("verify")
    .description(
      "check a deployment from outside: sign-in, tokens, forged headers, paths, TLS, outages, rotation, load",
    )
    .argument("[url]", "the gate's address, such as https://kubeflow.example.com")
    .addOption(
      new Option("--ca <file>", "the CA's certificate as PEM; without it Node's list of public CAs is trusted"),
    )
    .addOption(
      new Option("--no-wildcard", "the certificate names hosts one by one (ACME by HTTP-01, or one of your own)"),
    )
    .addOption(new Option("--user <email...>", "who signs in; without it everybody in --passwords"))
    .addOption(
      new Option(
        "--passwords <file>",
        "a JSON object of e-mail address to password, or to password, connector, login and issuer; - reads standard input",
      ),
    )
    .addOption(
      new Option("--outsider <email...>", "who of --passwords must not be let in, although a provider knows them"),
    )
    .addOption(new Option("--groups <list...>", "[EMAIL=]GROUP,GROUP that the person must arrive with"))
    .addOption(new Option("--client <file>", "a client of Dex that may redeem codes: JSON of id, secret, redirectUri"))
    .addOption(new Option("--connect <address>", "connect there instead of asking DNS"))
    .addOption(new Option("--echo <url>", "the echo application, or none; without it https://echo.<host> is tried"))
    .addOption(
      new Option("--app <url>", "an application with a host of its own that answers as the echo does (apps[].host)"),
    )
    .addOption(new Option("--closed-app <url>", "one whose groups none of the people has (apps[].groups)"))
    .addOption(
      new Option(
        "--in-cluster-app <host:port>",
        "one that pods may call past the gate with a token (apps[].inCluster)",
      ),
    )
    .addOption(
      new Option("--pipelines-ui <url>", "the UI of Kubeflow Pipelines at a host of its own (apps[].pipelinesUi)"),
    )
    .addOption(
      new Option("--notebooks <domain>", "the domain below which notebooks have hosts of their own (notebooks.domain)"),
    )
    .addOption(
      new Option(
        "--notebook-namespace <namespace>",
        "where notebooks are on the gate's own host: one of ingress.applicationNamespaces that isn't there, for notebooks of the suite's own",
      ),
    )
    .addOption(
      new Option(
        "--notebook-authorization",
        "notebooks get the Authorization header of their clients (notebooks.forwardAuthorization)",
      ),
    )
    .addOption(
      new Option("--jupyterlab <image>", "an image with JupyterLab 4 that the cluster can pull, for a notebook of it"),
    )
    .addOption(
      new Option("--provider <issuer>", "a Dex elsewhere with whose form people sign in (identity.provider oidc)"),
    )
    .addOption(
      new Option(
        "--server <address:port=part...>",
        "servers outside the cluster, and the parts of the platform that alone may connect there: 10.20.0.5:636=dex",
      ),
    )
    .addOption(new Option("--kept-sessions", "a server keeps the sessions (sessions.storage.type redis)"))
    .addOption(
      new Option("--job <file>", "what a job outside has: JSON of client, secret, connector, user, token, othersToken"),
    )
    .addOption(
      new Option(
        "--front <type>",
        "what stands in front of the gateway: offload, proxy-protocol or offload-proxy-protocol",
      ),
    )
    .addOption(new Option("--gateway <address>", "the gateway's own address behind it, where nobody may be let in"))
    .addOption(new Option("--client-address <address>", "the address of this machine that applications are to learn"))
    .addOption(
      new Option("--bare <host:port>", "a trusted way to the gateway where nobody writes the PROXY protocol's header"),
    )
    .addOption(new Option("--renew <command>", "shell command that puts a renewed public certificate in its place"))
    .addOption(
      new Option("--acme-http01", "the certificate comes by HTTP-01 (certificates.edge.challenge.type http01)"),
    )
    .addOption(
      new Option("--istiod <namespace/name>", "the Deployment of somebody else's istiod (istio.type existing)"),
    )
    .addOption(new Option("--browser <path>", "Chromium, or none; without it GATEHOUSE_CHROMIUM or the one on PATH"))
    .addOption(new Option("--kubeconfig <file>", "access to the cluster: tokens of service accounts, probing pods"))
    .addOption(new Option("--disturb", "may restart and scale the platform's workloads; needs --kubeconfig"))
    .addOption(new Option("--audience <audience>", "the audience of machine tokens of the cluster"))
    .addOption(
      new Option("--unreachable-issuer <url>", "an issuer that the gate trusts and whose keys nobody can fetch"),
    )
    .addOption(new Option("--rotate <command>", "shell command that rotates what GATEHOUSE_ROTATE names"))
    .addOption(new Option("--load <seconds>", "seconds of steady load; 0 leaves it out").default("0"))
    .addOption(
      new Option(
        "--wait <seconds>",
        "how long a check may wait for tokens and sessions to end; 0 leaves it out",
      ).default("0"),
    )
    .addOption(new Option("--only <name...>", "only these areas or checks: paths, login/sign-out"))
    .addOption(new Option("--skip <name...>", "not these areas or checks"))
    .addOption(
      new Option("--require <need...>", "fail at once where one of these can't be met: user, sessions, cluster, …"),
    )
    .addOption(new Option("--json", "print one JSON document and nothing else"))
    .addOption(new Option("--junit <file>", "write a JUnit report too"))
    .addOption(new Option("--report <dir>", "keep screenshots and the like, and verification.json, in a folder"))
    .addOption(new Option("--list", "show every check, what it proves and what it needs, and run none"))
    .addHelpText(
      "after",
      [
        "",
        "A check that lacks what it needs is left out, and the report says why; it never counts as passed.",
        "Exit codes: 0 every check that ran passed, 1 one failed, 2 bad options, no gate there or nothing to run,",
        "3 interrupted, or a failure of ours.",
      ].join("\n"),
    )
    .action(async (url: string | undefined, options: VerifyOptions) => {
      // Only now: what the checks need would make every other command wait.
      /* eslint-disable @typescript-eslint/no-require-imports */
      const { everyCheck } = require("../acceptance/everyCheck") as typeof suite;
      const { list, verify } = require("./verify/run") as typeof run;
      /* eslint-enable @typescript-eslint/no-require-imports */
      const answer =
        options.list === true ? list(options, context, everyCheck) : verify(url, options, context, everyCheck);
      context.finish(await answer);
    });
}
