# Completion of dns-update in fish. Made by: python -m lab.completion

# __dns_update_described BEFORE AFTER NAME ABOUT...
function __dns_update_described
    set -l before $argv[1]
    set -l after $argv[2]
    set -l rest $argv[3..-1]
    while set -q rest[2]
        printf '%s%s%s\t%s\n' "$before" $rest[1] "$after" $rest[2]
        set rest $rest[3..-1]
    end
end

# __dns_update_properties COMMAND BEFORE AFTER
function __dns_update_properties
    switch $argv[1]
@PROPERTIES@
    end
end

# __dns_update_kind COMMAND PROPERTY: what values the property has
function __dns_update_kind
    switch "$argv[1] $argv[2]"
@KINDS@
    end
end

function __dns_update_interfaces
    for path in /sys/class/net/*
        string replace -r '.*/' '' -- $path
    end
end

# __dns_update_files PREFIX VALUE
function __dns_update_files
    __fish_complete_path $argv[2] | string replace -r '^' -- (string replace -a '\\' '\\\\' -- $argv[1])
end

# __dns_update_values COMMAND PROPERTY PREFIX VALUE
function __dns_update_values
    set -l prefix $argv[3]
    set -l value $argv[4]
    set -l kind (__dns_update_kind $argv[1] $argv[2])
    switch "$kind"
        case files
            __dns_update_files "$prefix" "$value"
        case secret
            if string match -q '@*' -- $value
                __dns_update_files {$prefix}@ (string sub -s 2 -- $value)
            else
                printf '%s\n' {$prefix}@ {$prefix}env: {$prefix}credential:
            end
        case sources
            set -l before (string match -r '.*,' -- $value)
            set -l start "$prefix$before"
            printf '%s\n' {$start}{@FISH_SOURCES@}
            printf '%s\n' {$start}interface:(__dns_update_interfaces)
            printf '%s\n' {$start}prefix:(__dns_update_interfaces)+
        case types
            printf '%s\n' {$prefix}{@FISH_TYPES@}
        case algorithms
            printf '%s\n' {$prefix}{@FISH_ALGORITHMS@}
        case '*'
            printf '%s\n' {$prefix}(string split -n ' ' -- $kind)
    end
end

function __dns_update_command
    set -l previous
    for word in $argv
        if contains -- $word @COMMAND_NAMES@; and not string match -q -- '--*' "$previous"
            echo $word
            return
        end
        set previous $word
    end
end

function __dns_update_nsupdate
    set -l words (commandline -opc)
    switch "$words[-1]"
        case @FILE_OPTIONS@
            __fish_complete_path (commandline -ct)
        case @OTHER_OPTIONS@
        case '*'
            if string match -q -- '-*' (commandline -ct)
                printf '%s\t%s\n' @OPTIONS@
            else
                __fish_complete_path (commandline -ct)
            end
    end
end

function __dns_update_words
    set -l words (commandline -opc)
    set -l current (commandline -ct)
    set -l command (__dns_update_command $words[2..-1])
    set -l own $command
    test -n "$command"; or set own set
    if test "$command" = nsupdate
        __dns_update_nsupdate
    else if test "$command" = help
        printf '%s\n' @COMMAND_LIST@
    else if string match -q '*=*' -- $current
        set -l name (string split -m 1 = -- $current)
        __dns_update_values $own (string replace -r '^--' '' -- $name[1]) "$name[1]=" "$name[2]"
    else if string match -qr -- '^--[^=]+$' "$words[-1]"; and not contains -- "$words[-1]" @FLAG_OPTIONS@
        __dns_update_values $own (string sub -s 3 -- $words[-1]) '' "$current"
    else if string match -q -- '-*' "$current"
        __dns_update_properties $own -- ''
        __dns_update_properties $own --no- '' | string match -r -- '^--no-(?:@NEGATABLE_OR@)\t.*'
        printf '%s\t%s\n' --help 'print the help'
        test -n "$command"; or printf '%s\t%s\n' --version 'print the version'
    else
        test -n "$command"; or printf '%s\t%s\n' @COMMANDS@
        __dns_update_properties $own '' =
        contains -- "$command" @POSITIONAL@; and __fish_complete_path $current
    end
end

complete -c dns-update -f -k -a '(__dns_update_words)'
complete -c dns-nsupdate -f -k -a '(__dns_update_nsupdate)'
