import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { formatOf, TRACE_FORMATS } from '../../../src/workload/traces/formats/formats.ts';
import { scratchDir } from '../scratch.ts';
import { readAll } from './read-all.ts';

const dir = scratchDir();

/** Two requests in each format that has a JSON value for each. */
const VALUES: Readonly<Record<string, readonly object[]>> = {
  mooncake: [0, 500].map((timestamp) => ({
    timestamp,
    input_length: 600,
    output_length: 5,
    hash_ids: [1, 2],
  })),
  'qwen-bailian': [1, 2].map((chat_id) => ({
    chat_id,
    parent_chat_id: chat_id - 1 || -1,
    timestamp: chat_id / 2,
    input_length: 20,
    output_length: 5,
    type: 'text',
    turn: chat_id,
    hash_ids: [1, 2],
  })),
  tracelab: [0, 1].map((round) => ({
    session_id: 'a',
    round_index: round,
    prefix_tokens: 64 * round,
    newly_append_tokens: 70,
    output_tokens: 5,
    timing_events: [{ event_type: 'user_message', timestamp: `2026-06-01T05:4${round}:20.151Z` }],
  })),
  'timed-trace': [0.5, 1].map((timestamp) => ({
    timestamp,
    input_length: 40,
    output_length: 5,
    hash_ids: [1, 2, 3],
  })),
  aibrix: [0, 500].map((timestamp) => ({ timestamp, requests: [{ prompt: 'Hello.' }] })),
  'openai-log': [0, 500].map((timestamp) => ({
    timestamp,
    messages: [{ role: 'user', content: 'Hello.' }],
  })),
  'serving-sim': [0, 1].map((sec) => ({ arrival_time: sec, input_toks: 9, output_toks: 5 })),
};

/** The same values as files of other kinds have them. */
const FORMS: Readonly<Record<string, (lines: readonly string[], name: string) => string>> = {
  'a list': (lines, name) => written(`${name}.list.json`, `[${lines.join(',')}]`),
  'a list of many lines': (lines, name) =>
    written(
      `${name}.pretty.json`,
      JSON.stringify(
        lines.map((line) => JSON.parse(line)),
        null,
        2,
      ),
    ),
  'lines of Windows, behind a byte order mark': (lines, name) =>
    written(`${name}.crlf.jsonl`, `\ufeff${lines.join('\r\n')}\r\n\r\n`),
  'compressed lines': (lines, name) =>
    written(`${name}.jsonl.gz`, gzipSync(`${lines.join('\n')}\n`)),
  'a file for each, in a folder': (lines, name) => {
    mkdirSync(join(dir, name));
    for (const [i, line] of lines.entries()) written(join(name, `${i}.json`), line);
    return join(dir, name);
  },
};

function written(name: string, content: string | Buffer): string {
  const file = join(dir, name);
  writeFileSync(file, content);
  return file;
}

describe.each(Object.keys(VALUES))('%s', (name) => {
  const lines = VALUES[name]!.map((value) => JSON.stringify(value));

  test.each(Object.keys(FORMS))('is known and read as %s', async (form) => {
    const plain = written(`${name}.jsonl`, `${lines.join('\n')}\n`);
    const expected = await formatOf(plain, 'auto', TRACE_FORMATS);
    expect(expected.name).toBe(name);
    const file = FORMS[form]!(lines, name);
    const format = await formatOf(file, 'auto', TRACE_FORMATS);
    expect(format.name).toBe(name);
    expect(await readAll(format, file)).toEqual(await readAll(expected, plain));
    expect(await readAll(format, file)).toHaveLength(2);
  });
});
