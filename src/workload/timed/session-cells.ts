/** Where in time and among the sessions there are requests, on a grid that does not grow. */
export interface SessionCells {
  readonly sessions: number;
  readonly widthMs: number;
  /** Sessions that share a row of the grid. */
  readonly sessionsPerRow: number;
  /** Time and number of the first session of each cell, in order of time. */
  readonly cells: readonly (readonly [atMs: number, session: number])[];
}

const FINEST_MS = 100;
const COLUMNS_MAX = 400;
const ROWS_MAX = 200;

/**
 * Sessions are numbered as they begin. Cells that would be too many become twice as wide, or as high. Its
 * memory grows with the sessions, by their ids, and not with the requests.
 */
export class SessionGrid {
  readonly #numbers = new Map<string | number, number>();
  #cells = new Set<number>();
  #widthMs = FINEST_MS;
  #perRow = 1;

  add(atMs: number, session: string | number): void {
    let number = this.#numbers.get(session);
    if (number === undefined) {
      number = this.#numbers.size;
      this.#numbers.set(session, number);
    }
    while (atMs >= this.#widthMs * COLUMNS_MAX) {
      this.#widthMs *= 2;
      this.#coarsen(2, 1);
    }
    while (number >= this.#perRow * ROWS_MAX) {
      this.#perRow *= 2;
      this.#coarsen(1, 2);
    }
    const column = Math.floor(atMs / this.#widthMs);
    this.#cells.add(column * ROWS_MAX + Math.floor(number / this.#perRow));
  }

  get result(): SessionCells {
    return {
      sessions: this.#numbers.size,
      widthMs: this.#widthMs,
      sessionsPerRow: this.#perRow,
      cells: [...this.#cells]
        .sort((a, b) => a - b)
        .map((cell) => [
          Math.floor(cell / ROWS_MAX) * this.#widthMs,
          (cell % ROWS_MAX) * this.#perRow,
        ]),
    };
  }

  #coarsen(columns: number, rows: number): void {
    const cells = [...this.#cells].map((cell) => {
      const column = Math.floor(Math.floor(cell / ROWS_MAX) / columns);
      return column * ROWS_MAX + Math.floor((cell % ROWS_MAX) / rows);
    });
    this.#cells = new Set(cells);
  }
}
