# Completion of dns-update and dns-nsupdate in bash. Made by: python -m lab.completion

# _dns_update_properties COMMAND
_dns_update_properties() {
    case $1 in
@PROPERTIES@
    esac
}

# _dns_update_kind COMMAND PROPERTY: what values the property has
_dns_update_kind() {
    case "$1 $2" in
@KINDS@
    esac
}

# _dns_update_offer PREFIX END WORD...: offer the words that go on from the current one; PREFIX is already there.
_dns_update_offer() {
    local prefix=$1 end=$2 word
    for word in "${@:3}"; do
        [[ $prefix$word == "$cur"* ]] && COMPREPLY+=("$prefix$word$end")
    done
}

_dns_update_offer_files() {
    local prefix=$1 file
    compopt -o filenames 2>/dev/null
    while IFS= read -r file; do
        # readline takes the @ for a part of the name, and so does not see that it is a directory.
        [[ $prefix == *@ && -d $file ]] && file+=/ && compopt -o nospace 2>/dev/null
        COMPREPLY+=("$prefix$file")
    done < <(compgen -f -- "${cur#"$prefix"}")
}

_dns_update_interfaces() {
    local path
    for path in /sys/class/net/*; do
        [[ -e $path ]] && printf '%s\n' "${path##*/}"
    done
}

# _dns_update_offer_values COMMAND PROPERTY PREFIX
_dns_update_offer_values() {
    local kind prefix=$3
    local -a names
    kind=$(_dns_update_kind "$1" "$2")
    case $kind in
        files) _dns_update_offer_files "$prefix" ;;
        secret)
            if [[ $cur == "$prefix@"* ]]; then
                _dns_update_offer_files "$prefix@"
            else
                compopt -o nospace 2>/dev/null
                _dns_update_offer "$prefix" '' @ env: credential:
            fi
            ;;
        sources)
            [[ $cur == *,* ]] && prefix=${cur%,*},
            mapfile -t names < <(_dns_update_interfaces)
            compopt -o nospace 2>/dev/null
            case ${cur#"$prefix"} in
                interface:*) _dns_update_offer "${prefix}interface:" '' "${names[@]}" ;;
                prefix:*) _dns_update_offer "${prefix}prefix:" + "${names[@]}" ;;
                *) _dns_update_offer "$prefix" '' @SOURCES@ ;;
            esac
            ;;
        types) _dns_update_offer "$prefix" '' @TYPES@ ;;
        algorithms) _dns_update_offer "$prefix" '' @ALGORITHMS@ ;;
        *) _dns_update_offer "$prefix" '' $kind ;;
    esac
}

_dns_update_nsupdate() {
    case $previous in
        -[@FILE_LETTERS@]) _dns_update_offer_files '' ;;
        -[@OTHER_LETTERS@]) ;;
        *)
            if [[ $cur == -* ]]; then
                _dns_update_offer '' '' @OPTIONS@
            else
                _dns_update_offer_files ''
            fi
            ;;
    esac
}

_dns_update_words() {
    local command=$1 name
    local -a names
    mapfile -t names < <(_dns_update_properties "${command:-set}" | tr ' ' '\n')
    name=${cur%%=*}
    if [[ $cur == *=* ]]; then
        _dns_update_offer_values "${command:-set}" "${name#--}" "$name="
    elif [[ $previous == --?* && $previous != *=* && " @FLAGS@ " != *" ${previous#--} "* ]]; then
        _dns_update_offer_values "${command:-set}" "${previous#--}" ''
    elif [[ $cur == -* ]]; then
        _dns_update_offer -- '' "${names[@]}" help
        for name in "${names[@]}"; do
            [[ " @NEGATABLE@ " == *" $name "* ]] && _dns_update_offer --no- '' "$name"
        done
        [[ $command ]] || _dns_update_offer -- '' version
    else
        _dns_update_offer '' = "${names[@]}"
        [[ $command ]] || _dns_update_offer '' '' @COMMANDS@ help
        [[ ${COMPREPLY[0]-} != *= ]] || compopt -o nospace 2>/dev/null
        case $command in
            @POSITIONAL@) _dns_update_offer_files '' ;;
        esac
    fi
}

_dns_update() {
    local cur='' previous='' command='' word cut line=${COMP_LINE:0:COMP_POINT}
    local -a words
    COMPREPLY=()
    read -ra words <<<"$line"
    if [[ $line != *[[:space:]] ]]; then
        cur=${words[-1]}
        unset 'words[-1]'
    fi
    for word in "${words[@]:1}"; do
        case " @COMMANDS@ help " in
            *" $word "*) [[ $command || $previous == --* ]] || command=$word ;;
        esac
        previous=$word
    done
    if [[ ${words[0]##*/} == dns-nsupdate || $command == nsupdate ]]; then
        _dns_update_nsupdate
    elif [[ $command == help ]]; then
        _dns_update_offer '' '' @COMMANDS@
    else
        _dns_update_words "$command"
    fi
    # readline replaces only what follows the last of its word breaks, e.g. "=" and ":"; an "@" belongs to the word.
    cut=${cur%"${cur##*["${COMP_WORDBREAKS//@/}"]}"}
    COMPREPLY=("${COMPREPLY[@]#"$cut"}")
}

complete -F _dns_update dns-update dns-nsupdate
