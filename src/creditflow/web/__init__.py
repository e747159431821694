"""The inbox: pages that translate HTTP into use cases, and what people read into their language."""
