import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

const ROOT = resolve(import.meta.dirname, '../..');

/** A markdown file of the project. */
export interface Document {
  /** From the project's root. */
  readonly path: string;
  readonly text: string;
}

/** Every one there is, outside of what was installed, built or measured. */
export const DOCUMENTS: readonly Document[] = [
  ...['README.md', 'CHANGELOG.md'],
  ...['src', 'test', 'configs', 'corpora', '.github'].flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter((path) => path.endsWith('.md'))
      .map((path) => `${folder}/${path}`),
  ),
].map((path) => ({ path, text: readFileSync(join(ROOT, path), 'utf8') }));

export interface CodeBlock {
  readonly document: Document;
  readonly language: string;
  readonly text: string;
}

export function codeBlocks(...languages: readonly string[]): CodeBlock[] {
  return DOCUMENTS.flatMap((document) =>
    [...document.text.matchAll(/^```(\w+)\n([\s\S]*?)^```/gm)].map((match) => ({
      document,
      language: match[1]!,
      text: match[2]!,
    })),
  ).filter(({ language }) => languages.includes(language));
}

/** A command, and what the document shows of its output: `...` stands for lines that it leaves out. */
export interface Excerpt {
  readonly document: Document;
  readonly command: string;
  readonly lines: readonly string[];
}

/** What console blocks show: each has one command, behind a `$`. */
export const EXCERPTS: readonly Excerpt[] = codeBlocks('console').map(({ document, text }) => {
  const [command, ...lines] = text.trimEnd().split('\n');
  return { document, command: command!.replace(/^\$ /, ''), lines };
});

/** Every command that a document says can be typed, once: comments taken off, continued lines joined. */
export const COMMANDS: readonly string[] = [
  ...new Set([
    ...codeBlocks('sh', 'bash').flatMap(({ text }) => commandsOf(text)),
    ...EXCERPTS.map(({ command }) => command),
  ]),
];

function commandsOf(text: string): string[] {
  return text
    .replace(/\s*\\\n\s*/g, ' ')
    .split('\n')
    .map((line) => line.replace(/(^|\s+)#.*$/, '').trim())
    .filter(Boolean);
}
