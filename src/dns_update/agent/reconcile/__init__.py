"""From desired and current records to changes: one attempt, which server is asked first, and when to try again."""
