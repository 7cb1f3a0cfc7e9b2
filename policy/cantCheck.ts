const end = "What can't be checked is not let through.";

/** What a rule says about something that it stumbled over, such as a map where a list belongs. */
export function cantCheck(rule: string, what: string, reason: string): string {
  return `${rule} can't check ${what}: ${reason}. ${end}`;
}

/** The reason in such a message, by which a report tells that several rules stumbled over the same; nothing in others. */
export function reasonOf(rule: string, message: string): string | undefined {
  const [before, after] = [`${rule} can't check `, `. ${end}`];
  const colon = message.indexOf(": ");
  const stop = message.lastIndexOf(after);
  return message.startsWith(before) && colon > 0 && stop > colon ? message.slice(colon + 2, stop) : undefined;
}
