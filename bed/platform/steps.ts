import { type PlatformOptions } from "./options";

/** Names each step of a run and measures it. */
export class Steps {
  readonly durations: Record<string, number> = {};
  readonly notes: string[] = [];

  constructor(readonly progress: PlatformOptions["progress"]) {}

  async run<T>(name: string, step: () => Promise<T>): Promise<T> {
    this.progress(`${name} …`);
    const start = performance.now();
    try {
      return await step();
    } finally {
      const seconds = Math.round((performance.now() - start) / 100) / 10;
      this.durations[name] = seconds;
      this.progress(`${name}: ${seconds} s`);
    }
  }

  note(text: string): void {
    this.notes.push(text);
    this.progress(text);
  }
}
