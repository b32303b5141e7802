"""Interactive mode: a lab that stays up, with faults injected and healed from another terminal."""
