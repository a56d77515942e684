import type { Survival } from './survival.ts';

/** What `confab cache survival --json` writes. */
export function survivalJson(survival: Survival, name: string): string {
  const json = { format: 'confab-cache-survival', version: 1, run: name, ...survival };
  return `${JSON.stringify(json, undefined, 2)}\n`;
}
