# D14 and D20
:local x 1
:if (true) do={ :local x 2; :set x 3 }
:local x ($x + 10)
:foreach k,v in={"b"=2; 7; "a"=1} do={ :log info "$k=$v" }
:log info $x
