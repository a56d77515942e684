import { availableParallelism } from 'node:os';
import { chunks } from './chunks.ts';
import { counting } from './counting.ts';
import { curve } from './curve.ts';
import { history } from './history.ts';
import { simulate } from './simulate.ts';
import { startup } from './startup.ts';
import { ttft } from './ttft.ts';
import { users } from './users.ts';
import { workers } from './workers.ts';
import { workload } from './workload.ts';

/** `npm run bench [section…]`: prints what is measured beside what it is measured against. */
const SECTIONS: Record<string, (print: (line: string) => void) => Promise<void>> = {
  chunks,
  history,
  users,
  startup,
  counting,
  simulate,
  curve,
  workload,
  workers,
  ttft,
};

const asked = process.argv.slice(2);
const unknown = asked.filter((name) => !(name in SECTIONS));
const names = asked.length ? asked : Object.keys(SECTIONS);

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}

async function main(): Promise<void> {
  if (unknown.length) {
    throw new Error(`no section ${unknown.join(', ')}; there are ${Object.keys(SECTIONS)}`);
  }
  print(`Node ${process.version}, ${availableParallelism()} cores`);
  for (const name of names) await SECTIONS[name]!(print);
}

// What is missed is printed and no failure: machines differ. A bench that cannot run is one.
main().catch((error) => {
  process.stderr.write(`${error instanceof Error ? error.stack : error}\n`);
  process.exitCode = 1;
});
