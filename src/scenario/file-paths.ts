import { existsSync, statSync } from 'node:fs';
import { dirname, isAbsolute, join, relative, resolve } from 'node:path';
import { UsageError } from '../base/errors.ts';
import { withTexts } from './paths.ts';

/** Whether a text in this field names a file to read, whatever else it may name. */
const FILES: Readonly<Record<string, (text: string, folder: string) => boolean>> = {
  'conversation.file': () => true,
  'conversation.textFile': () => true,
  'conversation.sharegpt.file': () => true,
  'conversation.trace.file': () => true,
  'conversation.tokenizer': isTokenizerFile,
  'engine.tokenizer': isTokenizerFile,
  'engine.gpu': (text) => text.endsWith('.json'),
  'engine.modelConfig': () => true,
  'target.ca': () => true,
  'target.apiKeyFile': () => true,
};

/** A name such as org/model looks like a path, and is one where there is something. */
function isTokenizerFile(text: string, folder: string): boolean {
  return /^\.|\.json$/.test(text) || existsSync(join(folder, text));
}

/**
 * The scenario of a file, with the files that it reads seen from the current folder: in the file they are relative to
 * it. What is written goes to the current folder as ever.
 * @throws UsageError for a file that is not where the scenario is, but in the current folder.
 */
export function withFilePaths(input: unknown, scenarioFile: string): unknown {
  const folder = folderOf(scenarioFile);
  if (folder === undefined) return input;
  const problems: string[] = [];
  const located = withTexts(input, (text, path) => {
    if (!namesFile(path, text, folder) || text === '' || isAbsolute(text)) return text;
    const beside = join(folder, text);
    if (!existsSync(beside) && existsSync(text)) {
      const right = relative(resolve(folder), resolve(text));
      problems.push(
        `${path.join('.')}: found ${text}, which is not in ${folder}; paths in a scenario are relative to it: ${right}`,
      );
    }
    return shorter(relative('', beside), resolve(beside));
  });
  if (problems.length) throw new UsageError(problems, scenarioFile);
  return located;
}

/** The files that a scenario reads, as they are seen from the current folder. */
export function filesReadBy(scenario: unknown): string[] {
  const files: string[] = [];
  withTexts(scenario, (text, path) => {
    if (text !== '' && namesFile(path, text, '')) files.push(text);
    return text;
  });
  return files;
}

function namesFile(path: readonly string[], text: string, folder: string): boolean {
  const field = path.join('.');
  const isFile = FILES[field];
  if (isFile) return isFile(text, folder);
  // Of a distribution whose values are in a file.
  return path.at(-1) === 'file' && path[0] !== 'output' && path[0] !== 'target';
}

/** The folder of a scenario that has one: a pipe has not. */
function folderOf(file: string): string | undefined {
  return statSync(file, { throwIfNoEntry: false })?.isFile() ? dirname(file) : undefined;
}

function shorter(one: string, other: string): string {
  return one.length <= other.length ? one : other;
}
