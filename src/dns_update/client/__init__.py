"""Updates and look-ups as a user means them: discovered, sent, judged, read back, and tried at the next server."""
