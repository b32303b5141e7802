"""How surely and how quickly ``squall compare --against`` tells two commits apart, in labs."""
