"""Round weights to what is sent to readers."""
