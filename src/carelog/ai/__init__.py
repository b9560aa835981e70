"""AI endpoints: language models and speech recognisers that speak the OpenAI protocol, wherever they run.

Nothing leaves the machine but to the endpoints that the settings name. Prompts hold health data: they are never
logged, and no error message holds anything of them or of an answer.
"""
