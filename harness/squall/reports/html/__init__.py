"""report.html and index.html: self-contained pages that load nothing from a network."""
