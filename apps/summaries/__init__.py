"""What tasks read out of kept objects, so that no page has to: scores, counts, places."""
