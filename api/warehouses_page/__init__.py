"""The page of a seller's stock abroad."""
