"""Components of a lab as containers, through testcontainers (the extra ``docker``)."""
