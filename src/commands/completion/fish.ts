import type { CompletedFlag, CompletedVerb, Place } from './model.ts';

export function fishScript(verbs: readonly CompletedVerb[]): string {
  return [
    '# confab: completion for fish; confab completion fish > ~/.config/fish/completions/confab.fish',
    'complete -c confab -f',
    ...verbs.map(
      ({ name, says }) =>
        `complete -c confab -n __fish_use_subcommand -a ${name} -d ${quoted(says)}`,
    ),
    ...verbs.flatMap(verbLines),
    '',
  ].join('\n');
}

function verbLines({ name, parts, flags, place }: CompletedVerb): string[] {
  const begin = `complete -c confab -n '__fish_seen_subcommand_from ${name}'`;
  const words = [...parts, ...place.words];
  return [
    ...(words.length > 0 ? [`${begin} -a ${quoted(words.join(' '))}`] : []),
    ...(place.kind === 'files' ? [`${begin} -F`] : []),
    ...(place.kind === 'folders' ? [`${begin} -a '(__fish_complete_directories)'`] : []),
    ...flags.map((flag) => `${begin} ${flagWords(flag)}`),
  ];
}

function flagWords({ names, says, value }: CompletedFlag): string {
  const options = names.map((name) =>
    name.startsWith('--') ? `-l ${name.slice(2)}` : `-s ${name.slice(1)}`,
  );
  return [...options, ...(value ? [valueWords(value)] : []), `-d ${quoted(says)}`].join(' ');
}

/** -x: a value, and no file; -r: a value. */
function valueWords({ kind, words }: Place): string {
  switch (kind) {
    case 'words':
      return `-x -a ${quoted(words.join(' '))}`;
    case 'files':
      return '-r -F';
    case 'folders':
      return `-x -a '(__fish_complete_directories)'`;
    case 'anything':
      return '-x';
  }
}

function quoted(text: string): string {
  return `'${text.replace(/[\\']/g, '\\$&')}'`;
}
