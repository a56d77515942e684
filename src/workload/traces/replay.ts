import { UsageError } from '../../base/errors.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { Turn } from '../conversation.ts';
import { contentDigest } from '../files/content-digest.ts';
import { droppedLines, Tally } from '../files/tally.ts';
import { itemOfUser } from '../item-of-user.ts';
import { Message } from '../message.ts';
import type { Source } from '../source.ts';
import type { Texts } from '../text/texts.ts';
import { limitsOf, turnPlanner } from '../turn-plan.ts';
import type { ReadOptions, TraceEntry, TraceFormat } from './format.ts';
import { factsOf, formatOf, TRACE_FORMATS } from './formats.ts';
import { openSaid } from './said.ts';
import { type Selection, select, selectionOf } from './select.ts';
import { traceFiles } from './trace-files.ts';

export interface ReplayOptions {
  readonly texts: Texts;
  readonly cacheDir: string;
  /** Default: all that are known. */
  readonly traceFormats?: readonly TraceFormat[] | undefined;
}

/**
 * The requests of a trace, whatever its format: those of a session are the turns of one conversation in
 * the order of their times, any other is a conversation of one turn. User `firstUserId + i` plays the
 * i-th to begin. A turn's limit is `answer.tokens`, else the entry's, at least 1; without either none is
 * sent. Texts are made when their user comes.
 * @throws UsageError if no format fits the file, or if it has no requests or a wrong one.
 */
export async function openTrace(
  scenario: Scenario,
  { texts, cacheDir, traceFormats = TRACE_FORMATS }: ReplayOptions,
): Promise<Source> {
  const { answer, trace } = scenario.conversation;
  const { file, prefillOnly, ...settings } = trace!;
  const format = await formatOf(file, settings.format, traceFormats);
  const blockTokens = settings.blockTokens ?? (await factsOf(format, file)).blockTokens ?? 1;
  const { timeUnit, fieldNames, datasetFile } = settings;
  const options = { blockTokens, timeUnit, fieldNames, datasetFile, seed: scenario.seed };
  const { entries, leftOut } = await entriesOf(file, format, options, selectionOf(settings));
  const conversations = conversationsOf(entries);
  const said = await openSaid(scenario, entries, { texts, blockTokens });
  const files = [...traceFiles(file), ...(format.alsoReads?.(file, options) ?? [])];
  const digests = await Promise.all(files.map((one) => contentDigest(one, cacheDir)));
  const itemOf = itemOfUser(scenario, conversations.length);
  const planOf = turnPlanner(scenario);
  return {
    conversations: conversations.length,
    arrivalsMs: timesOf(conversations.map(([first]) => entries[first!]!.atMs)),
    digests: [...digests, format.name, String(blockTokens)],
    notes: [note(file, entries, conversations.length, blockTokens), ...leftOut],
    conversation(userId) {
      const places = conversations[itemOf(userId)]!;
      const first = places[0]!;
      const plan = planOf(userId);
      const turns = places.map((index, turn): Turn => {
        const { atMs, outputTokens } = entries[index]!;
        const asked = outputTokens === undefined ? undefined : Math.max(1, outputTokens);
        const planned = plan.answerTokens() ?? asked;
        return {
          ...said.turn(index),
          pauseMs: plan.pauseMs(turn),
          ...dueAt(atMs, entries[first]!.atMs),
          ...limitsOf(answer, prefillOnly ? 1 : planned),
          recordedAnswer: undefined,
        };
      });
      return {
        userId,
        opening: [],
        sharedTokens: said.sharedTokens(first),
        turns,
        standInAnswer: () => new Message('assistant', ''),
      };
    },
  };
}

/** Where all are known. */
function timesOf(times: readonly (number | undefined)[]): number[] | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length < times.length ? undefined : known;
}

function dueAt(atMs: number | undefined, firstMs: number | undefined): Pick<Turn, 'dueMs'> {
  return atMs === undefined || firstMs === undefined ? {} : { dueMs: atMs - firstMs };
}

/** All that are selected in the order of time; those of one time, or of none, by their turn, else as they are in the file. */
async function entriesOf(
  file: string,
  format: TraceFormat,
  options: ReadOptions,
  selection: Selection,
): Promise<{ entries: TraceEntry[]; leftOut: readonly string[] }> {
  const entries: TraceEntry[] = [];
  const dropped = new Tally();
  const all = format.read(file, options);
  for await (const entry of select(all, { file, selection, dropped })) entries.push(entry);
  const leftOut = droppedLines(dropped.dropped);
  if (!entries.length) {
    const why = leftOut.length ? leftOut.join('; ') : `expected ${format.says}`;
    throw new UsageError(`${file}: found no request; ${why}`);
  }
  entries.sort((a, b) => (a.atMs ?? 0) - (b.atMs ?? 0) || (a.turn ?? 0) - (b.turn ?? 0));
  return { entries, leftOut };
}

/** Places of the entries of each conversation, in the order of their first ones. */
function conversationsOf(entries: readonly TraceEntry[]): number[][] {
  const sessions = new Map<string, number[]>();
  const conversations: number[][] = [];
  for (const [index, { session }] of entries.entries()) {
    const begun = session === undefined ? undefined : sessions.get(session);
    if (begun) {
      begun.push(index);
      continue;
    }
    const places = [index];
    conversations.push(places);
    if (session !== undefined) sessions.set(session, places);
  }
  return conversations;
}

function note(
  file: string,
  entries: readonly TraceEntry[],
  conversations: number,
  blockTokens: number,
): string {
  const isGrouped = conversations < entries.length;
  const hasBlocks = entries.some(({ hashIds }) => hashIds);
  return [
    `trace: ${entries.length} requests`,
    ...(isGrouped ? [` of ${conversations} conversations`] : []),
    ` in ${file}`,
    ...(hasBlocks ? [`, blocks of ${blockTokens} tokens`] : []),
  ].join('');
}
