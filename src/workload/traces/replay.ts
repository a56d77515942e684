import type { Scenario } from '../../scenario/schema.ts';
import type { Conversation, Turn } from '../conversation.ts';
import { contentDigest } from '../files/content-digest.ts';
import { replayOf } from '../item-of-user.ts';
import { Message } from '../message.ts';
import type { Source } from '../source.ts';
import type { Texts } from '../text/texts.ts';
import { limitsOf, turnPlanner } from '../turn-plan.ts';
import { cast } from './cast.ts';
import type { TraceEntry, TraceFormat } from './format.ts';
import { TRACE_FORMATS } from './formats/formats.ts';
import { checkPlayable, notesOf } from './playable.ts';
import { readTrace } from './read-trace.ts';
import { openSaid } from './said.ts';
import { forksAt, sessionsOf } from './sessions.ts';
import { timing } from './times.ts';

export interface ReplayOptions {
  readonly texts: Texts;
  readonly cacheDir: string;
  /** Default: all that are known. */
  readonly traceFormats?: readonly TraceFormat[] | undefined;
}

/**
 * The requests of a trace, whatever its format: those of a session are the turns of one conversation in
 * the order of their times, any other is a conversation of one turn. User `firstUserId + i` plays the
 * i-th to begin; those of sub-agents are begun by the answers of others. A turn's limit is
 * `answer.tokens`, else the entry's, at least 1; without either none is sent. Texts are made when they
 * are asked for, so that a request that is never sent costs none.
 * @throws UsageError if no format fits the file, if it has no requests or a wrong one, or if what the
 * scenario goes by is not in it.
 */
export async function openTrace(
  scenario: Scenario,
  { texts, cacheDir, traceFormats = TRACE_FORMATS }: ReplayOptions,
): Promise<Source> {
  const { answer, trace } = scenario.conversation;
  const { file, prefillOnly } = trace!;
  const opened = await readTrace(trace!, scenario.seed, traceFormats, scenario.population.users);
  const { format, blockTokens, entries, leftOut } = opened;
  const sessions = sessionsOf(entries, { file, isPart: leftOut.length > 0 });
  checkPlayable(scenario, { file, entries, sessions });
  const said = await openSaid(scenario, entries, { texts, blockTokens });
  const digests = await Promise.all(opened.files.map((one) => contentDigest(one, cacheDir)));
  const planOf = turnPlanner(scenario);
  const { sessionOf, userIdOf, earlierOf, firstOf, nameOf } = cast(scenario, sessions);
  const times = timing(scenario, entries);
  /** In another pass all of it was sent before. */
  const sharedBy = (place: number, userId: number) => {
    const earlier = earlierOf(userId);
    if (earlier !== undefined)
      return { sharedTokens: said.wholeTokens(place), sharedWith: earlier };
    const sharedTokens = said.sharedTokens(place);
    const of = said.sharedWith(place);
    if (of === undefined) return { sharedTokens };
    return { sharedTokens, sharedWith: userIdOf(userId)(sessions.sessionAt(of)) };
  };

  return {
    conversations: sessions.roots.length,
    arrivalsMs: arrivalsOf(sessions.roots.map(({ rootPlace }) => times.atMs(rootPlace))),
    digests: [...digests, format.name, String(blockTokens)],
    notes: [...notesOf(scenario, { file, entries, sessions, blockTokens }), ...leftOut],
    conversation(userId): Conversation {
      const session = sessionOf(userId);
      const first = entries[session.places[0]!]!;
      const plan = planOf(userId);
      const ids = userIdOf(userId);
      const isAlone = session.places.every(
        (index, _, { length }) => length === 1 || isCumulative(scenario, entries[index]!),
      );
      const say = keepingLast((index: number) => said.turn(index, isAlone));
      const turns = session.places.map((index, turn): Turn => {
        const { outputTokens, answer: recordedAnswer } = entries[index]!;
        const length = outputTokens ?? said.answerTokens(index);
        const asked = length === undefined ? undefined : Math.max(1, length);
        const planned = plan.answerTokens() ?? asked;
        const next = entries[session.places[turn + 1]!];
        const forks = forksAt(session, turn, ids);
        return {
          get before() {
            return say(index).before ?? [];
          },
          get message() {
            return say(index).message;
          },
          messageTokens: said.messageTokens(index),
          ...times.turn(session, turn, plan.pauseMs(turn)),
          ...limitsOf(answer, prefillOnly ? 1 : planned),
          ...(turn > 0 &&
            isCumulative(scenario, entries[index]!) && {
              isCumulative: true as const,
              sharedTokens: said.sharedTokens(index),
            }),
          ...(forks.length && { forks }),
          recordedAnswer,
          ...(next && answersCalls(scenario, next) && { needsRecordedAnswer: true }),
        };
      });
      return {
        userId,
        id: nameOf(userId),
        ...(session.parent && { parentUserId: ids(session.parent.session) }),
        isAnonymous: session.name === undefined,
        opening: [],
        ...(first.request && { request: first.request }),
        ...sharedBy(session.places[0]!, userId),
        ...replayOf(userId, firstOf(userId)),
        turns,
        standInAnswer: (turn) => turns[turn]!.recordedAnswer ?? new Message('assistant', ''),
      };
    },
  };
}

/** As the scenario says, else as the trace does. */
function isCumulative({ conversation }: Scenario, entry: TraceEntry): boolean {
  const { context } = conversation.trace!;
  return context === 'auto' ? entry.isCumulative === true : context === 'cumulative';
}

/** Results answer the calls of the recorded answer, so no other answer can stand before them. */
function answersCalls(scenario: Scenario, entry: TraceEntry): boolean {
  return !isCumulative(scenario, entry) && entry.messages?.[0].role === 'tool';
}

/** A conversation says one thing after the other: what it says now is asked for several times, the rest once. */
function keepingLast<T>(make: (index: number) => T): (index: number) => T {
  let last: { readonly index: number; readonly made: T } | undefined;
  return (index) => {
    if (last?.index !== index) last = { index, made: make(index) };
    return last.made;
  };
}

/** Where all are known. */
function arrivalsOf(times: readonly (number | undefined)[]): number[] | undefined {
  const known = times.filter((time) => time !== undefined);
  return known.length < times.length ? undefined : known;
}
