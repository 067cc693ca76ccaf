"""Instance types as a cluster keeps them."""
