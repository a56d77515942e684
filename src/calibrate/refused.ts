import { EXIT } from '../base/errors.ts';

/** A server that cannot be calibrated as it is: why, one reason a line. */
export class Refused extends Error {
  readonly exitCode: number = EXIT.thresholdFailed;
  readonly reasons: readonly string[];

  constructor(reasons: readonly string[]) {
    super(['the server is not calibrated:', ...reasons.map((reason) => `  ${reason}`)].join('\n'));
    this.reasons = reasons;
  }
}
