// What makes a shell complete hb: a function that asks `hb complete` for the words that may stand here, so
// that they are always those of the installed binary. The first line of its answer says how they are to
// be taken (cli/complete.ts), each other line is a word, a tab and what it is.

const names = "hb hb_standby hb_takeover hb_addnode hb_delnode ha_propagate";

const bash = `# bash completion of hb: source it, or put it into bash-completion's directory.
_hb() {
  local rest=\${COMP_LINE:0:COMP_POINT} words=() word i
  # The shell has cut words at ":", "=" and "@", which are one for hb.
  for ((i = 0; i <= COMP_CWORD; i++)); do
    word=\${COMP_WORDS[i]}
    ((i < COMP_CWORD)) || word=\${rest#"\${rest%%[![:blank:]]*}"}
    if ((i > 0)) && [[ $rest != [[:blank:]]* ]]; then
      words[-1]+=$word
    else
      words+=("$word")
    fi
    rest=\${rest#"\${rest%%[![:blank:]]*}"}
    rest=\${rest#"$word"}
  done
  # What stands before the last cut stays where it is: only what follows is replaced.
  local current=\${words[-1]} head= breaks=\${COMP_WORDBREAKS//[^=:@]/}
  if [[ -n $breaks && $current == *["$breaks"]* ]]; then
    head=\${current%"\${current##*["$breaks"]}"}
  fi
  local stem=\${current:\${#head}} option= program=hb lines
  [[ $stem == --*=* ]] && option=\${stem%%=*}=
  [[ \${words[0]} == */hb ]] && program=\${words[0]}
  mapfile -t lines < <("$program" complete -- "\${words[@]}" 2>/dev/null)
  COMPREPLY=()
  case \${lines[0]} in
  :files)
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -P "$option" -f -- "\${stem#"$option"}")
    ;;
  :directories)
    compopt -o filenames 2>/dev/null
    mapfile -t COMPREPLY < <(compgen -P "$option" -d -- "\${stem#"$option"}")
    ;;
  :open) compopt -o nospace 2>/dev/null ;;
  esac
  for word in "\${lines[@]:1}"; do
    word=\${word%%$'\\t'*}
    COMPREPLY+=("\${word#"$head"}")
  done
}
complete -o nosort -F _hb ${names}
`;

const zsh = `#compdef ${names}
# zsh completion of hb: source it, or put it as _hb into a directory of $fpath.
_hb() {
  local program=hb line
  local -a lines shown space
  [[ $words[1] == */hb ]] && program=$words[1]
  lines=("\${(@f)$($program complete -- "\${(@)words[1,CURRENT-1]}" "$PREFIX" 2>/dev/null)}")
  case $lines[1] in
  :files) compset -P '--*='; _files; return ;;
  :directories) compset -P '--*='; _files -/; return ;;
  :open) space=(-S '') ;;
  esac
  for line in "\${(@)lines[2,-1]}"; do
    shown+=("\${\${line%%$'\\t'*}//:/\\\\:}:\${line#*$'\\t'}")
  done
  _describe -V hb shown $space
}
if [[ $funcstack[1] == _hb ]]; then
  _hb "$@"
else
  compdef _hb ${names}
fi
`;

const fish = `# fish completion of hb: source it, or put it into ~/.config/fish/completions/hb.fish.
function __hb_complete
    set -l program hb
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    string match -q '*/hb' -- $words[1]; and set program $words[1]
    set -l lines ($program complete -- $words "$current" 2>/dev/null)
    set -l option (string match -r '^--[^=]*=' -- "$current")
    set -l path (string replace -r '^--[^=]*=' '' -- "$current")
    switch "$lines[1]"
        case :files
            __fish_complete_path "$path" | string replace -r -- '^' "$option"
        case :directories
            __fish_complete_directories "$path" '' | string replace -r -- '^' "$option"
        case '*'
            set -e lines[1]
            string join \\n -- $lines
    end
end
for name in ${names}
    complete -c $name -f -k -a '(__hb_complete)'
end
`;

/** By shell. */
export const completions: Readonly<Record<string, string>> = { bash, zsh, fish };
