"""Our memory; the only place with SQL."""
