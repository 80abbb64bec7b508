"""English into edit plans, without a model: grammar, colour names, synonyms and the clause splitter."""
