import type { RunIdentity } from './identity.ts';
import type { Section } from './section.ts';

/** A run in real time looks like a measurement of somebody's server, which it is not without one. */
export function noServerSections({ engine, clock }: RunIdentity): Section[] {
  if (engine !== 'embedded' || clock === 'virtual') return [];
  const text =
    'NO SERVER WAS MEASURED: the engine that is built in has answered, on this machine. --url names yours.';
  return [{ isWarning: true, lines: [text] }];
}
