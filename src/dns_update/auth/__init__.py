"""Who signs: keys, and the transaction signatures made with them."""
