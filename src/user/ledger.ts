interface Account {
  readonly planned: number;
  readonly defect: string | undefined;
}

/**
 * What was planned, beside what of it has been recorded: every request of every user who arrived ends in
 * exactly one record. Each phase of a run has its own.
 */
export class Ledger {
  readonly #phase: string;
  #planned = 0;
  /** Users who have arrived, and of whom nobody has looked yet what they have to say. */
  readonly #unopened = new Set<number>();
  /** Requests that have no record yet, by user; fewer than none: records of what was never planned. */
  readonly #left = new Map<number, number>();

  constructor(phase: string) {
    this.#phase = phase;
  }

  /** Requests of all users whose conversations were looked into. */
  get planned(): number {
    return this.#planned;
  }

  arrived(userId: number): void {
    this.#unopened.add(userId);
  }

  /** The user who has arrived has so many requests to send, or not to. */
  plan(userId: number, requests: number): void {
    this.#unopened.delete(userId);
    this.#planned += requests;
    this.#change(userId, requests);
  }

  recorded(userId: number): void {
    this.#change(userId, -1);
  }

  /** What does not balance when all is over, one line each. */
  defects(): string[] {
    const users = [...this.#unopened].map(
      (userId) => `user ${userId} arrived and was never played`,
    );
    for (const [userId, left] of this.#left) {
      users.push(
        left > 0
          ? `user ${userId}: ${left} planned requests have no record`
          : `user ${userId}: ${-left} records more than planned requests`,
      );
    }
    return users.map((text) => `${this.#phase}: ${text}`);
  }

  #change(userId: number, by: number): void {
    const left = (this.#left.get(userId) ?? 0) + by;
    if (left === 0) this.#left.delete(userId);
    else this.#left.set(userId, left);
  }
}

/** How much was planned in all, and the first that does not balance, in one line. */
export function accountOf(ledgers: readonly Ledger[]): Account {
  const [first, ...more] = ledgers.flatMap((ledger) => ledger.defects());
  return {
    planned: ledgers.reduce((sum, { planned }) => sum + planned, 0),
    defect: more.length ? `${first}, and ${more.length} more like it` : first,
  };
}
