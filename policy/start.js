"use strict";
// The engine's pack runner registers ts-node 7 with type checking for every pack, which costs seconds at each preview.
// tsx takes the .ts extension over instead.
require("../bin/typescript");
require("./index.ts");
