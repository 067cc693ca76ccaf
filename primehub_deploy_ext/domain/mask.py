"""What stands for a hidden environment value; sent back, it keeps the value. Without pydantic, for the client."""

MASK = "********"
