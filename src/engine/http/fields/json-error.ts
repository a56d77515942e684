/** Where a text stops being JSON, in the words of Python's json module. */
export interface JsonFault {
  /** Characters before it. */
  readonly at: number;
  readonly msg: string;
}

const SPACES = /[ \t\n\r]*/y;
const SCALAR = /null|true|false|NaN|-?Infinity|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;

/** The first fault of a text that is not JSON; undefined if Python finds none. */
export function jsonFault(text: string): JsonFault | undefined {
  try {
    const scanner = new Scanner(text);
    scanner.value();
    scanner.end();
    return undefined;
  } catch (fault) {
    if (fault instanceof Fault) return { at: fault.at, msg: fault.msg };
    throw fault;
  }
}

class Fault {
  readonly at: number;
  readonly msg: string;

  constructor(msg: string, at: number) {
    this.msg = msg;
    this.at = at;
  }
}

/** Goes through a text as Python's scanner does. Nesting is bounded by the stack, as there. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(): void {
    this.#skip();
    const first = this.#text[this.#at];
    if (first === '"') this.#string();
    else if (first === '{') this.#items('}', () => this.#member());
    else if (first === '[') this.#items(']', () => this.value());
    else if (!this.#take(SCALAR)) throw new Fault('Expecting value', this.#at);
  }

  end(): void {
    this.#skip();
    if (this.#at < this.#text.length) throw new Fault('Extra data', this.#at);
  }

  #items(close: string, item: () => void): void {
    this.#at++;
    this.#skip();
    if (this.#is(close)) return;
    for (;;) {
      item();
      this.#skip();
      if (this.#is(close)) return;
      if (!this.#is(',')) throw new Fault("Expecting ',' delimiter", this.#at);
      this.#skip();
    }
  }

  #member(): void {
    if (this.#text[this.#at] !== '"') throw new Fault(NO_NAME, this.#at);
    this.#string();
    this.#skip();
    if (!this.#is(':')) throw new Fault("Expecting ':' delimiter", this.#at);
    this.value();
  }

  #string(): void {
    const from = this.#at++;
    for (;;) {
      const char = this.#text[this.#at];
      if (char === undefined) throw new Fault('Unterminated string starting at', from);
      if (char < ' ') throw new Fault('Invalid control character at', this.#at);
      this.#at++;
      if (char === '"') return;
      if (char === '\\') this.#escape(from);
    }
  }

  #escape(from: number): void {
    const char = this.#text[this.#at];
    if (char === undefined) throw new Fault('Unterminated string starting at', from);
    if (!'"\\/bfnrtu'.includes(char)) throw new Fault('Invalid \\escape', this.#at - 1);
    this.#at++;
    if (char !== 'u') return;
    if (!/^[0-9a-fA-F]{4}/.test(this.#text.slice(this.#at, this.#at + 4))) {
      throw new Fault('Invalid \\uXXXX escape', this.#at - 1);
    }
    this.#at += 4;
  }

  #is(char: string): boolean {
    const isIt = this.#text[this.#at] === char;
    if (isIt) this.#at++;
    return isIt;
  }

  #skip(): void {
    this.#take(SPACES);
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text);
    if (found) this.#at += found[0].length;
    return found !== null;
  }
}

const NO_NAME = 'Expecting property name enclosed in double quotes';
