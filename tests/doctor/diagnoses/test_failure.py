"""What kept a server from carrying out an update that it does not refuse."""

from contextlib import ExitStack
from pathlib import Path

from dns_update.message import Message
from dns_update.wire.codes import Flag, Rcode
from tests.doctor.diagnoses.told import told_by_set
from tests.support.broken.servers import bind, line
from tests.support.forwarder import Forwarder
from tests.support.peer import is_update


def test_a_proxy_that_answers_formerr_to_an_unsigned_update_leaves_the_cause_open(tmp_path: Path) -> None:
    """FORMERR may also mean the message itself, so nobody is blamed."""

    def formerr(request: bytes, answer: bytes) -> bytes:
        if not is_update(request):
            return answer
        asked = Message.decode(request)
        said = Message(opcode=asked.opcode, question=asked.question, flags=Flag.QR, rcode=Rcode.FORMERR)
        return said.encode(asked.message_id)

    with ExitStack() as stack:
        server = bind(stack, tmp_path, "allow-update { 127.0.0.1; };")
        proxy = stack.enter_context(Forwarder(server, lambda _by, _message: False, formerr))
        told = told_by_set(line(proxy.address, tmp_path, None))
    assert (told.status, told.cause) == (9, "")
    assert "answered FORMERR" in told.text
