import { stream } from '../../base/random.ts';
import type { Corpus } from '../text/corpus.ts';
import { joined, type Spoken } from '../text/spoken.ts';
import { userMarks } from '../text/user-mark.ts';
import { countsOf, evenCounts, evenly, heavyTailed, type Moments, wholeCounts } from './amounts.ts';
import { drawnOut } from './drawn-out.ts';

export interface MultiTurnConfig {
  /** One text for all sessions, before the first prompt of each. */
  readonly sharedPrefixTokens: number;
  /** Of a prompt, without the shared text. */
  readonly promptTokens: Moments;
  readonly turns: Moments;
  readonly sessions: Moments;
}

export interface MultiTurnSessions {
  /** Prompts of each session, what is new in each turn. */
  readonly sessions: readonly (readonly string[])[];
  /** What all begin with. */
  readonly sharedPrefix: string;
  /** The distributions that were drawn from. */
  readonly says: { readonly promptTokens: string; readonly turns: string };
}

/** Sessions of prompts, whose first words are no others'. A session has a turn, and a data set a session, at least. */
export function multiTurnSessions(
  seed: string | number,
  corpus: Corpus,
  config: MultiTurnConfig,
): MultiTurnSessions {
  const count = countsOf('--num-sessions-mean', config.sessions);
  const turns = countsOf('--num-turns-mean', config.turns);
  const lengths = heavyTailed('--prompt-length-mean', config.promptTokens);
  const [sessions] = evenCounts(stream(seed, 'sessions'), 1, count.draw);
  const turnsOf = evenCounts(stream(seed, 'turns'), sessions!, turns.draw);
  const prompts = turnsOf.reduce((sum, some) => sum + some, 0);
  const rng = stream(seed, 'lengths');
  const drawn = drawnOut(evenly(rng, prompts, lengths.draw), config.promptTokens);
  const tokensOf = wholeCounts(rng, drawn);
  const marks = userMarks(`${seed}/prompt`, corpus.leadWords);
  const prefix = spoken(config.sharedPrefixTokens, (tokens) =>
    corpus.cut(stream(seed, 'shared'), tokens),
  );
  let index = 0;
  const next = (): Spoken => {
    const at = index++;
    return spoken(tokensOf[at]!, (tokens) =>
      corpus.cut(stream(seed, 'prompt', at), tokens, marks(at)),
    );
  };
  return {
    sessions: turnsOf.map((some) =>
      Array.from({ length: some }, (_, turn) => (turn ? next() : joined(prefix, next())).text),
    ),
    sharedPrefix: prefix.text,
    says: { promptTokens: lengths.says, turns: turns.says },
  };
}

function spoken(tokens: number, text: (tokens: number) => string): Spoken {
  return { text: tokens ? text(tokens) : '', tokens };
}
