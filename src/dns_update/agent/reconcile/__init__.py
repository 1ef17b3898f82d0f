"""From desired and current records to changes: who owns a record, which server is asked, and when again."""
