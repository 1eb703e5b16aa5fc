import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { takeBuiltinsDirectly } from '../../../krew/bundle/builtins.ts';

describe('takeBuiltinsDirectly', () => {
  const rewritten: readonly (readonly [what: string, code: string, result: string])[] = [
    ['a default import', 'import fs from "fs";', 'const fs = process.getBuiltinModule("fs");'],
    ['a namespace', 'import * as os from "node:os";', 'const os = process.getBuiltinModule("node:os");'],
    [
      'names, also over several lines',
      'import {\n  join,\n  resolve as resolve2\n} from "path";',
      'const { join, resolve: resolve2 } = process.getBuiltinModule("path");',
    ],
    [
      'the default among names',
      'import { default as http, request } from "node:http";',
      'const http = process.getBuiltinModule("node:http");\nconst { request } = process.getBuiltinModule("node:http");',
    ],
    [
      'a default import with names',
      'import fs2, { readFileSync } from "fs";',
      'const fs2 = process.getBuiltinModule("fs");\nconst { readFileSync } = process.getBuiltinModule("fs");',
    ],
  ];
  for (const [what, code, result] of rewritten) {
    it(`rewrites ${what}`, () => assert.equal(takeBuiltinsDirectly(code).trim(), result));
  }

  it('leaves other modules, dynamic imports and texts alone', () => {
    const code =
      'import { a } from "./chunk.js";\nimport("node:fs");\nconst text = \'import fs from "fs";\';\n';
    assert.equal(takeBuiltinsDirectly(code).trim(), code.trim());
  });

  it('drops an import for its effect alone: a module of Node has none', () => {
    assert.equal(takeBuiltinsDirectly('import "node:http";\nrun();').trim(), 'run();');
  });

  it('puts what it takes first, where imports are evaluated', () => {
    const lines = takeBuiltinsDirectly('use();\nimport fs from "fs";').trim().split('\n');
    assert.equal(lines[0], 'const fs = process.getBuiltinModule("fs");');
  });

  it('gives CommonJS a require', () => {
    assert.match(takeBuiltinsDirectly('const x = require("x");'), /^const require = .*createRequire/);
    assert.doesNotMatch(takeBuiltinsDirectly('const x = 1;'), /createRequire/);
  });
});
