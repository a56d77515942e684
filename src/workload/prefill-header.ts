import type { Scenario } from '../scenario/schema.ts';
import type { Turn } from './conversation.ts';

type TurnHeaders = (turn: number, questionTokens: number | undefined) => Pick<Turn, 'headers'>;

/** The header of each turn that says what of its prompt was not sent before, where the scenario has one. */
export function prefillHeaders({ target }: Scenario): TurnHeaders {
  const { prefillHeader } = target;
  if (!prefillHeader) return () => NONE;
  const { name, baseTokens } = prefillHeader;
  return (turn, questionTokens = 0) => ({
    headers: { [name]: String(turn === 0 ? baseTokens + questionTokens : 0) },
  });
}

const NONE = {};
