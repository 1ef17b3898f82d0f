:local answer [/tool fetch url="https://dyn.example.net/nic/update?hostname=home" user=me password=secret as-value output=user]
:if (($answer->"status") = "finished") do={ :log info "told" }
