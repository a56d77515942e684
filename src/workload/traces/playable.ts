import { counted } from '../../base/counted.ts';
import { UsageError } from '../../base/errors.ts';
import { PROCESS_RULES } from '../../scenario/arrivals.ts';
import type { Scenario } from '../../scenario/schema.ts';
import type { TraceEntry } from './format.ts';
import type { TraceSession, TraceSessions } from './sessions.ts';
import { thinkMsOf } from './times.ts';
import { unansweredNotes } from './unanswered.ts';

interface Trace {
  readonly file: string;
  readonly entries: readonly TraceEntry[];
  readonly sessions: TraceSessions;
}

/**
 * Whether the trace has what the scenario goes by.
 * @throws UsageError if not.
 */
export function checkPlayable(scenario: Scenario, trace: Trace): void {
  const problems = problemsOf(scenario, trace);
  if (problems.length) throw new UsageError(problems, trace.file);
}

function problemsOf(scenario: Scenario, { entries, sessions }: Trace): string[] {
  const { pacing, population, warmup, conversation } = scenario;
  const { hasOwnGates } = PROCESS_RULES[population.arrivals.process];
  const { kind, model, fromSec, skipFailures = false } = conversation.trace!;
  const partly = Object.entries({ kind, model, fromSec, skipFailures: skipFailures || undefined })
    .filter(([, value]) => value !== undefined)
    .map(([name]) => name)[0];
  const hasForks = sessions.children.length > 0;
  const hasAnswers = entries.some(({ answer }) => answer);
  const timeless = entries.findIndex(({ atMs }) => atMs === undefined);
  const pauses = pausesOf({ entries, sessions });
  const found: [boolean, string][] = [
    [
      pacing.mode === 'trace' && timeless >= 0,
      `pacing.mode: found 'trace', and request ${timeless + 1} has no time; expected 'recorded', which goes by pauses, or another mode`,
    ],
    [
      pacing.mode === 'recorded' && pauses.all > 0 && pauses.known === 0,
      "pacing.mode: found 'recorded', and no request says how long its user thought before it; expected 'trace', which goes by times, or 'think' with pacing.pauseSec",
    ],
    [
      hasForks && hasOwnGates === true,
      `population.arrivals.process: found ${population.arrivals.process}, who have one request at a time; expected another with a trace of sub-agents`,
    ],
    [
      hasForks && partly !== undefined,
      `conversation.trace.${partly}: not with a trace of sub-agents, who follow from turns that it may leave out; expected untilSec or limit`,
    ],
    [
      hasForks && warmup.firstTurns,
      'warmup.firstTurns: not with a trace of sub-agents, which first answers may begin',
    ],
    [
      conversation.history === 'recorded' && !hasAnswers,
      "conversation.history: found 'recorded', and no request has its answer; expected 'live'",
    ],
    [conversation.verify && !hasAnswers, 'conversation.verify: no request has its answer'],
  ];
  return found.filter(([isWrong]) => isWrong).map(([, problem]) => problem);
}

/** Turns that somebody thinks before, and those of which it is known how long. */
function pausesOf({ entries, sessions }: Pick<Trace, 'entries' | 'sessions'>) {
  let all = 0;
  let known = 0;
  const count = (session: TraceSession) => {
    for (const turn of session.places.keys()) {
      if (turn === 0 && !session.parent) continue;
      all++;
      if (thinkMsOf(entries, session, turn) !== undefined) known++;
    }
  };
  for (const session of sessions.roots) count(session);
  for (const session of sessions.children) count(session);
  return { all, known };
}

/** What a report says of the trace. */
export function notesOf(
  { conversation, pacing, target }: Scenario,
  { file, entries, sessions, blockTokens }: Trace & { readonly blockTokens: number },
): string[] {
  const { roots, children } = sessions;
  const conversations = roots.length + children.length;
  const hasBlocks = entries.some(({ hashIds }) => hashIds);
  const { speedup } = conversation.trace!;
  const trace = [
    `trace: ${counted(entries.length, 'request')}`,
    ...(conversations < entries.length ? [` of ${counted(conversations, 'conversation')}`] : []),
    ...(children.length ? [`, ${children.length} of them sub-agents',`] : []),
    ` in ${file}`,
    ...(hasBlocks ? [`, blocks of ${blockTokens} tokens`] : []),
    ...(speedup === 1 ? [] : [`, its times over ${speedup}`]),
  ];
  const { all, known } = pausesOf({ entries, sessions });
  const unknown = pacing.mode === 'recorded' ? all - known : 0;
  const isTemplated = target.api === 'chat' && entries.some(({ messages }) => !messages);
  return [
    trace.join(''),
    ...unansweredNotes(entries.filter(({ outputTokens }) => outputTokens === 0).length),
    ...(isTemplated ? [TEMPLATED] : []),
    ...(unknown
      ? [`pauses: ${unknown} of ${all} are not in the trace; pacing.pauseSec is in their place`]
      : []),
  ];
}

/** Whoever compares the server's counts with the trace's finds them higher. */
const TEMPLATED =
  "a prompt has as many tokens as the trace says; the engine's chat template adds its own (not with target.api: completions)";
