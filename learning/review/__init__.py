"""Review of what the system might learn, in the admin pages: the queue by value, and one item with all that speaks for it."""
