"""Small apps in pairs: `broken` has one defect, `sound` differs in it alone."""
