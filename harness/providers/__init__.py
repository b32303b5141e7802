"""What starts, stops and watches the parts of a lab."""
