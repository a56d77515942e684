import { appendFileSync, existsSync, readFileSync, rmSync, truncateSync } from 'node:fs';
import { UsageError } from '../../base/errors.ts';
import { isCount, isObject, parsedJson } from '../../base/json.ts';
import { writeWhole } from '../../base/write-whole.ts';

/** What the model said to one query. */
export interface OracleAnswer {
  /** 0-based place of its query. */
  readonly index: number;
  readonly output: string;
  /** As the server counted them; undefined: it did not. */
  readonly tokens: number | undefined;
}

/** What must be the same for one data set to be of one piece, by names that errors show. */
export type Asked = Readonly<Record<string, string | number | null>>;

/** Answers as they come, in a file beside the data set that is made of them: what is in it is not asked again. */
export interface Progress {
  readonly file: string;
  readonly answers: ReadonlyMap<number, OracleAnswer>;
  /** On disk when this returns: a process that is killed loses no answer that had come. */
  add(answer: OracleAnswer): void;
  remove(): void;
}

const FORMAT = 'confab-oracle-progress';

/**
 * Goes on with what an earlier run has left, or begins.
 * @throws UsageError if that was of other queries, or asked otherwise.
 */
export function openProgress(output: string, asked: Asked): Progress {
  const file = `${output}.progress`;
  const answers = new Map<number, OracleAnswer>();
  if (existsSync(file)) {
    for (const answer of readProgress(file, asked)) answers.set(answer.index, answer);
  } else writeWhole(file, [`${JSON.stringify({ format: FORMAT, version: 1, ...asked })}\n`]);
  return {
    file,
    answers,
    add(answer) {
      answers.set(answer.index, answer);
      const { index, output, tokens = null } = answer;
      appendFileSync(file, `${JSON.stringify({ index, output, tokens })}\n`);
    },
    remove: () => rmSync(file, { force: true }),
  };
}

/** A last line that was cut off is taken away: what is added would be behind it. */
function readProgress(file: string, asked: Asked): OracleAnswer[] {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(file, end);
  const [head = '', ...lines] = bytes.subarray(0, end).toString('utf8').split('\n');
  checkHead(file, parsedJson(head), asked);
  return lines.filter(Boolean).map((line, index) => answerOf(line, `${file}: line ${index + 2}`));
}

function checkHead(file: string, head: unknown, asked: Asked): void {
  if (!isObject(head) || head['format'] !== FORMAT) {
    throw new UsageError(
      `${file}: found another file where answers of an earlier run would be; expected none, or another --output`,
    );
  }
  const others = Object.entries(asked).filter(([name, value]) => head[name] !== value);
  if (!others.length) return;
  const differ = others.map(
    ([name, value]) =>
      `${name} ${JSON.stringify(head[name])} there and ${JSON.stringify(value)} now`,
  );
  throw new UsageError(
    `${file}: answers of an earlier run, which was another: ${differ.join('; ')}; expected the same, another --output, or --overwrite`,
  );
}

function answerOf(line: string, where: string): OracleAnswer {
  const answer = parsedJson(line);
  if (isObject(answer)) {
    const { index, output, tokens } = answer;
    const isCounted = tokens === null || isCount(tokens);
    if (isCount(index) && typeof output === 'string' && isCounted) {
      return { index, output, tokens: tokens ?? undefined };
    }
  }
  throw new UsageError(`${where}: found no answer; remove this file to begin anew`);
}
