/** What is written where a secret was. */
export const REDACTED = '<redacted>';

const SECRET = /auth|key|token|secret|cookie|password/i;

/** Whether the values of a header or field of this name are never written or printed. */
export function isSecret(name: string): boolean {
  return SECRET.test(name);
}
