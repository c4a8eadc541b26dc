"""The chips with which losses are chosen, and the browser of the catalogue behind them."""
