# 2026-01-05 21:40:11 by RouterOS 7.14.3
/system script
add name=push source={
    :global addr
    /tool dns-update dns-server=192.0.2.1 name=home zone=example.com address=$addr
}
/system scheduler
add name=all interval=1h30m start-time=startup on-event={
    :global addr 203.0.113.45
    /system script run push
    :log info "pushed"
}
