import type { CompletedFlag, CompletedVerb, Place } from './model.ts';

export function zshScript(verbs: readonly CompletedVerb[]): string {
  const described = verbs.map(({ name, says }) => quoted(`${name}:${says}`));
  return `#compdef confab
# confab: completion for zsh; into a folder of $fpath: confab completion zsh > _confab
_confab() {
  local state line
  local -a verbs=(
    ${described.join('\n    ')}
  )
  _arguments -C '1: :->verb' '*:: :->rest'
  case $state in
    verb) _describe -t verbs verb verbs ;;
    rest)
      case $line[1] in
${verbs.map(verbCase).join('\n')}
      esac ;;
  esac
}
if [[ $funcstack[1] == _confab ]]; then _confab "$@"; else compdef _confab confab; fi
`;
}

function verbCase({ name, parts, flags, place }: CompletedVerb): string {
  const specs = [
    ...flags.flatMap(flagSpecs),
    ...(parts.length > 0 ? [quoted(`1:part:(${parts.join(' ')})`)] : []),
    quoted(`*:: :${action(place)}`.replace('*::', '*:')),
  ];
  return `        ${name}) _arguments \\
          ${specs.join(' \\\n          ')} ;;`;
}

/** May be given several times: many of them may. */
function flagSpecs({ names, says, value }: CompletedFlag): string[] {
  const text = says.replace(/[\\[\]:]/g, '\\$&');
  return names.map((name) => quoted(`*${name}[${text}]${value ? `:value:${action(value)}` : ''}`));
}

function action({ kind, words, goesOn }: Place): string {
  const list = words.join(' ');
  if (goesOn) return `{compadd -S "" ${list}}`;
  switch (kind) {
    case 'words':
      return words.length > 0 ? `(${list})` : ' ';
    case 'files':
      return words.length > 0 ? `{compadd ${list}; _files}` : '_files';
    case 'folders':
      return '_files -/';
    case 'anything':
      return ' ';
  }
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", `'\\''`)}'`;
}
