"""How the Kubernetes API is spoken to: raw JSON, with time-outs, and watched without gaps."""
