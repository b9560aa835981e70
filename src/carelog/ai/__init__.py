"""AI endpoints: language models and speech, behind one contract."""
