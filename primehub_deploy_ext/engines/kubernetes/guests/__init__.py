"""Private endpoints: who may call, kept in a Secret, and told to the replicas at once."""
