"""Networks that learn in the browser, each with another loss."""
