"""What is known of the managed namespaces, kept up to date."""
