"""The kinds of questions: one file a topic, found by themselves. A kind is one `@kind(...)` function."""
