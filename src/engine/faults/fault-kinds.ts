/** How an answer breaks off. */
export type BreakKind = 'reset' | 'stall' | 'garbage' | 'truncate' | 'error-event';

/** What goes wrong with one request. */
export interface Faults {
  /** Answered with this HTTP status, and nothing else. */
  readonly status?: number;
  /** Held back before the engine sees it. */
  readonly delayMs?: number;
  readonly breakOff?: {
    readonly kind: BreakKind;
    /** Tokens that are sent before; undefined: not even the response line is. */
    readonly afterTokens: number | undefined;
  };
  readonly isWithoutUsage?: boolean;
  readonly isEmpty?: boolean;
}

interface Kind {
  readonly form: string;
  readonly effect: string;
  /** undefined if the value is not of the form. */
  parse(value: string | undefined): Faults | undefined;
}

const TOKENS_BEFORE_BREAK = '3';

/** What can go wrong, by the name in a rule. */
export const faultKinds: Readonly<Record<string, Kind>> = {
  status: {
    form: 'status=CODE',
    effect: 'HTTP status 400 to 599 instead of an answer',
    parse: (value = '') => (/^[45]\d\d$/.test(value) ? { status: Number(value) } : undefined),
  },
  delay: {
    form: 'delay=2s, delay=150ms',
    effect: 'hold the request back before it is queued',
    parse: durationOf,
  },
  reset: {
    form: 'reset',
    effect: 'reset the connection before the response',
    parse: (value) =>
      value === undefined ? { breakOff: { kind: 'reset', afterTokens: undefined } } : undefined,
  },
  'reset-mid': breakKind('reset-mid', 'reset', 'reset the connection'),
  stall: {
    form: 'stall',
    effect: 'response head, and then nothing: no token ever',
    parse: (value) =>
      value === undefined ? { breakOff: { kind: 'stall', afterTokens: 0 } } : undefined,
  },
  'stall-mid': breakKind('stall-mid', 'stall', 'send nothing any more'),
  garbage: breakKind('garbage', 'garbage', 'send what is not JSON, and end'),
  truncate: breakKind('truncate', 'truncate', 'end without finish_reason, usage and [DONE]'),
  'error-event': breakKind('error-event', 'error-event', 'send an error event, and end'),
  'no-usage': {
    form: 'no-usage',
    effect: 'leave out the usage, also when it is asked for',
    parse: (value) => (value === undefined ? { isWithoutUsage: true } : undefined),
  },
  empty: {
    form: 'empty',
    effect: 'an answer without any text',
    parse: (value) => (value === undefined ? { isEmpty: true } : undefined),
  },
};

function breakKind(name: string, kind: BreakKind, effect: string): Kind {
  return {
    form: `${name}[=TOKENS]`,
    effect: `after ${TOKENS_BEFORE_BREAK} (TOKENS) tokens, ${effect}`,
    parse: (value = TOKENS_BEFORE_BREAK) =>
      /^\d+$/.test(value) ? { breakOff: { kind, afterTokens: Number(value) } } : undefined,
  };
}

function durationOf(value = ''): Faults | undefined {
  const match = /^(\d+(?:\.\d+)?)(ms|s)$/.exec(value);
  return match ? { delayMs: Number(match[1]) * (match[2] === 's' ? 1000 : 1) } : undefined;
}

/** One line a fault, for the help text. */
export const faultHelp: readonly string[] = Object.values(faultKinds).map(
  ({ form, effect }) => `${form.padEnd(24)} ${effect}`,
);

export const faultGrammar =
  'FAULT, FAULT@PROBABILITY (0 to 1) or FAULT@every=N, where FAULT is one of ' +
  Object.values(faultKinds)
    .map(({ form }) => form)
    .join(', ');
