import type { Cause, Surplus } from './causes.ts';
import type { Evidence } from './evidence.ts';
import type { Facts } from './facts.ts';
import { causeOf, type Lost } from './rules.ts';
import type { RunReference } from './run-references.ts';
import { type Surroundings, surplusOf } from './surplus.ts';

/** What a prompt's tokens came to. All of them, in tokens; absent is none. */
export interface Entry {
  readonly reference: RunReference;
  readonly evidence: Evidence;
  /** What a cache that never forgets would have found, were there no salts: see `idealOf`. */
  readonly idealTokens: number;
  /** Tokens of the prompt = found + those of all causes - those of all surpluses. */
  readonly causes: Readonly<Partial<Record<Cause, number>>>;
  readonly surplus: Readonly<Partial<Record<Surplus, number>>>;
}

export interface Known extends Surroundings {
  readonly facts: Facts;
  /** The history has the engine's own answers, not a data set's. */
  readonly isAnswerResent: boolean;
  /** Tokens that another salt than its own keeps from this request, as is known from the scenario. */
  readonly saltedTokens: (reference: RunReference) => number;
  readonly sentOf: (reference: number) => number;
  readonly originEpochMs: number;
  readonly earlierEnds: (reference: RunReference) => readonly number[];
}

export function entryOf(evidence: Evidence, known: Known): Entry {
  const { reference } = evidence;
  const saltedTokens = known.saltedTokens(reference);
  const idealTokens = Math.max(idealOf(reference, known.isAnswerResent), saltedTokens);
  const found = reference.record.cachedTokens;
  const causes = outOfReach(reference, idealTokens, known.facts.blockTokens);
  if (found !== undefined && found >= idealTokens) {
    const beyond = found - idealTokens;
    const surplus = beyond > 0 ? { [surplusOf(evidence, idealTokens, known)]: beyond } : {};
    return { reference, evidence, idealTokens, causes, surplus };
  }
  const lost: Lost = {
    ...{ evidence, isSalted: saltedTokens > 0, facts: known.facts },
    ...{ sentOf: known.sentOf, originEpochMs: known.originEpochMs },
    earlierEnds: known.earlierEnds(reference),
  };
  const deficits = deficitsOf(lost, idealTokens);
  return { reference, evidence, idealTokens, causes: { ...causes, ...deficits }, surplus: {} };
}

/** Answers that come back token by token, unless the history is a recorded one. */
export function idealOf({ ideal }: RunReference, isAnswerResent: boolean): number {
  return isAnswerResent ? ideal.answers : ideal.prompts;
}

/** What was not said before, and what was and cannot be found: whole blocks are, and the last token never. */
function outOfReach(
  reference: RunReference,
  idealTokens: number,
  blockTokens: number,
): Entry['causes'] {
  const { inputTokens } = reference;
  const said = Math.max(idealTokens, Math.min(inputTokens, saidTokens(reference, idealTokens)));
  const inFullBlocks = Math.max(idealTokens, blockTokens * Math.floor(said / blockTokens));
  return positive({
    firstTouch: inputTokens - said,
    rounding: said - inFullBlocks,
    lastToken: inFullBlocks - idealTokens,
  });
}

/** Leading tokens that were said before, whether they were computed or not. */
function saidTokens({ held, previous, ideal }: RunReference, idealTokens: number): number {
  if (idealTokens > ideal.answers) return idealTokens;
  const said = idealTokens === ideal.answers ? held.answers : held.prompts;
  if (!previous) return said;
  const isWhole = said === previous.inputTokens! + previous.outputTokens! - 1;
  return isWhole ? said + 1 : said;
}

/** What is certain of a part of it, and one cause for the rest. */
function deficitsOf(lost: Lost, idealTokens: number): Entry['causes'] {
  const { record, ideal, previous, idealTokens: expected } = lost.evidence.reference;
  const { cachedTokens } = record;
  const sum: Partial<Record<Cause, number>> = {};
  let end = idealTokens;
  const give = (cause: Cause, from: number): void => {
    if (from < end) sum[cause] = (sum[cause] ?? 0) + end - from;
    end = Math.min(end, from);
  };
  const found = cachedTokens ?? 0;
  if (cachedTokens !== undefined && previous) {
    // The client leaves the reasoning out: that the scenario says.
    if (previous.reasoningTokens && expected < ideal.answers) {
      give('reasoning', Math.max(found, expected));
    }
    if (lost.facts.isAnswerLost && found < ideal.prompts) {
      give(previous.reasoningTokens ? 'reasoning' : 'drift', ideal.prompts);
    }
  }
  if (found < end) give(causeOf(lost), found);
  return sum;
}

function positive(tokens: Partial<Record<Cause, number>>): Entry['causes'] {
  const found: Partial<Record<Cause, number>> = {};
  for (const cause in tokens) {
    const count = tokens[cause as Cause]!;
    if (count > 0) found[cause as Cause] = count;
  }
  return found;
}
