"""What a server's answers to messages signed by GSS-TSIG mean, and what to do next."""

from __future__ import annotations

from dns_update import errors
from dns_update.auth import Key
from dns_update.client.steps import Ask
from dns_update.exchange import TCP, Reply, UnverifiedReply
from dns_update.message import Message
from dns_update.wire.codes import Flag, Opcode, Rcode, rcode_to_text


def echoed(reply: UnverifiedReply, message: Message) -> Reply | None:
    """Return a refusal that repeats the request's signature as an answer; None for any other answer.

    Windows and Samba refuse so, and sign no refusal otherwise.
    """
    if reply.cause != errors.causes.ECHOED_SIGNATURE or reply.rcode == Rcode.NOERROR:
        return None
    refusal = Message(opcode=message.opcode, question=message.question, flags=Flag.QR, rcode=reply.rcode)
    return Reply(refusal, None, TCP, reply.tries, is_echo=True)


def mark_as_echo(refusal: errors.Refusal) -> None:
    """Say in a refusal that nothing proves it."""
    refusal.is_proven = False
    refusal.text += (
        "; the refusal is not signed, it only repeats our own signature, as Windows and Samba do: anybody on the way "
        "could have sent it"
    )
    if refusal.rcode == Rcode.NOTIMP:
        refusal.hint = "Samba's own name server does not take records of all types, e.g. not CAA and SSHFP"
    elif isinstance(refusal, (errors.PermissionDenied, errors.ServerFailure)):
        refusal.hint = (
            "in AD, only the account that made a record may change it, and those with rights on the zone; Samba 4.17 "
            "answers SERVFAIL to others"
        )


def distrust_of(reply: UnverifiedReply, asked: Ask) -> errors.DnsUpdateError | None:
    """Return the error that a wrongly signed answer means; None for an answer that a key of any kind may get."""
    if reply.cause != errors.causes.WRONG_SIGNATURE:
        return None
    is_update = asked.message.opcode == Opcode.UPDATE
    doubt = "the update was carried out, or it was not" if is_update else "nothing in it is believed"
    return errors.ReplyNotTrusted(
        f"{asked.endpoint} answered {rcode_to_text(reply.rcode)}, but {reply.reason}; {doubt}",
        claimed_rcode=reply.rcode,
        endpoint=asked.endpoint,
        cause=reply.cause,
        hint="Samba 4.17 signs like this, and 4.22 rightly: upgrade it; else look for what changes messages on the way",
    )


def rejected(key: Key, tsig_error: int) -> tuple[str, str]:
    """Return what BADKEY or BADSIG to a key means that was negotiated just now, and what to do."""
    if tsig_error == Rcode.BADSIG:
        return (
            f"it finds the signature of {key.called} wrong, or has got the message twice",
            "check that nothing on the way changes or repeats messages; its log may say more",
        )
    return (
        f"it does not know the key that it has just agreed on with {key.called}",
        "check that only one server is at this address, and not several behind a load balancer",
    )


def grant_for(key: Key, name: object, types: str) -> str:
    """Return how BIND would allow a change."""
    principal = key.identity
    realm = principal.rpartition("@")[2]
    return (
        f'BIND would allow it by update-policy {{ grant "{principal}" name {name}. {types}; }}; hosts may change their '
        f"own name by grant {realm} krb5-self . A AAAA; those of AD by ms-self in place of krb5-self"
    )
