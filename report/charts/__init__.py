"""Charts for the page and for slides. Each is a function from plain figures to a matplotlib figure; matplotlib is
imported when the first chart is drawn."""
