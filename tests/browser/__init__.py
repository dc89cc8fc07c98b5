"""The page in a real browser; what its tests share ends with the last of them."""
