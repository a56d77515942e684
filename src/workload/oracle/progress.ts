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

/**
 * What was sent and what was answered, in a file beside the data set that is made of it: a query is written down as
 * sent before it is, so that none of it is sent again by whoever goes on after a kill.
 */
export interface Progress {
  readonly file: string;
  readonly answers: ReadonlyMap<number, OracleAnswer>;
  /** Queries that an earlier run sent, and that it was killed before it knew the answer of. */
  readonly lost: ReadonlySet<number>;
  /** On disk when this returns. */
  sending(index: number): void;
  /** It was not sent after all, or the server did not answer it: it may be asked again. */
  failed(index: number): void;
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
  const known = existsSync(file) ? readProgress(file, asked) : begun(file, asked);
  const { answers, sent } = known;
  const write = (line: object): void => appendFileSync(file, `${JSON.stringify(line)}\n`);
  return {
    file,
    answers,
    lost: new Set([...sent].filter((index) => !answers.has(index))),
    sending: (index) => write({ sent: index }),
    failed: (index) => write({ failed: index }),
    add(answer) {
      answers.set(answer.index, answer);
      const { index, output, tokens = null } = answer;
      write({ index, output, tokens });
    },
    remove: () => rmSync(file, { force: true }),
  };
}

interface Known {
  readonly answers: Map<number, OracleAnswer>;
  /** Sent, and not known to have failed. */
  readonly sent: ReadonlySet<number>;
}

function begun(file: string, asked: Asked): Known {
  writeWhole(file, [`${JSON.stringify({ format: FORMAT, version: 1, ...asked })}\n`]);
  return { answers: new Map(), sent: new Set() };
}

/** A last line that was cut off is taken away: what is added would be behind it. */
function readProgress(file: string, asked: Asked): Known {
  const bytes = readFileSync(file);
  const end = bytes.lastIndexOf('\n') + 1;
  if (end < bytes.length) truncateSync(file, end);
  const [head = '', ...lines] = bytes.subarray(0, end).toString('utf8').split('\n');
  checkHead(file, parsedJson(head), asked);
  const answers = new Map<number, OracleAnswer>();
  const sent = new Set<number>();
  lines.filter(Boolean).forEach((line, number) => {
    const said = parsedJson(line);
    const { sent: sending, failed, ...rest } = isObject(said) ? said : {};
    if (isCount(sending)) sent.add(sending);
    else if (isCount(failed)) sent.delete(failed);
    else {
      const answer = answerOf(rest, `${file}: line ${number + 2}`);
      answers.set(answer.index, answer);
    }
  });
  return { answers, sent };
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

function answerOf(
  { index, output, tokens }: Readonly<Record<string, unknown>>,
  where: string,
): OracleAnswer {
  const isCounted = tokens === null || isCount(tokens);
  if (isCount(index) && typeof output === 'string' && isCounted) {
    return { index, output, tokens: tokens ?? undefined };
  }
  throw new UsageError(`${where}: found no answer; remove this file to begin anew`);
}
