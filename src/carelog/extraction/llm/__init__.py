"""The LLM engine: a model reads, and code holds it to what stands in the conversation."""
