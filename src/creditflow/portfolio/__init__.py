"""The whole book in columns: the features, scores, reasons and limits of every customer at once."""
