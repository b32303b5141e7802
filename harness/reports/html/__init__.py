"""report.html and index.html: self-contained pages, without any network."""
