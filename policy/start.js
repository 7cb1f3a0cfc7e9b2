"use strict";
// The engine's pack runner registers ts-node 7 with type checking for every pack, which costs seconds at each preview.
// tsx takes the .ts extension over instead. Its `register` is called explicitly, because `require("tsx/cjs")` does
// nothing when a parent process was started with `--require tsx/cjs`, and ts-node would then compile what tsx made.
require("tsx/cjs/api").register();
require("./index.ts");
