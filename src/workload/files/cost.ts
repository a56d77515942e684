/** Told a line about what is being done, where that takes long. */
export type Tell = (line: string) => void;

/** What GPT-2's tokenizer counts in a second, on one core. */
const BYTES_PER_SEC = 600_000;
/** What takes less is over before it is read. */
const WORTH_A_WORD_SEC = 10;

/** Says how long the counting of so much text will take, if that is long. */
export function tellCounting(tell: Tell | undefined, bytes: number, what: string): void {
  const sec = bytes / BYTES_PER_SEC;
  if (!tell || sec < WORTH_A_WORD_SEC) return;
  const about = sec < 90 ? `${Math.round(sec)} s` : `${Math.round(sec / 60)} min`;
  tell(
    `counting the tokens of ${what}, ${(bytes / 1e6).toFixed(0)} MB: about ${about}, once, as the counts are kept`,
  );
}
