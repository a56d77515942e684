export type Role = 'system' | 'user' | 'assistant' | 'tool';

/**
 * One message of a conversation. Immutable, so that its JSON bytes are made once, however often the
 * history is sent again, and so that a message shared by all users is stored once.
 */
export class Message {
  readonly role: Role;
  readonly text: string;
  /** Beside role and text. */
  readonly fields: Readonly<Record<string, unknown>> | undefined;
  #json: Buffer | undefined;

  /** @param fields what a data set has beside role and text (`tool_calls`, `name`), sent as it is. */
  constructor(role: Role, text: string, fields?: Readonly<Record<string, unknown>>) {
    this.role = role;
    this.text = text;
    this.fields = fields;
  }

  /** `{"role":…,"content":…}` in UTF-8. */
  get json(): Buffer {
    this.#json ??= Buffer.from(this.#text());
    return this.#json;
  }

  #text(): string {
    const { role, text: content, fields } = this;
    return JSON.stringify(fields ? { role, content, ...fields } : { role, content });
  }
}

/** All of a prompt, which is sent alone: the completions API is given its text as it is, with no word for a role. */
export class WholePrompt extends Message {}
