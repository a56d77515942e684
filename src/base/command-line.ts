import { isSecretField, STRUCK, withoutCredentials } from './secret.ts';

let args: readonly string[] | undefined;

/** The program has been called with these: by the process, or by another that is in it. */
export function beginProgram(argv: readonly string[]): void {
  args = argv;
}

/** Of the program that was called last; undefined: none was. */
export function argsOfProgram(): readonly string[] | undefined {
  return args;
}

const FLAG = /^--?([\w-]+)$/;

/**
 * The line that was typed, quoted for a shell, without secrets: what `strike` knows of, what looks like a
 * credential, and whatever follows a flag of a secret's name.
 */
export function commandLineOf(argv: readonly string[], strike: (text: string) => string): string {
  const shown = argv.map((arg, index) => {
    const [, flag] = FLAG.exec(argv[index - 1] ?? '') ?? [];
    return flag !== undefined && isSecretField(flag) ? STRUCK : withoutCredentials(strike(arg));
  });
  return ['confab', ...shown.map(quoted)].join(' ');
}

/** As it is if no shell would see anything in it. */
function quoted(arg: string): string {
  return /^[\w@%+=:,./-]+$/.test(arg) ? arg : `'${arg.replaceAll("'", String.raw`'\''`)}'`;
}
