"use strict";

// mocha's own closing line differs from the plain "N passed, N failed" that other tools read.
const { reporters, Runner } = require("mocha");

module.exports = class ClosingLineReporter extends reporters.Spec {
  constructor(runner, options) {
    super(runner, options);
    runner.once(Runner.constants.EVENT_RUN_END, () => {
      const { passes = 0, failures = 0, pending = 0 } = runner.stats ?? {};
      // The spec reporter prints its epilogue on the same event, after this listener was added to the queue.
      setImmediate(() => {
        console.log(`${passes} passed, ${failures} failed` + (pending > 0 ? `, ${pending} skipped` : ""));
      });
    });
  }
};
