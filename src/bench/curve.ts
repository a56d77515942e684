import { once } from 'node:events';
import { createWriteStream, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream } from '../base/random.ts';
import { Child } from './child.ts';
import type { Curved } from './curved.ts';
import { verdict } from './measure.ts';

/** Mooncake's, beside the project's own folder, where it is at hand. */
const CONVERSATION = '../shared/data/traces/mooncake_conversation_trace.jsonl';
const REFERENCES = 10_000_000;

/** What the hits of prefix caches of every size cost: of a public trace, and of ten million blocks of 16 tokens. */
export async function curve(print: (line: string) => void): Promise<void> {
  print('curve: hits of all capacities and times to live, from the file to the result');
  const dir = mkdtempSync(join(tmpdir(), 'confab-curve-'));
  try {
    if (existsSync(CONVERSATION)) {
      const { cpuSec, references } = await asked<Curved>('whole', CONVERSATION, 512);
      const aloneSec = await asked<number>('alone', CONVERSATION, 512);
      print(
        `  conversation trace: ${references} blocks, ${aloneSec.toFixed(2)} s of CPU ${verdict(aloneSec, 0.5, ' s')}; with reading, upper bound, groups, working set and figures ${cpuSec.toFixed(2)} s`,
      );
    }
    const file = join(dir, 'made.jsonl');
    await make(file);
    const { cpuSec, peakMB, references, distinct } = await asked<Curved>('whole', file, 16);
    print(
      `  sessions made: ${references} blocks of 16 tokens, ${distinct} different, ${cpuSec.toFixed(1)} s of CPU ${verdict(cpuSec, 20, ' s')}, peak ${peakMB.toFixed(0)} MB ${verdict(peakMB, 1000, ' MB')}`,
    );
  } finally {
    rmSync(dir, { recursive: true });
  }
}

async function asked<Answer>(what: string, file: string, blockTokens: number): Promise<Answer> {
  const child = new Child(new URL('./curved.js', import.meta.url), { file, blockTokens });
  try {
    return await child.ask<Answer>(what);
  } finally {
    await child.stop();
  }
}

const SESSIONS = 500;
/** A shared beginning, and what a turn adds to its session, in blocks. */
const SHARED = 60;
const ADDED_MAX = 30;

/** Sessions that go on in any order, and begin again once they are long. */
async function make(file: string): Promise<void> {
  const random = stream(1, 'bench curve');
  const out = createWriteStream(file);
  const shared = Array.from({ length: SHARED }, (_, id) => id);
  let next = SHARED;
  const sessions = Array.from({ length: SESSIONS }, () => [...shared]);
  for (let references = 0, at = 0; references < REFERENCES; at++) {
    const session = sessions[Math.floor(random() * SESSIONS)]!;
    if (session.length > 400) session.length = SHARED;
    const added = 1 + Math.floor(random() * ADDED_MAX);
    for (let i = 0; i < added; i++) session.push(next++);
    references += session.length;
    const line = {
      timestamp: at * 50,
      input_length: 16 * session.length,
      output_length: 50,
      hash_ids: session,
    };
    if (!out.write(`${JSON.stringify(line)}\n`)) await once(out, 'drain');
  }
  out.end();
  await once(out, 'finish');
}
