:local x "v"
:log info "\"\\\$x\_\41$x-$(1 + 2)$[:len "four"] [:len x]"
:log info "\C3\A9"
