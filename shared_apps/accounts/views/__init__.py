"""The pages of accounts: the doors (public) and the person's own pages (panel)."""
