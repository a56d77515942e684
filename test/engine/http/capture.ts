import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../../support/folders.ts';

/** Requests and what vLLM 0.32.0 answered, recorded; outside the repository. */
const FOLDER = join(ROOT, '../shared/data/wire');
export const hasCapture = existsSync(join(FOLDER, 'vllm032-cpu-answers.txt'));

export interface Exchange {
  readonly method: string;
  readonly path: string;
  /** As it was sent; undefined: none was. */
  readonly body: string | undefined;
  readonly status: number;
  readonly headers: ReadonlyMap<string, string>;
  readonly answer: string;
}

export function readPage(name: string): string {
  return readFileSync(join(FOLDER, name), 'utf8');
}

const SENTENCE =
  'Tell me about the sea and what lives in it, from the shore to the deep water where no light comes. ';

/** What the recorder left out of long requests, by how the request begins and ends there. */
const LEFT_OUT: readonly (readonly [RegExp, () => string])[] = [
  // Beyond the model's length, however often.
  [
    /^(\{"model": "tiny", "messages": \[\{"role": "user", "content": ")Tell.*…[^"]*/,
    () => SENTENCE.repeat(230),
  ],
  [
    /^(\{"model": "tiny", "messages": \[\{"role": "user", "content": ") the.*…[^"]*/,
    () => ' the'.repeat(4091),
  ],
  // To its last token.
  [/^(\{"model": "tiny", "prompt": ") the.*…[^"]*/, () => ' the'.repeat(4096)],
  [/^(\{"model": "tiny", "prompt": ")Tell.*…[^"]*/, () => SENTENCE.repeat(3)],
  [/^(.*"role": "user", "content": ")Tell.*…[^"]*/, () => SENTENCE.repeat(2)],
];

function whole(body: string): string {
  if (!body.includes('…')) return body;
  const [pattern, text] = LEFT_OUT.find(([one]) => one.test(body))!;
  // What follows the content stands where the content was cut, or behind it.
  return body.replace(pattern, (_, head: string) => head + text());
}

export function exchanges(): readonly Exchange[] {
  const parts = readPage('vllm032-cpu-answers.txt')
    .split(/^######## /m)
    .slice(1);
  return parts.map((part) => {
    const [asked, answered] = part.split('\n--- vllm: ') as [string, string];
    const [, method, path, sent] = /^(\S+) (\S+) (.*)$/s.exec(asked)! as unknown as string[];
    const [, status, headers, answer] = /^(\d+) \[(.*?)\]\n(.*)$/s.exec(
      answered,
    )! as unknown as string[];
    const pairs = [...headers!.matchAll(/\('([^']+)', '([^']*)'\)/g)];
    const text = answer!.replace(/\n$/, '');
    return {
      method: method!,
      path: path!,
      body: bodyOf(sent!),
      status: Number(status),
      headers: new Map(pairs.map(([, name, value]) => [name!, value!])),
      answer: text,
    };
  });
}

function bodyOf(sent: string): string | undefined {
  if (sent === 'null') return undefined;
  // A body that is no JSON is written as a string of it.
  return sent.startsWith('"') ? (JSON.parse(sent) as string) : whole(sent);
}
