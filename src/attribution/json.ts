import { shortNumber } from '../export/summary-json.ts';
import type { Explained, Explanation } from './explanation.ts';
import { nameOf } from './timed-request.ts';

/** All numbers of an explanation: milliseconds, tokens; coefficients in milliseconds a unit. */
export function explanationJson(explanation: Explanation): string {
  const { chosen, fineBands: _, ...rest } = explanation;
  const json = {
    format: 'confab-explanation',
    version: 1,
    ...rest,
    chosen: chosen.map(chosenJson),
  };
  return `${JSON.stringify(json, shortNumber, 2)}\n`;
}

function chosenJson({ request, blame, ...rest }: Explained) {
  const { record, inputTokens, outputTokens, uncachedTokens, localTokens, externalTokens } =
    request;
  return {
    request: nameOf(request),
    userId: record.userId,
    turn: record.turn,
    ...{ inputTokens, outputTokens, uncachedTokens, localTokens, externalTokens },
    ...rest,
    behind: blame.prefills.map((one) => ({
      request: nameOf(one.request),
      tokens: Math.round(one.tokens),
    })),
  };
}
