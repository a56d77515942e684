import { z } from 'zod';

/** What a template of request ids may have in braces. */
export const ID_PARTS = ['conversation', 'user', 'agent', 'turn', 'attempt'] as const;

export type IdPart = (typeof ID_PARTS)[number];

export const ID_PART = /\{([^{}]*)\}/g;

const NAMES: ReadonlySet<string> = new Set(ID_PARTS);

/** Visible ASCII, as any header, log and trace takes it, with known parts in braces. */
export const requestIdTemplate = z
  .string()
  .regex(/^[\x21-\x7e]+$/, 'expected a text without blanks, of ASCII')
  .refine((template) => [...template.matchAll(ID_PART)].every(([, name]) => NAMES.has(name!)), {
    error: `expected no other parts than ${ID_PARTS.map((name) => `{${name}}`).join(', ')}`,
  });
