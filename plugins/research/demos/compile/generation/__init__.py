"""Generate C from a graph, and WebAssembly from that."""
