"""The pages, one module per subject; each translates HTTP into use cases and back."""
