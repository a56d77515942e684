export type Role = 'system' | 'user' | 'assistant' | 'tool';

/**
 * One message of a conversation. Immutable, so that its JSON bytes are made once, however often the
 * history is sent again, and so that a message shared by all users is stored once.
 */
export class Message {
  readonly role: Role;
  readonly text: string;
  #json: Buffer | undefined;

  constructor(role: Role, text: string) {
    this.role = role;
    this.text = text;
  }

  /** `{"role":…,"content":…}` in UTF-8. */
  get json(): Buffer {
    this.#json ??= Buffer.from(JSON.stringify({ role: this.role, content: this.text }));
    return this.#json;
  }
}
