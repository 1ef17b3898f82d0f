"""The errors of a lab."""


class LabFailed(Exception):
    """The base of all errors of a lab."""


class ServerFailed(LabFailed):
    """A server is not installed, has ended, or has not answered; the text contains its log."""


class PortTaken(ServerFailed):
    """Another process has the port."""


class DigFailed(LabFailed):
    """Dig got no answer, or one that is neither NOERROR nor NXDOMAIN; the text is dig's output."""
