#compdef dns-update dns-nsupdate
# Completion of dns-update and dns-nsupdate in zsh. Made by: python -m lab.completion

# _dns-update_properties COMMAND: sets properties to "NAME:what it is" of each
_dns-update_properties() {
    case $1 in
@PROPERTIES@
    esac
}

# _dns-update_kind COMMAND PROPERTY: sets kind to what values the property has
_dns-update_kind() {
    case "$1 $2" in
@KINDS@
    esac
}

_dns-update_interfaces() {
    compadd "$@" -- /sys/class/net/*(N:t)
}

_dns-update_sources() {
    compset -P '*,'
    if compset -P interface:; then
        _dns-update_interfaces -S ''
    elif compset -P prefix:; then
        _dns-update_interfaces -S '+'
    else
        compadd -S '' -- @SOURCES@
    fi
}

# _dns-update_values COMMAND PROPERTY
_dns-update_values() {
    local kind
    _dns-update_kind "$1" "$2"
    case $kind in
        files) _files ;;
        secret)
            if compset -P @; then
                _files
            else
                compadd -S '' -- @ env: credential:
            fi
            ;;
        sources) _dns-update_sources ;;
        types) compadd -- @TYPES@ ;;
        algorithms) compadd -- @ALGORITHMS@ ;;
        ?*) compadd -- ${=kind} ;;
    esac
}

_dns-update_nsupdate() {
    case $words[CURRENT-1] in
        -[@FILE_LETTERS@]) _files ;;
        -[@OTHER_LETTERS@]) ;;
        *)
            local -a options=(
@OPTIONS@
            )
            if [[ $words[CURRENT] == -* ]]; then
                _describe -o option options
            else
                _files
            fi
            ;;
    esac
}

_dns-update_words() {
    local command=$1 name=${words[CURRENT]%%=*} previous=$words[CURRENT-1]
    local -a properties options commands=(
@COMMANDS@
    )
    _dns-update_properties "${command:-set}"
    if compset -P '*='; then
        _dns-update_values "${command:-set}" "${name#--}"
    elif (( CURRENT > 2 )) && [[ $previous == --?* && $previous != *=* && " @FLAGS@ " != *" ${previous#--} "* ]]; then
        _dns-update_values "${command:-set}" "${previous#--}"
    elif [[ $words[CURRENT] == -* ]]; then
        options=(--${^properties} '--help:print the help')
        options+=(--no-${^${(M)properties:#(@NEGATABLE_OR@):*}})
        [[ -n $command ]] || options+=('--version:print the version')
        _describe -o option options
    else
        [[ -n $command ]] || _describe -t commands command commands
        options=("${(@)properties/:/=:}")
        _describe -t properties property options -S ''
        case $command in
            @POSITIONAL@) _files ;;
        esac
    fi
}

_dns-update() {
    local command='' previous='' word
    local -a names=(@COMMAND_NAMES@)
    for word in "${(@)words[2,CURRENT-1]}"; do
        if [[ -z $command && $previous != --* ]] && (( ${names[(Ie)$word]} )); then
            command=$word
        fi
        previous=$word
    done
    if [[ ${words[1]:t} == dns-nsupdate || $command == nsupdate ]]; then
        _dns-update_nsupdate
    elif [[ $command == help ]]; then
        compadd -- ${names:#help}
    else
        _dns-update_words "$command"
    fi
}

_dns-update "$@"
