import type { Clock } from '../../base/clock.ts';
import { type Family, type Labels, pageText, type Series } from './family.ts';

export interface NewFamily {
  readonly name: string;
  readonly help: string;
  readonly type: Family['type'];
  read(): readonly Series[];
  /** Without the labels that all others have. */
  readonly isBare?: boolean;
}

/** The families of one engine, in the order of their page; all series have its labels. */
export class Registry {
  readonly #families: Family[] = [];
  readonly #labels: Labels;
  readonly #clock: Clock;

  constructor(clock: Clock, labels: Labels = {}) {
    this.#clock = clock;
    this.#labels = labels;
  }

  get families(): readonly Family[] {
    return this.#families;
  }

  add({ name, help, type, read, isBare = false }: NewFamily): void {
    const { originEpochMs } = this.#clock;
    const createdSec = (originEpochMs + this.#clock.now()) / 1000;
    const own = isBare ? {} : this.#labels;
    const labelled = ({ labels, value }: Series): Series => ({
      labels: { ...own, ...labels },
      value,
    });
    this.#families.push({ name, help, type, createdSec, read: () => read().map(labelled) });
  }

  text(): string {
    return pageText(this.#families);
  }
}
