import { type Command } from "commander";
import { askInside } from "../platformInside";

export function addRotate(program: Command): void {
  program
    .command("rotate")
    .description("rotate a secret of the stack that the bed runs, as docs/5-rotation.md says")
    .argument("<secret>", "cookieSecret, clientSecret, staticPasswords, connectorSecrets or certificateAuthority")
    .action((secret: string) => askInside(["rotate", secret]));
}
