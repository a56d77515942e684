/** Told a line about what is being done, where that takes long. */
export type Tell = (line: string) => void;

/** What is counted in a second: 0.6 MB in JavaScript, 1.5 in Rust, five times as much where a text is cut into words. */
const BYTES_PER_SEC = 1_000_000;
/** What takes less is over before it is read. */
const WORTH_A_WORD_SEC = 5;
/** Lines of progress. */
const STEPS = 10;

export interface Progress {
  /** So many more characters were counted. */
  counted(chars: number): void;
  /** All are counted, and kept. */
  done(): void;
}

const SILENT: Progress = { counted() {}, done() {} };

export interface CountedText {
  readonly what: string;
  readonly bytes: number;
  /** Where the counts are kept; absent: they are not. */
  readonly cacheDir?: string;
}

/** Says how far the counting of so much text is, and where the counts stay, if it takes long. */
export function tellCounting(
  tell: Tell | undefined,
  { what, bytes, cacheDir }: CountedText,
): Progress {
  const sec = bytes / BYTES_PER_SEC;
  if (!tell || sec < WORTH_A_WORD_SEC) return SILENT;
  const about = sec < 90 ? `${Math.round(sec)} s` : `${Math.round(sec / 60)} min`;
  const once = cacheDir === undefined ? '' : ', once, as the counts are kept';
  tell(`counting the tokens of ${what}, ${megabytes(bytes)} MB: about ${about}${once}`);
  let done = 0;
  let steps = 0;
  return {
    counted(chars) {
      done += chars;
      const step = Math.floor((STEPS * done) / bytes);
      if (step <= steps || step >= STEPS) return;
      steps = step;
      tell(`counted ${megabytes(done)} of ${megabytes(bytes)} MB`);
    },
    done() {
      const kept = `; the counts are kept in ${cacheDir}, where the next start finds them`;
      tell(`counted the tokens of ${what}${cacheDir === undefined ? '' : kept}`);
    },
  };
}

function megabytes(bytes: number): string {
  return (bytes / 1e6).toFixed(0);
}
