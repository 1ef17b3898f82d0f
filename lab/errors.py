"""What goes wrong in a lab."""


class LabFailed(Exception):
    """Any of the following."""


class ServerFailed(LabFailed):
    """A server is not installed, ended, or never answered; the text holds its log."""


class PortTaken(ServerFailed):
    """Another process has the port."""


class DigFailed(LabFailed):
    """Dig got no answer, or one that is neither NOERROR nor NXDOMAIN; the text is what it said."""
