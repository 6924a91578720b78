"""The pages, one module each. A handler reads, asks `acts` for what changes something, and draws."""
