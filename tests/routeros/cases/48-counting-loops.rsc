:local s ""
:for i from=1 to=3 do={ :set s ($s . $i) }
:for i from=3 to=1 do={ :set s ($s . $i) }
:for i from=9 to=1 step=-4 do={ :set s ($s . $i) }
:local n 0
:while ($n < 2) do={ :set n ($n + 1); :set s "$s,$n" }
:do { :set n ($n - 1); :set s "$s,$n" } while=($n > 0)
:log info $s
