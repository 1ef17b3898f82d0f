"""Messages on a byte stream: any split gives the same result; the first octets say where to split."""

from dns_update.wire.framing import Deframer, frame
from fuzz.expect import expect

SEEDS = (
    b"\x01" + frame(b"one") + frame(b"") + frame(b"three"),
    b"\x03\x01\x02\x03" + frame(b"one message in pieces"),
    b"\x00" + frame(b"whole") + b"\x00",
)


def check(data: bytes) -> None:
    """Feed a stream whole, octet by octet, and split where the input says."""
    number = data[0] if data else 0
    cuts, stream = data[1 : 1 + number], data[1 + number :]
    whole = Deframer()
    messages = whole.feed(stream)
    expect("what is framed again is the stream's beginning", holds=stream.startswith(b"".join(map(frame, messages))))
    expect("only a whole number of messages leaves nothing", holds=whole.is_empty == _is_whole(messages, stream))
    _expect_same(messages, [stream[i : i + 1] for i in range(len(stream))])
    pieces, rest = [], stream
    for cut in cuts:
        pieces.append(rest[:cut])
        rest = rest[cut:]
    _expect_same(messages, [*pieces, rest])


def _is_whole(messages: list[bytes], stream: bytes) -> bool:
    return len(stream) == sum(len(frame(message)) for message in messages)


def _expect_same(messages: list[bytes], pieces: list[bytes]) -> None:
    deframer = Deframer()
    cut = [message for piece in pieces for message in deframer.feed(piece)]
    expect("any split gives the same messages", holds=cut == messages)
