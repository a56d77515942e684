import type { CompletedVerb, Place } from './model.ts';

/** For bash from 3.2 on, as macOS has it. */
export function bashScript(verbs: readonly CompletedVerb[]): string {
  return `# confab: completion for bash; in ~/.bashrc: source <(confab completion bash)
_confab() {
  local cur=\${COMP_WORDS[COMP_CWORD]} prev=\${COMP_WORDS[COMP_CWORD-1]}
  local words='' flags='' kind=words IFS=$' \\t\\n'
  # --flag=value is three words.
  if [[ $cur == '=' ]]; then cur=''
  elif [[ $prev == '=' ]]; then prev=\${COMP_WORDS[COMP_CWORD-2]}
  fi
  if (( COMP_CWORD == 1 )); then
    words='${verbs.map(({ name }) => name).join(' ')}' flags='--help --version'
  else
    case \${COMP_WORDS[1]} in
${verbs.map(verbCase).join('\n')}
    esac
  fi
  if [[ $kind == words || $kind == files ]] && [[ $cur == -* ]]; then words=$flags kind=words; fi
  COMPREPLY=( $(compgen -W "$words" -- "$cur") )
  [[ \${COMPREPLY[0]-} == *= ]] && compopt -o nospace 2>/dev/null
  IFS=$'\\n'
  case $kind in
    files) COMPREPLY+=( $(compgen -f -- "$cur") ); compopt -o filenames 2>/dev/null ;;
    folders) COMPREPLY+=( $(compgen -d -- "$cur") ); compopt -o filenames 2>/dev/null ;;
  esac
}
complete -F _confab confab
`;
}

function verbCase({ name, parts, flags, place }: CompletedVerb): string {
  const names = flags.flatMap((flag) => flag.names);
  const values = flags.flatMap(({ names: of, value }) =>
    value ? [`          ${of.join('|')}) ${assignments(value)} ;;`] : [],
  );
  const first =
    parts.length > 0
      ? [`        (( COMP_CWORD == 2 )) && words='${parts.join(' ')}' kind=words`]
      : [];
  return [
    `      ${name})`,
    `        flags='${names.join(' ')}' ${assignments(place)}`,
    ...first,
    ...(values.length > 0 ? ['        case $prev in', ...values, '        esac'] : []),
    '        ;;',
  ].join('\n');
}

function assignments({ kind, words }: Place): string {
  return `kind=${kind} words='${words.join(' ')}'`;
}
