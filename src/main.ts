#!/usr/bin/env node
import { nodeProblem } from './base/node-version.ts';

// Here and in what this file imports nothing stands that an older Node cannot read: it is to say that it is
// too old, and not where it found a word that it does not know. All else is loaded after that.
const problem = nodeProblem(process.versions.node);
if (problem === undefined) {
  import('./start.ts');
} else {
  process.stderr.write('error: ' + problem + '\n');
  process.exitCode = 2;
}
