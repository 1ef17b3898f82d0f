:local "ddns-user" "right"
:log info $"ddns-user"
:log info $ddns-user
